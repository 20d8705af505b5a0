"""Progress of long work, told on standard error: a bar on a terminal, a line every hundredth elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

Advance = Callable[[int, int], None]
"""Told after each piece of work: how many are done, of how many."""


@contextmanager
def counted(task: str, pieces: str) -> Iterator[Advance]:
    """Show how far `task` is, counted in `pieces`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not sys.stderr.isatty():

        def tell(done: int, total: int) -> None:
            if done % max(total // 100, 1) == 0 or done == total:
                console.print(f"{task}: {done} of {total} {pieces}")

        yield tell
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        shown = bar.add_task(task, total=None)
        yield lambda done, total: bar.update(shown, completed=done, total=total)


def transient_bars(*columns: ProgressColumn) -> Progress:
    """Return bars on standard error that vanish in the end (rich's usual columns without `columns`); none off a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
