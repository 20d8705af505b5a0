"""Progress of long work on standard error: a bar on a terminal, otherwise a line per percent, or one every few seconds."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from twins.screen.console import SafeConsole

PULSE_S = 10.0
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


class Pulse:
    """A line on `console` every `every_s` seconds (wall) while work goes on that says nothing itself, for who has no terminal."""

    def __init__(self, console: SafeConsole, every_s: float = PULSE_S) -> None:
        self._console = console
        self._every_s = every_s
        self._text = ""
        self._ended: threading.Event | None = None

    def begin(self, text: str) -> None:
        """Begin with the work that `text` names; whatever was begun before has ended."""
        self.end()
        self._text, self._ended = text, threading.Event()
        threading.Thread(target=self._beat, args=(self._ended,), name="pulse", daemon=True).start()

    def update(self, text: str) -> None:
        """Say `text` in the lines from now on."""
        self._text = text

    def end(self) -> None:
        """Print no further line."""
        if self._ended is not None:
            self._ended.set()
            self._ended = None

    def _beat(self, ended: threading.Event) -> None:
        started = time.monotonic()
        while not ended.wait(self._every_s):
            self._console.print(f"{self._text} … {time.monotonic() - started:.0f} s")


def transient_bars(*columns: ProgressColumn) -> Progress:
    """Return transient progress bars on standard error (default: rich's columns), disabled if it is not a terminal."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from twins.screen.console import SafeConsole

    default = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*(columns or default), console=SafeConsole(stderr=True), transient=True, disable=not sys.stderr.isatty())
