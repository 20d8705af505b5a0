"""`twinpilot` as a person runs it: at a pseudo-terminal, or with pipes."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("TWINPILOT_")},
    "PYTHONPATH": str(ROOT),
    "OMP_NUM_THREADS": "1",
    "COLUMNS": "100",
    "TERM": "xterm",
    "TWINPILOT_PLANNER__KIND": "rule",  # a language model would be loaded by each command
}


# The pseudo-terminal becomes the one that controls the command, so that a typed Ctrl-C reaches it as a signal.
_AT_TERMINAL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


def command(*arguments):
    return [sys.executable, "-m", "harness.main", *map(str, arguments)]


def piped(*arguments, cwd=None, stdin=subprocess.DEVNULL, timeout=600):
    return subprocess.run(
        command(*arguments), check=False, stdin=stdin, capture_output=True, text=True, timeout=timeout, env=ENVIRONMENT, cwd=cwd
    )


class Session:
    """A command at a pseudo-terminal; `text` is all that it has printed so far."""

    def __init__(self, *arguments):
        self._start(command(*arguments))

    @classmethod
    def of(cls, command_line):
        """Return a session of another program than `twinpilot`."""
        session = cls.__new__(cls)
        session._start(command_line)
        return session

    def _start(self, command_line):
        master, slave = pty.openpty()
        self._master, self.text = master, ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _AT_TERMINAL, *command_line], stdin=slave, stdout=slave, stderr=slave, env=ENVIRONMENT,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def until(self, part, seconds=600):
        """Read until `part` has been printed."""
        end = time.monotonic() + seconds
        while part not in self.text and time.monotonic() < end and self._read():
            pass
        assert part in self.text, self.text
        return self

    def _read(self):
        if not select.select([self._master], [], [], 1.0)[0]:
            return True
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # the command has ended
            return False
        self.text += chunk.decode("utf-8", "replace")
        return bool(chunk)

    def type(self, keys):
        os.write(self._master, keys.encode())
        return self

    def end(self, seconds=600):
        """Read the rest and return the exit status."""
        while self._read():
            if self.process.poll() is not None and not select.select([self._master], [], [], 0.2)[0]:
                break
        status = self.process.wait(timeout=seconds)
        os.close(self._master)
        return status
