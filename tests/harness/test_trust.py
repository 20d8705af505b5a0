"""The experiments of `bench trust` count what breaks: they find nothing where nothing is wrong, and something where it is."""

import json
import os
import subprocess
import sys

import pytest

from harness.trust.experiment import Count, Experiment
from harness.trust.injections import INJECTIONS, raw_controls
from harness.trust.journal_copy import JournalCopy
from harness.trust.peers import peers
from harness.trust.tamperings import KINDS, tamperings
from harness.trust.trials import Trials


def value_of(experiment, name):
    return next(count.value for count in experiment.counts if count.name == name)


def test_every_kind_of_tampering_is_found_and_the_untouched_journal_gives_no_alarm():
    result = tamperings(True, None, show=False)
    assert result.trials >= len(KINDS)
    assert value_of(result, "found") == result.trials, result.failures
    assert value_of(result, "false alarms on the untouched journal") == 0


def test_a_full_run_has_at_least_the_tamperings_that_were_asked_for():
    assert sum(count for _, count in KINDS.values()) >= 431


def test_a_journal_that_was_put_back_is_intact(tmp_path):
    journal = JournalCopy(tmp_path, "data", 12)
    journal.replace(journal.older[0])
    assert journal.faults()
    journal.restore()
    assert not journal.faults()


@pytest.mark.parametrize("text", [name for name in INJECTIONS if name not in ("newline", "rich markup")])
def test_a_raw_control_character_on_the_screen_is_counted(text):
    assert raw_controls(INJECTIONS[text])
    assert not raw_controls("│ ordinary text, 25 % – é ✓ │\n")


def test_misbehaving_peers_are_refused_in_a_typed_way_and_work_again():
    result = peers(True, None, show=False)
    assert value_of(result, "wrong answers that were believed") == 0, result.failures
    assert value_of(result, "changes made twice") == 0
    assert value_of(result, "interfaces that did not recover") == 0, result.failures


def test_a_run_that_is_killed_loses_no_record_and_applies_once():
    from harness.trust.kills import kills

    result = kills(True, None, show=False)
    for name in ("acknowledged records that are gone", "changes made twice", "outcomes that the network contradicts",
                 "approvals or commitments that the journal does not know", "false alarms of the verification"):  # fmt: skip
        assert value_of(result, name) == 0, result.failures


def test_trials_that_are_done_are_not_repeated(tmp_path):
    made = []

    def trial(name):
        made.append(name)
        return {"n": len(made)}

    Trials("x", tmp_path, show=False).run(["a", "b"], trial)
    with (tmp_path / "trust-x.jsonl").open("a") as file:
        file.write('{"trial": "c", "res')  # as a kill leaves it
    assert Trials("x", tmp_path, show=False).run(["a", "b", "c"], trial) == {"a": {"n": 1}, "b": {"n": 2}, "c": {"n": 3}}
    assert made == ["a", "b", "c"]


def test_a_count_says_whether_it_is_as_it_must_be():
    counts = (
        Count(name="lost", value=1, must_be="zero"),
        Count(name="found", value=3, must_be="all"),
        Count(name="seen", value=2),
    )
    figures = Experiment(name="e", trials=3, counts=counts, failures=("why",)).figures()
    assert [(figure.target, figure.met) for figure in figures] == [("", None), ("= 0", False), ("= 3", True), ("", None)]
    assert figures[1].note == "why"


def test_the_process_of_a_trial_is_ended_when_its_time_is_up(tmp_path):
    order = {"url": "http://127.0.0.1:9", "interface": "PM", "fault": "", "folder": str(tmp_path), "result": str(tmp_path / "r")}
    done = subprocess.run(
        [sys.executable, "-m", "harness.trust.peer_child", "0.01"],
        input=json.dumps(order) + "\n", capture_output=True, text=True, check=True, timeout=600, env=os.environ,
    )  # fmt: skip
    assert json.loads(done.stdout) == {"status": -9, "why": "time was up"}
