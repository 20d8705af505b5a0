"""Task sets: the committed benchmark and training tasks, with checked reading."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from policies.artefact import read_artefact
from policies.gym.split import Purpose
from training.gym.tasks.gym_task import GymTask

FOLDER = Path(__file__).parent / "data"


def path_of(purpose: Purpose) -> Path:
    """Path of the committed task set for `purpose`."""
    return FOLDER / f"{purpose.value}.jsonl.gz"


def write_tasks(path: Path, tasks: Iterable[GymTask]) -> None:
    """Write tasks as gzipped JSON lines, atomically; the same tasks give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        for task in tasks:
            packed.write(task.model_dump_json(exclude_defaults=True).encode() + b"\n")
    part.replace(path)


@lru_cache(maxsize=2)
def read_tasks(purpose: Purpose) -> tuple[GymTask, ...]:
    """Return the committed tasks for `purpose`; raises ArtefactError if the file does not match its record."""
    path = path_of(purpose)
    read_artefact(path)
    return tuple(tasks_in(path))


def tasks_in(path: Path) -> Iterator[GymTask]:
    """Read the tasks of a file written by `write_tasks`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield GymTask.model_validate_json(line)
