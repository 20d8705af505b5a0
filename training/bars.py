"""The bars of a long training: task, how far it is, and a text about how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def training_bars() -> Progress:
    """Return bars whose tasks have a field `status`, the text at the end of the line."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from twins.screen.console import SafeConsole

    count = TextColumn("{task.completed}/{task.total} {task.fields[status]}", markup=False)
    description = TextColumn("{task.description}", markup=False)
    return Progress(description, BarColumn(), count, TimeRemainingColumn(), console=SafeConsole(stderr=True))
