"""`twinpilot gym view`: the trajectory of a rollout as one self-contained HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.gym.commands.common import errors_reported, task_of_rollout
from twins.screen.say import say


def view(
    rollout: Annotated[Path, typer.Argument(help="A rollout, as `twinpilot gym run --out` writes it.")],
    out: Annotated[Path, typer.Option("--out", help="The HTML file.")],
) -> None:
    """Write the trajectory view: states over time with the SLA's bounds, events, calls, rewards and outcome."""
    with errors_reported("view"):
        from training.gym.episodes.replaying import read_rollout
        from training.gym.input_error import GymInputError
        from training.gym.views.trajectory_view import trajectory_html

        recorded = read_rollout(rollout)
        try:
            task = task_of_rollout(recorded)
        except GymInputError as error:
            say(f"gym view: without text and SLA of the task: {error}", err=True)
            task = None
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(trajectory_html(recorded, task), encoding="utf-8")
    say(f"written: {out} ({out.stat().st_size / 1000:.0f} kB)")
