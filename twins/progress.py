"""Progress of long-running work on standard error: a bar on a terminal, otherwise a line per percent."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

Advance = Callable[[int, int], None]
"""Called after each unit of work with (completed units, total units)."""


@contextmanager
def show_progress(task: str, pieces: str) -> Iterator[Advance]:
    """Display the progress of `task`, counted in `pieces`; yields the callback that reports it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from twins.screen.console import SafeConsole

    console = SafeConsole(stderr=True)
    if not sys.stderr.isatty():

        def report(done: int, total: int) -> None:
            if done % max(total // 100, 1) == 0 or done == total:
                console.print(f"{task}: {done} of {total} {pieces}")

        yield report
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task_id = bar.add_task(task, total=None)
        yield lambda done, total: bar.update(task_id, completed=done, total=total)


def transient_bars(*columns: ProgressColumn) -> Progress:
    """Return transient progress bars on standard error (default: rich's columns), disabled if it is not a terminal."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from twins.screen.console import SafeConsole

    default = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*(columns or default), console=SafeConsole(stderr=True), transient=True, disable=not sys.stderr.isatty())
