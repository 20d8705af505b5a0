"""A file of lines that is only appended to: each line is complete and on the disk before `append` returns."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from harness.runtime.private import PRIVATE_FILE, private_folder, write_private

_STEP = 8192


class LineFile:
    """The lines in `path`; the file is created with its first line and readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, line: str) -> None:
        """Write a line and wait until it is on the disk; raises OSError, and then the file is as before."""
        data = line.encode() + b"\n"
        descriptor = self._open()
        try:
            size = os.fstat(descriptor).st_size
            try:
                _write(descriptor, data)
            except OSError:
                # A full disk must not leave half a line behind.
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        try:
            return os.open(self.path, flags, PRIVATE_FILE)
        except FileNotFoundError:
            private_folder(self.path.parent)
            return os.open(self.path, flags, PRIVATE_FILE)

    def lines_backwards(self) -> list[bytes]:
        """Return all complete lines, the last one first."""
        return self.path.read_bytes().split(b"\n")[-2::-1] if self.path.exists() else []

    def last(self) -> bytes:
        """Return the last complete line without reading the file from its start; empty if there is none."""
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            end, tail = file.seek(0, os.SEEK_END), b""
            while end > 0 and tail.count(b"\n") < 2:
                start = max(0, end - _STEP)
                file.seek(start)
                tail = file.read(end - start) + tail
                end = start
        return tail.splitlines()[-1] if tail else b""

    def set_aside_torn_line(self) -> str:
        """Move a last line without its newline to a file beside this one and return a note, empty if there is none."""
        torn = self._torn()
        return "" if not torn else self._set_aside(torn, len(torn), "a torn last line")

    def set_aside_last(self, why: str) -> str:
        """Move the last complete line to a file beside this one and return a note."""
        line = self.last()
        return self._set_aside(line, len(line) + 1, why)

    def _torn(self) -> bytes:
        if not self.path.exists() or not self.path.stat().st_size:
            return b""
        with self.path.open("rb") as file:
            end, tail = file.seek(0, os.SEEK_END), b""
            while end > 0 and b"\n" not in tail:
                start = max(0, end - _STEP)
                file.seek(start)
                tail = file.read(end - start) + tail
                end = start
        return tail[tail.rfind(b"\n") + 1 :]

    def _set_aside(self, line: bytes, size: int, what: str) -> str:
        write_private(self.path.with_suffix(f".torn-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"), line)
        with self.path.open("r+b") as file:
            file.truncate(self.path.stat().st_size - size)
            os.fsync(file.fileno())
        return f"{self.path.name}: {what} of {len(line)} bytes (sha256 {sha256(line).hexdigest()}) was put aside after a crash"


def _write(descriptor: int, data: bytes) -> None:
    written = 0
    while written < len(data):
        written += os.write(descriptor, data[written:])
    os.fsync(descriptor)
