"""The journal: append-only and hash-chained, with signed heads in another folder.

1. A record is one line of canonical JSON that carries the hash of the record before it; it is fsync'd before `append` returns.
2. After the record, its head (sequence number, hash, Ed25519 signature) is appended to a file in another folder, which may lie on
   another medium: the heads show if the end of the journal was cut off.
3. Processes take turns by a file lock. A torn last line, as a crash leaves it, is moved to a file of its own, and the next record
   notes it.
4. `harness.journal.verify` verifies the journal offline, with the public key alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.journal.key import SigningKey, signing_key
from harness.journal.record import GENESIS, JournalHead, JournalRecord
from harness.journal.redact import redact
from harness.runtime.errors import JournalError
from harness.runtime.paths import Paths

RECORDS_NAME = "journal.jsonl"
HEADS_NAME = "heads.jsonl"


class Journal:
    """The journal in `folder` with its heads in `heads_folder`; `secrets` are values that must never be written."""

    def __init__(self, folder: Path, heads_folder: Path, key: SigningKey, secrets: tuple[str, ...] = ()) -> None:
        self.path = folder / RECORDS_NAME
        self.heads_path = heads_folder / HEADS_NAME
        self._lock_path = folder / "journal.lock"
        self._key = key
        self._secrets = secrets
        try:
            folder.mkdir(parents=True, exist_ok=True)
            heads_folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JournalError(f"journal {folder}: {error}; choose a writable data_dir with free space") from error

    @classmethod
    def of(cls, paths: Paths, secrets: tuple[str, ...] = ()) -> Journal:
        """Return the journal of a data folder, with its signing key; raises JournalError."""
        return cls(paths.journal, paths.heads, signing_key(paths.keys), secrets)

    def append(self, kind: str, body: dict[str, Any], run: str = "") -> JournalRecord:
        """Write a record and its head, both fsync'd; raises JournalError if the disk or the chain does not allow it."""
        try:
            with self._locked():
                last, recovered = self._last()
                for note in recovered:
                    last = self._write("journal.recovered", {"note": note}, "", last)
                return self._write(kind, redact(body, self._secrets), run, last)
        except OSError as error:
            raise JournalError(f"journal {self.path}: {error}; free space or choose another data_dir") from error

    def records(self, run: str | None = None) -> Iterator[JournalRecord]:
        """Yield the complete records in order, of one run or of all; raises JournalError for an unreadable line."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                record = self._parse(line, number)
                if run is None or record.run == run:
                    yield record

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock_path.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, kind: str, body: dict[str, Any], run: str, last: JournalRecord | None) -> JournalRecord:
        record = JournalRecord(
            seq=last.seq + 1 if last else 1,
            at=datetime.now(UTC),
            run=run,
            kind=kind,
            body=body,
            previous=last.hash if last else GENESIS,
        ).sealed()
        _append_line(self.path, record.line())
        self._sign(record)
        return record

    def _sign(self, record: JournalRecord) -> None:
        signature = self._key.sign(record.seq, record.hash)
        _append_line(self.heads_path, JournalHead(seq=record.seq, hash=record.hash, signature=signature).line())

    def _last(self) -> tuple[JournalRecord | None, list[str]]:
        """Return the last complete record, and a note of each repair after a crash."""
        notes = [note for path in (self.path, self.heads_path) if (note := _set_aside_torn_line(path))]
        line = _last_line(self.path)
        last = self._parse(line, -1) if line else None
        head_line = _last_line(self.heads_path)
        head = JournalHead.model_validate_json(head_line) if head_line else None
        seq, signed = (last.seq if last else 0), (head.seq if head else 0)
        if signed > seq or (last and head and signed == seq and head.hash != last.hash):
            raise JournalError(
                f"journal {self.path}: ends at record {seq}, its signed heads at {signed}: it was cut or replaced;"
                " run `twinpilot journal verify`, keep both files as evidence, then start in a new data_dir"
            )
        if last and seq > signed:
            notes.append(f"records {signed + 1}..{seq} had no signed head: a process ended between the two writes")
        return last, notes

    def _parse(self, line: bytes, number: int) -> JournalRecord:
        try:
            return JournalRecord.model_validate_json(line)
        except ValidationError:
            where = f"line {number}" if number > 0 else "its last line"
            raise JournalError(f"journal {self.path}: {where} is not a record; run `twinpilot journal verify`") from None


def _append_line(path: Path, line: str) -> None:
    data = line.encode() + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        written = 0
        try:
            while written < len(data):
                written += os.write(descriptor, data[written:])
            os.fsync(descriptor)
        except OSError:
            # A full disk must not leave half a record behind.
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def _last_line(path: Path) -> bytes:
    """Return the last complete line without reading the file from its start; empty if there is none."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        step, tail = 8192, b""
        while end > 0 and tail.count(b"\n") < 2:
            start = max(0, end - step)
            file.seek(start)
            tail = file.read(end - start) + tail
            end = start
    return tail.splitlines()[-1] if tail else b""


def _set_aside_torn_line(path: Path) -> str:
    """Move a last line without its newline to a file beside this one and return a note, empty if there is none."""
    if not path.exists():
        return ""
    data = path.read_bytes() if path.stat().st_size < 1 << 16 else _tail(path, 1 << 22)
    torn = data[data.rfind(b"\n") + 1 :]
    if not torn:
        return ""
    path.with_suffix(f".torn-{datetime.now(UTC):%Y%m%dT%H%M%S%f}").write_bytes(torn)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - len(torn))
        os.fsync(file.fileno())
    return f"{path.name}: a torn last line of {len(torn)} bytes (sha256 {sha256(torn).hexdigest()}) was put aside after a crash"


def _tail(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(-min(size, path.stat().st_size), os.SEEK_END)
        return file.read()
