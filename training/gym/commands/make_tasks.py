"""`twinpilot gym make-tasks`: generate the benchmark's tasks and those for training, with cards, checksums and the probe."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twins.progress import show_progress
from twins.screen.say import say

if TYPE_CHECKING:
    from policies.gym.split import Purpose
    from training.gym.tasks.gym_task import GymTask

REMAKE = "twinpilot gym make-tasks"
_PACKAGES = ("numpy", "numba", "pydantic", "rapidfuzz")


def make_tasks(
    out: Annotated[Path | None, typer.Option("--out", help="Folder; default: replace the committed sets.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes.")] = 2,
    scale: Annotated[
        float, typer.Option("--scale", min=0.01, max=1.0, help="Share of the full number of tasks, for a trial.")
    ] = 1.0,
) -> None:
    """Generate the task sets on the Experiment Model (half an hour of one core), without tasks that every baseline solves."""
    from policies.gym.split import Purpose
    from training.gym.task_making.making import BENCHMARK, TRAINING, make_tasks, scaled
    from training.gym.task_making.probe import separability
    from training.gym.tasks.task_set import path_of

    with show_progress("training tasks", "tasks") as progress:
        training, _ = make_tasks(scaled(TRAINING, scale), [], workers, progress)
    with show_progress("benchmark tasks", "tasks") as progress:
        benchmark, easy = make_tasks(scaled(BENCHMARK, scale), [task.text for task in training], workers, progress)
    probe = separability([task.text for task in training], [task.text for task in benchmark])
    for purpose, tasks, left_out in ((Purpose.TRAINING, training, 0), (Purpose.BENCHMARK, benchmark, easy)):
        path = path_of(purpose) if out is None else out / path_of(purpose).name
        _write(path, tasks, purpose, probe, left_out)
        say(f"{len(tasks)} tasks in {path} ({path.stat().st_size / 1000:.0f} kB)")
    say(f"left out: {easy} tasks that every baseline solves; a TF-IDF probe tells the sets apart with accuracy {probe:.3f}")


def _write(path: Path, tasks: list[GymTask], purpose: Purpose, probe: float, left_out: int) -> None:
    from policies.artefact import write_record
    from training.gym.task_making.card import task_card
    from training.gym.tasks.task_set import write_tasks

    write_tasks(path, tasks)
    versions = {package: version(package) for package in _PACKAGES}
    write_record(path, task_card(tasks, purpose, probe, left_out), REMAKE, platform.machine(), versions)
