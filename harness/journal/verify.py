"""Offline verification of a journal with the public key alone.

Detected: an edited byte; a removed, inserted or reordered record; a cut end (the heads go further); a head that does not match
its record; a head that was signed by another key. A torn last line or an unsigned last record, as a crash leaves it, is noted but
is not a fault.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from harness.journal.key import VerifyKey
from harness.journal.record import GENESIS, JournalHead, JournalRecord
from policies.word import Word


class JournalReport(Word):
    """The result of a verification: `faults` are signs of tampering, `notes` are not."""

    records: int
    heads: int
    last_hash: str
    faults: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether no fault was detected."""
        return not self.faults


def verify_journal(records: Path, heads: Path, key: VerifyKey) -> JournalReport:
    """Verify the journal file `records` against the file `heads`; raises OSError if a file cannot be read."""
    faults: list[str] = []
    notes: list[str] = []
    hashes = _check_chain(_lines(records, notes), faults)
    signed = _check_heads(_lines(heads, notes), hashes, key, faults)
    _check_coverage(hashes, signed, faults, notes)
    return JournalReport(
        records=len(hashes),
        heads=len(signed),
        last_hash=hashes[-1] if hashes else GENESIS,
        faults=tuple(faults),
        notes=tuple(notes),
    )


def _lines(path: Path, notes: list[str]) -> list[bytes]:
    if not path.exists():
        return []
    *lines, rest = path.read_bytes().split(b"\n")
    if rest:
        notes.append(f"{path.name}: a torn last line of {len(rest)} bytes, as a crash leaves it; the next record sets it aside")
    return lines


def _check_chain(lines: list[bytes], faults: list[str]) -> list[str]:
    """Return the hash that each line states; each break of the chain is added to the faults."""
    hashes: list[str] = []
    previous = GENESIS
    for number, line in enumerate(lines, 1):
        try:
            record = JournalRecord.model_validate_json(line)
        except ValidationError:
            faults.append(f"line {number} is not a record: it was edited")
            previous = ""
            hashes.append("")
            continue
        fault = _fault_of(record, line, number, previous)
        if fault:
            faults.append(fault)
        previous = record.hash
        hashes.append(record.hash)
    return hashes


def _fault_of(record: JournalRecord, line: bytes, number: int, previous: str) -> str:
    if record.seq != number:
        return f"line {number} holds record {record.seq}: records were removed, inserted or reordered"
    if record.computed_hash() != record.hash or record.line().encode() != line:
        return f"record {number} ({record.kind}) does not match its hash: it was edited"
    if previous and record.previous != previous:
        return f"record {number} ({record.kind}) does not follow record {number - 1}: the chain was broken there"
    return ""


def _check_heads(lines: list[bytes], hashes: list[str], key: VerifyKey, faults: list[str]) -> set[int]:
    signed: set[int] = set()
    for number, line in enumerate(lines, 1):
        try:
            head = JournalHead.model_validate_json(line)
        except ValidationError:
            faults.append(f"head on line {number} is not a head: it was edited")
            continue
        if not key.accepts(head.seq, head.hash, head.signature):
            faults.append(f"head {head.seq} is not signed by this key")
        elif head.seq > len(hashes):
            faults.append(f"head {head.seq} names a record that is missing: the journal was cut after record {len(hashes)}")
        elif hashes[head.seq - 1] != head.hash:
            faults.append(f"head {head.seq} has another hash than its record: the record was replaced")
        signed.add(head.seq)
    return signed


def _check_coverage(hashes: list[str], signed: set[int], faults: list[str], notes: list[str]) -> None:
    newest = max(signed, default=0)
    if hashes and not signed:
        faults.append("there is no signed head: give the folder that holds the heads")
    elif len(hashes) > newest:
        notes.append(f"records {newest + 1}..{len(hashes)} have no signed head yet: a process ended between the two writes")
