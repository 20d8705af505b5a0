"""Task sets: the benchmark and the training tasks, committed, and read back checked."""

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
    """Where the task set for `purpose` lies."""
    return FOLDER / f"{purpose.value}.jsonl.gz"


def write_tasks(path: Path, tasks: Iterable[GymTask]) -> None:
    """Write tasks as gzipped JSON lines, the same bytes for the same tasks; complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        for task in tasks:
            packed.write(task.model_dump_json(exclude_defaults=True).encode() + b"\n")
    part.replace(path)


@lru_cache(maxsize=2)
def read_tasks(purpose: Purpose) -> tuple[GymTask, ...]:
    """Return the committed tasks for `purpose`; raises ArtefactError where the file is not the one of its record."""
    path = path_of(purpose)
    read_artefact(path)
    return tuple(tasks_in(path))


def tasks_in(path: Path) -> Iterator[GymTask]:
    """Read what `write_tasks` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield GymTask.model_validate_json(line)
