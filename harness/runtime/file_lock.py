"""A lock that a process holds on a file while it lives: however the process ends, the operating system releases it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class FileLock:
    """An exclusive lock on the file at `path`, which is created with its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Take the lock; false if another process or another lock object holds it. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        os.set_inheritable(file.fileno(), False)
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def is_locked(path: Path) -> bool:
    """Whether some living process holds the lock on a file."""
    if not path.exists():
        return False
    lock = FileLock(path)
    taken = lock.acquire()
    lock.release()
    return not taken
