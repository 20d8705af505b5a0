"""A process that forks one process for each order: imports are paid once, and each trial has memory and files of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from policies.word import Word

_POLL_S = 0.01


class Ending(Word):
    """How an order's process ended: its exit status (negative: killed by that signal), or killed because its time was up."""

    status: int
    why: Literal["ended", "time was up"] = "ended"


class ForkServer:
    """Starts `python -m module`, which calls `serve`; a context manager."""

    def __init__(self, module: str, limit_s: float) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module, str(limit_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that it can be ended with the process that carries out an order
        )

    def carry_out(self, order: Word) -> Ending:
        """Let a new process carry out the order, and return how it ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(order.model_dump_json() + "\n")
        self._process.stdin.flush()
        return Ending.model_validate_json(self._process.stdout.readline())

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the server; after an exception, such as an interrupt, at once and with the order that it carries out."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        if kind is not None:
            self._kill()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def serve(carry_out: Callable[[str], None]) -> None:
    """Read orders from standard input until it ends; each one is carried out in a process of its own, for `argv[1]` seconds."""
    limit_s = float(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _carry_out(carry_out, line)
        sys.stdout.write(_await(child, time.monotonic() + limit_s).model_dump_json() + "\n")
        sys.stdout.flush()


def _carry_out(carry_out: Callable[[str], None], line: str) -> None:
    try:
        carry_out(line)
        os._exit(0)
    except Exception as error:  # reported on standard error; the experiment sees the exit status
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(1)


def _await(child: int, deadline: float) -> Ending:
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return Ending(status=os.waitstatus_to_exitcode(status))
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Ending(status=-signal.SIGKILL, why="time was up")
        time.sleep(_POLL_S)
