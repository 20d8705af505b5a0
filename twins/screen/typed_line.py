"""Waiting for a line at the terminal so that no signal is lost.

Python runs the handler of a signal between two of its own steps. A Ctrl-C that comes when the last of them is over and the read
has not begun yet would be heard only after the next line; the other threads of a run make that moment milliseconds long. A wakeup
descriptor keeps the signal until somebody looks.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading


def wait_for_typed_line() -> None:
    """Return when a line, or the end of the input, can be read from the terminal; a signal is handled at once.

    Returns at once without a terminal and outside the main thread, which alone handles signals.
    """
    if threading.current_thread() is not threading.main_thread() or sys.stdin is None or not sys.stdin.isatty():
        return
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    earlier = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    try:
        while sys.stdin not in select.select([sys.stdin, woken], [], [])[0]:
            os.read(woken, 1)
    finally:
        signal.set_wakeup_fd(earlier)
        os.close(woken)
        os.close(wakes)
