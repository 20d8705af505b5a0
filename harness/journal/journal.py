"""The journal: append-only, hash-chained, every record signed, its heads kept in a second place.

1. A record is one line of canonical JSON with the hash of the record before it and its own Ed25519 signature; it is on the disk
   before `append` returns.
2. After the record, its head (sequence number, hash, signature) is appended to a file beside the data and to one in a second
   place outside data_dir (`harness.journal.witness_folder`), and handed to the witnesses on other machines, if there are any.
3. `append` never signs over an end that it has not verified: the last record must carry the key's signature, and no place may
   know a later head. What a crash leaves (a torn line, a record without its head) is repaired, and the next record notes it.
4. Processes take turns by a file lock. `harness.journal.verify` verifies the journal offline, with the public key alone.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.journal.end import JournalEnd, Repair
from harness.journal.heads import HEADS_NAME, HeadsFile
from harness.journal.key import SigningKey, signing_key
from harness.journal.line_file import LineFile
from harness.journal.record import GENESIS, LOCK_NAME, RECORDS_NAME, JournalHead, JournalRecord
from harness.journal.watch import WitnessWatch
from harness.journal.witness import Witness, make_witnesses
from harness.journal.witness_folder import WitnessFolder
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import JournalError
from harness.runtime.paths import Paths
from harness.runtime.private import private_file, private_folder
from policies.text.redaction import redact

_REMEDY = "free space, or choose another data_dir or journal.witness_dir"


WriteListener = Callable[[str, JournalRecord], None]


def silent(stage: str, record: JournalRecord) -> None:
    """Ignore what is written."""


class Journal:
    """The journal in `folder` with its heads in `heads_folder`, in the second place `second`, and at the `witnesses`.

    on_write: called with "writing", "written" (the record is on the disk) and "published" (its heads are), and the record.
    """

    def __init__(
        self,
        folder: Path,
        heads_folder: Path,
        key: SigningKey,
        *,
        second: Path | None = None,
        witnesses: tuple[Witness, ...] = (),
        on_write: WriteListener = silent,
    ) -> None:
        self.path = folder / RECORDS_NAME
        self.heads_path = heads_folder / HEADS_NAME
        self._lock_path = folder / LOCK_NAME
        self._lines = LineFile(self.path)
        self._key = key
        self._second = WitnessFolder(second, folder, key.public().key_id) if second else None
        self._heads = (HeadsFile(self.heads_path), *([self._second.heads] if self._second else []))
        self._end = JournalEnd(self._lines, self._heads, key.public())
        self._on_write = on_write
        self._watch = WitnessWatch(witnesses, key.public())
        self._is_registered = False
        for path in (folder, heads_folder, *(self._second.folders() if self._second else ())):
            _create(path)

    @classmethod
    def of(cls, paths: Paths, on_write: WriteListener = silent) -> Journal:
        """Return the journal of a data folder, with its signing key; raises JournalError."""
        key = signing_key(paths.keys)
        witnesses = make_witnesses(paths.journal_settings)
        return cls(paths.journal, paths.heads, key, second=paths.witness_folder, witnesses=witnesses, on_write=on_write)

    def append(self, kind: str, body: dict[str, Any], run: str = "") -> JournalRecord:
        """Write a record and its heads; raises JournalError if the disk, the chain or a witness does not allow it."""
        try:
            with self._locked():
                last, repairs = self._end.verified()
                self._watch.check(last)
                for repair in [*self._register(last), *repairs]:
                    last = self._write("journal.recovered", repair.body(), "", last)
                record = newest = self._write(kind, _finite(redact(body)), run, last)
                for event, report in self._watch.publish(record.head()):
                    newest = self._write(event, report, "", newest)
                return record
        except OSError as error:
            raise JournalError(f"journal {self.path}: {error}; {_REMEDY}") from error

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
        with private_file(self._lock_path).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _register(self, last: JournalRecord | None) -> list[Repair]:
        """Tell the second place, once, which key signs here; return a note about an earlier journal in this folder."""
        if self._second is None or self._is_registered:
            return []
        note = self._second.register(is_new=last is None)
        self._is_registered = True
        return [Repair(note)] if note else []

    def _write(self, kind: str, body: dict[str, Any], run: str, last: JournalRecord | None) -> JournalRecord:
        record = JournalRecord(
            seq=last.seq + 1 if last else 1,
            at=datetime.now(UTC),
            run=run,
            kind=kind,
            body=body,
            previous=last.hash if last else GENESIS,
            version=2,
        ).sealed()
        record = record.model_copy(update={"signature": self._key.sign(record.seq, record.hash)})
        self._on_write("writing", record)
        self._lines.append(record.line())
        self._on_write("written", record)
        _publish(record.head(), self._heads)
        self._on_write("published", record)
        return record

    def _parse(self, line: bytes, number: int) -> JournalRecord:
        try:
            return JournalRecord.model_validate_json(line)
        except ValidationError:
            raise JournalError(
                f"journal {self.path}: line {number} is not a record; run `{twinpilot('journal', 'verify')}`"
            ) from None


def _create(folder: Path) -> None:
    try:
        private_folder(folder)
    except OSError as error:
        raise JournalError(f"journal folder {folder}: {error}; choose a writable data_dir or journal.witness_dir") from error


def _publish(head: JournalHead, files: tuple[HeadsFile, ...]) -> None:
    """Write the head to all files at once: each waits for its disk, and together they wait about as long as one."""
    first, *others = files
    with ThreadPoolExecutor(max_workers=max(1, len(others))) as pool:
        waiting = [pool.submit(file.publish, head) for file in others]
        first.publish(head)
        for result in waiting:
            result.result()


def _finite(value: Any) -> Any:
    """Return the value with non-finite numbers as text, since canonical JSON has none."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not isfinite(value) else value
