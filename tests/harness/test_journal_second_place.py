"""The second place of a journal's heads shows what the data folder cannot: joint cuts, older copies, replaced keys."""

import shutil

import pytest

from harness.journal.inspection import Inspection
from harness.journal.journal import Journal
from harness.journal.record import JournalRecord
from harness.runtime.errors import JournalError
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings


@pytest.fixture
def place(tmp_path):
    return Paths(tmp_path / "data", JournalSettings(witness_dir=str(tmp_path / "second")))


def fill(place, count=6):
    journal = Journal.of(place)
    for number in range(count):
        journal.append("tool.called", {"number": number}, run="r1")
    return journal


def faults(place):
    return Inspection(place).verify().faults


def lines(path):
    return path.read_bytes().splitlines(keepends=True)


def keep(path, rows):
    path.write_bytes(b"".join(rows))


def files(place):
    return place.journal / "journal.jsonl", place.heads / "heads.jsonl"


def second_heads(place):
    return next(place.witness_folder.glob("*/heads.jsonl"))


def test_by_default_the_second_place_lies_outside_the_data_folder(tmp_path):
    folder = Paths(tmp_path / "data").witness_folder
    assert folder is not None and not folder.is_relative_to(tmp_path / "data")


def test_an_untouched_journal_is_intact_as_far_as_this_machine_can_see(place):
    fill(place)
    report = Inspection(place).verify()
    assert report.intact and report.signed == report.records == report.heads == 6
    assert [line.partition(":")[0] for line in report.not_checked] == ["no witness on another machine"]


@pytest.mark.parametrize("kept", [0, 4])
def test_an_end_that_was_cut_everywhere_on_this_machine_is_named_as_unseen(place, kept):
    fill(place)
    for path in (*files(place), second_heads(place)):
        keep(path, lines(path)[:kept])
    report = Inspection(place).verify()
    assert report.records == kept and "at once cannot be seen" in report.not_checked[0]


@pytest.mark.parametrize("kept", [0, 1, 3, 5])
def test_records_and_heads_that_are_cut_together_are_missed(place, kept):
    fill(place)
    for path in files(place):
        keep(path, lines(path)[:kept])
    assert any("was cut after" in fault for fault in faults(place))
    with pytest.raises(JournalError, match="it was cut or replaced"):
        Journal.of(place).append("run.started", {})


def test_a_tail_that_was_hashed_anew_without_the_key_is_neither_intact_nor_signed(place):
    fill(place)
    records, heads = files(place)
    rows = lines(records)
    last = JournalRecord.model_validate_json(rows[-1])
    forged = last.model_copy(update={"body": {"number": 99}}).sealed()
    keep(records, [*rows[:-1], forged.line().encode() + b"\n"])
    for path in (heads, second_heads(place)):
        keep(path, lines(path)[:-1])
    assert any("is not signed by this key" in fault for fault in faults(place))
    before = heads.read_bytes()
    with pytest.raises(JournalError, match="is not signed by this key"):
        Journal.of(place).append("run.started", {})
    assert heads.read_bytes() == before


@pytest.mark.parametrize("removed", [0, 2, 4])
def test_a_head_that_is_removed_is_missed_in_either_place(place, removed):
    fill(place)
    for path in (place.heads / "heads.jsonl", second_heads(place)):
        rows = lines(path)
        keep(path, [*rows[:removed], *rows[removed + 1 :]])
        assert faults(place)
        keep(path, rows)
    assert not faults(place)


def test_an_older_copy_that_is_put_back_is_found(place, tmp_path):
    fill(place, 3)
    shutil.copytree(place.root, tmp_path / "copy")
    fill(place, 2)
    shutil.rmtree(place.root)
    shutil.copytree(tmp_path / "copy", place.root)
    assert any("was cut after 3" in fault for fault in faults(place))


def test_a_journal_that_is_written_anew_with_another_key_is_found(place, tmp_path):
    fill(place)
    other = Paths(tmp_path / "other", place.journal_settings)
    fill(other)
    shutil.rmtree(place.root)
    shutil.copytree(other.root, place.root)
    assert any("key and journal were replaced" in fault for fault in faults(place))
    with pytest.raises(JournalError, match="it was replaced"):
        Journal.of(place).append("run.started", {})


def test_a_journal_that_was_removed_with_its_folder_is_remembered(place):
    fill(place)
    shutil.rmtree(place.root)
    journal = fill(place, 1)
    assert "with 6 records" in str(next(journal.records()).body)
    assert any("an earlier journal of this folder is gone" in fault for fault in faults(place))


def test_a_data_folder_may_move(place, tmp_path):
    fill(place)
    moved = Paths(tmp_path / "moved", place.journal_settings)
    place.root.rename(moved.root)
    assert not faults(moved)
    fill(moved, 1)
    fill(place, 1)
    assert not faults(moved) and not faults(place)


def test_the_heads_of_a_second_place_that_is_set_up_later_begin_where_it_was(place, tmp_path):
    fill(place)
    later = Paths(place.root, JournalSettings(witness_dir=str(tmp_path / "later")))
    assert any("knows nothing of this journal" in line for line in Inspection(later).verify().not_checked)
    fill(later, 1)
    report = Inspection(later).verify()
    assert report.intact and any("begin at record 6, as the journal recorded" in note for note in report.notes)


def test_without_a_second_place_the_report_says_what_it_cannot_see(place):
    fill(place)
    alone = Paths(place.root, JournalSettings(witness_dir="none"))
    report = Inspection(alone).verify()
    assert report.intact and "records and heads that were cut together" in report.not_checked[0]


def test_second_place_that_cannot_be_written_is_refused_in_one_line(place, tmp_path):
    (tmp_path / "second").write_text("")
    with pytest.raises(JournalError, match=r"journal\.witness_dir") as caught:
        fill(place)
    assert "\n" not in str(caught.value)
