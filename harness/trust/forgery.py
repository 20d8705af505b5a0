"""What somebody without the key, or with another one, can write into a journal."""

from __future__ import annotations

from pathlib import Path
from random import Random

from harness.journal.key import SigningKey
from harness.journal.record import GENESIS, JournalRecord

Lines = list[bytes]


def lines_of(path: Path) -> Lines:
    """Return the lines of a file with their ends."""
    return path.read_bytes().splitlines(keepends=True)


def write_lines(path: Path, lines: Lines) -> None:
    """Replace the lines of a file."""
    path.write_bytes(b"".join(lines))


def flip_bit(path: Path, random: Random) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))


def chained(records: list[JournalRecord], key: SigningKey | None = None) -> Lines:
    """Return the lines of these records with numbers and hashes computed anew; without a key the old signatures stay."""
    lines, previous = [], GENESIS
    for seq, record in enumerate(records, 1):
        new = record.model_copy(update={"seq": seq, "previous": previous}).sealed()
        if key is not None:
            new = new.model_copy(update={"signature": key.sign(seq, new.hash)})
        previous = new.hash
        lines.append(new.line().encode() + b"\n")
    return lines


def heads_of(lines: Lines) -> Lines:
    """Return the heads of these records, with the records' own signatures."""
    return [JournalRecord.model_validate_json(line).head().line().encode() + b"\n" for line in lines]


def edited(lines: Lines, number: int) -> list[JournalRecord]:
    """Return the records with the body of one replaced."""
    records = [JournalRecord.model_validate_json(line) for line in lines]
    records[number] = records[number].model_copy(update={"body": {"text": "approved by alice"}})
    return records


def downgraded(record: JournalRecord) -> JournalRecord:
    """Return the record as one of an earlier release, which needs no signature of its own."""
    return record.model_copy(update={"version": 1, "signature": ""})
