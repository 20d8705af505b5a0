"""The end of a journal, verified before a record is written after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from harness.journal.heads import HeadsFile
from harness.journal.key import VerifyKey
from harness.journal.line_file import LineFile
from harness.journal.record import JournalHead, JournalRecord
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import JournalError


@dataclass(frozen=True)
class Repair:
    """What a crash, or a new place for the heads, left to be repaired; heads_from: where a file's heads begin, if not at 1."""

    note: str
    heads_from: int = 0

    def body(self) -> dict[str, Any]:
        """Return the body of the record that notes the repair."""
        return {"note": self.note, **({"heads_from": self.heads_from} if self.heads_from else {})}


class JournalEnd:
    """The last record in `lines` and its heads in `files`, the one beside the data first; `key` must have signed them."""

    def __init__(self, lines: LineFile, files: tuple[HeadsFile, ...], key: VerifyKey) -> None:
        self._lines = lines
        self._files = files
        self._key = key

    def verified(self) -> tuple[JournalRecord | None, list[Repair]]:
        """Return the last record, None if there is none, and what was repaired; raises JournalError, OSError."""
        torn = [self._lines.set_aside_torn_line(), *(file.set_aside_torn_line() for file in self._files)]
        repairs = [Repair(note) for note in torn if note]
        line = self._lines.last()
        last = self._parse(line) if line else None
        if last is not None and last.version == 1:
            last, note = self._of_an_earlier_release(last)
            repairs += [Repair(note)] if note else []
        elif last is not None:
            self._check_signature(last)
        return last, repairs + [repair for file in self._files if (repair := self._catch_up(file, last))]

    def _of_an_earlier_release(self, last: JournalRecord) -> tuple[JournalRecord | None, str]:
        """Return the last record that a signed head covers; one without, as a crash left it, is put aside."""
        head = self._files[0].last()
        if head is None or not self._key.accepts(head.seq, head.hash, head.signature) or head.seq < last.seq - 1:
            raise self._refusal(f"record {last.seq} is not covered by a head of this key")
        if head.seq >= last.seq:
            self._check_hash(last, head)
            return last.model_copy(update={"signature": head.signature}), ""
        before = self._lines.lines_backwards()[1:2]
        if before and self._parse(before[0]).version > 1:
            raise self._refusal(f"record {last.seq} is not signed, though those before it are")
        note = self._lines.set_aside_last("a last record that nobody signed")
        line = self._lines.last()
        return self._of_an_earlier_release(self._parse(line))[0] if line else None, note

    def _check_hash(self, last: JournalRecord, head: JournalHead) -> None:
        if head.seq == last.seq and (head.hash != last.hash or last.computed_hash() != last.hash):
            raise self._refusal(f"record {last.seq} has another hash than its signed head")

    def _check_signature(self, record: JournalRecord) -> None:
        if record.computed_hash() != record.hash or not self._key.accepts(record.seq, record.hash, record.signature):
            raise self._refusal(f"record {record.seq} is not signed by this key: somebody without the key wrote or edited it")

    def _catch_up(self, file: HeadsFile, last: JournalRecord | None) -> Repair | None:
        """Write the heads that the file lacks, from verified records; return what was repaired, None if nothing."""
        head, seq = file.last(), last.seq if last else 0
        if head is not None and (head.seq > seq or (last and head.seq == seq and head.hash != last.hash)):
            raise self._refusal(f"ends at record {seq}, its signed heads in {file.path} at {head.seq}: it was cut or replaced")
        if last is None or (head is not None and head.seq == seq):
            return None
        if head is None:
            file.publish(last.head())
            note = f"{file.path} had no signed head of this journal: its heads begin at record {seq}"
            return Repair(note, heads_from=seq) if seq > 1 else None
        for record in self._after(head, last):
            file.publish(record.head())
        return Repair(f"records {head.seq + 1}..{seq} had no signed head in {file.path}: a process ended between the two writes")

    def _after(self, head: JournalHead, last: JournalRecord) -> list[JournalRecord]:
        """Return the records after `head`, oldest first, each signed and chained to the one before."""
        records = [last]
        for line in self._lines.lines_backwards()[1 : last.seq - head.seq]:
            records.insert(0, self._parse(line))
            self._check_signature(records[0])
        previous = head.hash
        for record in records:
            if record.previous != previous:
                raise self._refusal(f"record {record.seq} does not follow record {record.seq - 1}")
            previous = record.hash
        return records

    def _parse(self, line: bytes) -> JournalRecord:
        try:
            return JournalRecord.model_validate_json(line)
        except ValidationError:
            raise self._refusal("its last line is not a record") from None

    def _refusal(self, what: str) -> JournalError:
        remedy = f"run `{twinpilot('journal', 'verify')}`, keep the files as evidence, then start in a new data_dir"
        return JournalError(f"journal {self._lines.path}: {what}; {remedy}")
