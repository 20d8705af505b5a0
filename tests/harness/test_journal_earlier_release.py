"""A journal of an earlier release, which signed heads only, verifies with a statement, and goes on with signed records."""

from datetime import UTC, datetime

import pytest

from harness.journal.inspection import Inspection
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.journal.record import GENESIS, JournalHead, JournalRecord
from harness.runtime.errors import JournalError
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings


@pytest.fixture
def place(tmp_path):
    """A data folder as an earlier release left it, with four records."""
    place = Paths(tmp_path / "data", JournalSettings(witness_dir=str(tmp_path / "second")))
    key = signing_key(place.keys)
    for folder in (place.journal, place.heads):
        folder.mkdir()
    previous = GENESIS
    for seq in range(1, 5):
        at = datetime(2026, 11, 1, 12, seq, tzinfo=UTC)
        record = JournalRecord(seq=seq, at=at, run="r1", kind="tool.called", body={"n": seq}, previous=previous).sealed()
        previous = record.hash
        add(place.journal / "journal.jsonl", record.line())
        add(place.heads / "heads.jsonl", JournalHead(seq=seq, hash=previous, signature=key.sign(seq, previous)).line())
    return place


def add(path, line):
    with path.open("a") as file:
        file.write(line + "\n")


def drop_last(path):
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def test_it_is_intact_and_the_report_says_what_its_records_rest_on(place):
    report = Inspection(place).verify()
    assert report.intact and (report.records, report.signed) == (4, 0)
    assert any("records 1..4 are of an earlier release, which signed heads only" in line for line in report.not_checked)


def test_it_goes_on_with_signed_records_and_a_second_place(place):
    Journal.of(place).append("run.started", {})
    report = Inspection(place).verify()
    assert report.intact and (report.records, report.signed) == (6, 2)
    assert any("begin at record 4, as the journal recorded" in note for note in report.notes)


def test_an_edit_of_an_old_record_is_found(place):
    Journal.of(place).append("run.started", {})
    path = place.journal / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"n":2}', b'{"n":7}'))
    assert any("record 2" in fault for fault in Inspection(place).verify().faults)


def test_a_last_record_that_nobody_signed_is_put_aside_not_signed(place):
    drop_last(place.heads / "heads.jsonl")
    Journal.of(place).append("run.started", {})
    records = list(Journal.of(place).records())
    assert {"n": 4} not in [record.body for record in records]
    assert any("that nobody signed" in str(record.body) for record in records)
    assert list(place.journal.glob("*.torn-*"))
    assert Inspection(place).verify().intact


def test_more_records_than_a_crash_leaves_unsigned_are_refused(place):
    for _ in range(2):
        drop_last(place.heads / "heads.jsonl")
    assert any("records 3..4 have no head" in fault for fault in Inspection(place).verify().faults)
    with pytest.raises(JournalError, match="not covered by a head of this key"):
        Journal.of(place).append("run.started", {})


def test_a_record_without_signature_after_signed_ones_is_found(place):
    last = Journal.of(place).append("run.started", {})
    forged = JournalRecord(seq=last.seq + 1, at=last.at, run="", kind="run.ended", body={}, previous=last.hash).sealed()
    add(place.journal / "journal.jsonl", forged.line())
    assert any("has no signature, though earlier ones have" in fault for fault in Inspection(place).verify().faults)
    with pytest.raises(JournalError, match="is not signed, though those before it are"):
        Journal.of(place).append("run.started", {})
