"""Task sets as artefacts: gzipped JSON lines, one task per line, with a record (card, command, checksum) beside the file."""

from __future__ import annotations

import gzip
import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from policies.artefact import Artefact, read_artefact, write_record
from training.tasks.card import task_set_card
from training.tasks.space import ConfigurationSpace
from training.tasks.splits import Split
from training.tasks.task import Task

SHIPPED = Path(__file__).parent / "data" / "tasks.jsonl.gz"
_PACKAGES = ("twinpilot", "numpy", "sionna-no-rt", "torch")


def load_tasks(path: Path = SHIPPED, split: Split | None = None) -> list[Task]:
    """Return the tasks of a set, optionally of one split; raises ArtefactError if file and record do not match."""
    read_artefact(path)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        tasks = [Task.model_validate_json(line) for line in lines]
    return [task for task in tasks if split in (None, task.split)]


def write_tasks(path: Path, tasks: Sequence[Task], space: ConfigurationSpace, evaluator: str, seed: int, remake: str) -> Artefact:
    """Write `tasks` atomically with their record; the same tasks give an identical file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(_compress(tasks))
    part.replace(path)
    card = task_set_card(tasks, space, evaluator, version("twinpilot"), seed)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return write_record(path, card, remake, machine, {package: version(package) for package in _PACKAGES})


def _compress(tasks: Iterable[Task]) -> bytes:
    lines = "".join(task.model_dump_json(exclude_none=True) + "\n" for task in tasks)
    return gzip.compress(lines.encode(), compresslevel=9, mtime=0)
