"""The chain of a journal's records, verified from its first line to its last."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from harness.journal.key import VerifyKey
from harness.journal.record import GENESIS, JournalRecord


@dataclass
class Findings:
    """Faults (signs of tampering), notes (which are none), and what could not be checked."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chain:
    """The hash that each line states.

    unsigned: records of version 1, which only heads cover. restarts: where files of heads began anew, as the journal noted.
    """

    hashes: tuple[str, ...]
    unsigned: int
    restarts: frozenset[int]


def complete_lines(path: Path, findings: Findings) -> list[bytes]:
    """Return the complete lines of a file, none if it does not exist; a torn last line is noted."""
    if not path.exists():
        return []
    *lines, rest = path.read_bytes().split(b"\n")
    if rest and _is_complete(rest[:-1]) and not _is_complete(rest):
        findings.faults.append(f"{path.name}: the end of its last line was edited")
    elif rest:
        findings.notes.append(
            f"{path.name}: a torn last line of {len(rest)} bytes, as a crash leaves it; the next record sets it aside"
        )
    return lines


def _is_complete(line: bytes) -> bool:
    """Whether a line holds all of its JSON: a crash leaves the beginning of a line, never a line with something else after it."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def read_chain(path: Path, key: VerifyKey, findings: Findings) -> Chain:
    """Return the chain in the file `path`; each break of it is added to the faults."""
    hashes: list[str] = []
    unsigned, restarts, previous = 0, set(), GENESIS
    for number, line in enumerate(complete_lines(path, findings), 1):
        try:
            record = JournalRecord.model_validate_json(line)
        except ValidationError:
            findings.faults.append(f"line {number} is not a record: it was edited")
            previous = ""
            hashes.append("")
            continue
        if fault := _fault_of(record, line, number, previous, key, is_after_signed=len(hashes) > unsigned):
            findings.faults.append(fault)
        previous = record.hash
        hashes.append(record.hash)
        unsigned += record.version == 1
        if record.kind == "journal.recovered" and isinstance(begin := record.body.get("heads_from"), int):
            restarts.add(begin)
    return Chain(tuple(hashes), unsigned, frozenset(restarts))


def _fault_of(record: JournalRecord, line: bytes, number: int, previous: str, key: VerifyKey, *, is_after_signed: bool) -> str:
    name = f"record {number} ({record.kind})"
    if record.seq != number:
        return f"line {number} holds record {record.seq}: records were removed, inserted or reordered"
    if record.computed_hash() != record.hash or record.line().encode() != line:
        return f"{name} does not match its hash: it was edited"
    if previous and record.previous != previous:
        return f"{name} does not follow record {number - 1}: the chain was broken there"
    if record.version > 1 and not key.accepts(record.seq, record.hash, record.signature):
        return f"{name} is not signed by this key: somebody without the key wrote or edited it"
    if record.version == 1 and is_after_signed:
        return f"{name} has no signature, though earlier ones have: somebody without the key wrote it"
    return ""
