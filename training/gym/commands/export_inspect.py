"""`twinpilot gym export-inspect`: the benchmark's tasks for Inspect AI."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.gym.commands.common import PurposeName, errors_reported
from twins.screen.say import say


def export_inspect(
    out: Annotated[Path, typer.Option("--out", help="Folder for the dataset (JSONL) and the task file (Python).")],
    purpose: Annotated[PurposeName, typer.Option("--purpose", help="Which tasks.")] = "benchmark",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first tasks.")] = None,
) -> None:
    """Write a dataset and a task file for Inspect AI (https://inspect.aisi.org.uk), which need not be installed for that."""
    with errors_reported("export-inspect"):
        from policies.gym.split import Purpose
        from training.gym.inspect_export import DATASET, TASK_FILE, export
        from training.gym.tasks.task_set import read_tasks

        count = export(read_tasks(Purpose(purpose))[:limit], out)
    say(f"{count} tasks in {out / DATASET}; in an environment with TwinPilot: pip install inspect_ai, then")
    say(f"  inspect eval {out / TASK_FILE} --model openai/MODEL    (or: -T agent=expert --model mockllm/model)")
