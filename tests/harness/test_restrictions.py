"""What an operator forbids is kept, journaled, and refused by the gate of every later run until it is removed or over."""

import io
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from entry_points import call
from gate_case import case_of
from journal_records import kinds
from small_network import START, SmallNetwork, du, embb_minimum, ratio
from small_world import SmallPlanner, service
from terminal_session import ROOT

from agents.planner import Restrict, Understand
from agents.understanding.result import Forbids, Understood
from harness.approvals.approver import approve_by_flag
from harness.gate.gate import Gate
from harness.gate.restrictions import judge
from harness.journal.write_ahead import open_state
from harness.records.status import EXIT_STATUS
from harness.restrictions.covered_network import covered_network
from harness.restrictions.store import RestrictionStore
from harness.runtime.errors import RestrictionError
from harness.runtime.paths import Paths
from harness.runtime.store import StateStore
from harness.runtime.timetable import Timetable
from harness.views.console import RunConsole
from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.intent import TimeWindow
from policies.restrictions.prohibition import Prohibition
from policies.slices import Slice
from policies.verdict import Ruling
from twins.screen.console import SafeConsole

NOW = START + timedelta(seconds=24)
TEXT = "give every eMBB user at least 5 Mbps"
WORDS = "nobody touches S1C1, the crew is on the mast"
SAID = "From now on: change nothing in S1C1."
HANDS_OFF = Prohibition(what="change", cells=("S1C1",))
LATER = TimeWindow(start=NOW + timedelta(seconds=60), end=NOW + timedelta(seconds=120))


class Restricts(SmallPlanner):
    """Understands that something is forbidden, and nothing else."""

    def __init__(self, *forbidden, read_back=SAID):
        super().__init__()
        self.forbidden, self.read_back = forbidden or (HANDS_OFF,), read_back

    def decide(self, view):
        if view.reading is None:
            return Understand(reading=Forbids(forbidden=self.forbidden, read_back=self.read_back))
        return Restrict(forbidden=view.reading.forbidden, read_back=view.reading.read_back)


class Sees(SmallPlanner):
    """Keeps the restrictions of its views, and may forbid something for its own request."""

    def __init__(self, forbidden=(), **options):
        super().__init__(**options)
        self.forbidden, self.seen = forbidden, []

    def decide(self, view):
        self.seen.append(view.restrictions)
        decision = super().decide(view)
        if isinstance(decision, Understand):
            reading = Understood(intent=decision.reading.intent, forbidden=self.forbidden)
            return Understand(reading=reading)
        return decision


def made(root, *forbidden, network=None, **options):
    """Let a run on `network` make restrictions; return its outcome and its service."""
    runs = service(root, Restricts(*forbidden), network=network or SmallNetwork(), **options)
    return runs.start(WORDS), runs


def test_what_is_forbidden_is_kept_with_its_words_and_who_said_them_and_ends_the_run(tmp_path):
    outcome, runs = made(tmp_path)
    assert (outcome.status, EXIT_STATUS[outcome.status]) == ("restricted", 0)
    (record,) = runs.restrictions.all()
    kept = record.restriction
    assert (kept.text, kept.read_back, kept.made_by, kept.what, kept.cells) == (WORDS, SAID, runs.requester, "change", ("S1C1",))
    assert kept.network == runs.identity and record.state == "in force"
    assert SAID in outcome.message and kept.id in outcome.message
    assert outcome.restrictions == (kept,)
    assert outcome.report and "report.failed" not in kinds(runs, outcome.run_id)
    assert runs.runs.get(outcome.run_id).status == "restricted"
    (body,) = [one.body for one in runs.journal.records(outcome.run_id) if one.kind == "restriction.made"]
    assert (body["id"], body["who"], body["text"], body["network"]) == (kept.id, runs.requester, WORDS, runs.identity)
    assert kinds(runs, outcome.run_id).index("state.changing") < kinds(runs, outcome.run_id).index("restriction.made")


def test_a_later_run_is_refused_what_was_forbidden_with_the_words_and_the_command(tmp_path):
    network = SmallNetwork()
    made(tmp_path, network=network)
    shown = io.StringIO()
    runs = service(tmp_path, SmallPlanner(), RunConsole(SafeConsole(file=shown, width=200)), network)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert shown.getvalue().count("1 standing restriction, in force or to come; list with: twinpilot restrictions") == 1
    (restriction,) = outcome.restrictions
    (refusal,) = [reason for reason in outcome.verdict.reasons if reason.rule == "restrictions"]
    assert outcome.verdict.ruling is Ruling.REJECT and refusal.outcome == "fail"
    for word in (restriction.id, WORDS, restriction.made_by):
        assert word in refusal.message
    assert f"twinpilot restrictions remove {restriction.id}" in refusal.remedy
    assert outcome.status == "cannot" and network.applied == []


def test_the_run_that_comes_after_the_removal_is_free_again(tmp_path):
    network = SmallNetwork()
    _, runs = made(tmp_path, network=network)
    (record,) = runs.restrictions.all()
    assert (
        call("restrictions", "remove", record.restriction.id[:4], "--note", "crew has left", "--data-dir", tmp_path / "data") == 0
    )
    outcome = service(tmp_path, SmallPlanner(), network=network).start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed"
    (record,) = runs.restrictions.all()
    assert record.state == "removed" and "crew has left" in record.standing() and record.removed_by == runs.requester
    (body,) = [one.body for one in runs.journal.records(record.restriction.run_id) if one.kind == "restriction.removed"]
    assert (body["id"], body["who"], body["note"]) == (record.restriction.id, runs.requester, "crew has left")
    with pytest.raises(RestrictionError, match="was removed by"):
        runs.restrictions.remove(record.restriction.id, "somebody")


def test_a_restriction_that_is_made_while_a_change_waits_for_its_start_stops_it(tmp_path):
    network = SmallNetwork()
    waiting = service(tmp_path, SmallPlanner(window=LATER), network=network)
    scheduled = waiting.start(TEXT, approver=approve_by_flag, waits=False)
    assert scheduled.status == "scheduled"
    outcome, _ = made(tmp_path, network=network)
    assert f"the change of run {scheduled.run_id} does this and is scheduled" in outcome.message
    outcome = waiting.resume(scheduled.run_id, approver=approve_by_flag)
    assert outcome.status == "rejected" and WORDS in outcome.message
    assert network.applied == []


def test_a_change_of_ours_is_taken_back_whatever_is_forbidden_by_then(tmp_path):
    """A change that is in force until the end of its time is restored, though its cell may not be touched any more."""
    network, now = SmallNetwork(), TimeWindow(start=NOW - timedelta(seconds=60), end=NOW + timedelta(seconds=90))
    waiting = service(tmp_path, SmallPlanner(window=now), network=network)
    in_force = waiting.start(TEXT, approver=approve_by_flag, waits=False)
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 40
    made(tmp_path, network=network)
    outcome = waiting.resume(in_force.run_id, approver=approve_by_flag)
    assert outcome.status == "confirmed"
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0


def test_what_a_request_forbids_holds_for_this_run_alone(tmp_path):
    network = SmallNetwork()
    runs = service(tmp_path, Sees(forbidden=(HANDS_OFF,)), network=network)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    (refusal,) = [reason for reason in outcome.verdict.reasons if reason.rule == "restrictions"]
    assert "this request itself forbids" in refusal.message and outcome.status == "cannot"
    assert runs.restrictions.all() == [] and network.applied == []
    assert service(tmp_path, SmallPlanner(), network=network).start(TEXT, approver=approve_by_flag).status == "confirmed"


def test_a_planner_sees_the_restrictions_that_hold_while_its_change_would_be_in_effect(tmp_path):
    network = SmallNetwork()
    made(tmp_path, HANDS_OFF.model_copy(update={"window": LATER}), network=network)
    before = TimeWindow(start=NOW, end=NOW + timedelta(seconds=50))
    early, late = Sees(window=before), Sees()
    outcome = service(tmp_path, early, network=network).start(TEXT, "shadow")
    assert [len(seen) for seen in early.seen] == [1] + [0] * (len(early.seen) - 1)
    assert "restrictions" not in {reason.rule for reason in outcome.verdict.reasons if reason.outcome == "fail"}
    outcome = service(tmp_path, late, network=network).start(TEXT, "shadow")
    assert {len(seen) for seen in late.seen} == {1}
    assert "restrictions" in {reason.rule for reason in outcome.verdict.reasons if reason.outcome == "fail"}


@pytest.mark.parametrize(
    ("forbidden", "words"),
    [
        (Prohibition(what="sleep", cells=("S9C9",)), "cells=S9C9: allowed S1C1, S1C2, S1C3"),
        (Prohibition(what="colour"), "what=colour: allowed sleep, change, or an attribute"),
        (Prohibition(what="sleep", window=TimeWindow(start=START - timedelta(9), end=START)), "is over"),
    ],
)
def test_what_cannot_be_enforced_is_no_restriction(tmp_path, forbidden, words):
    outcome, runs = made(tmp_path, forbidden)
    assert outcome.status == "cannot" and words in outcome.message
    assert runs.restrictions.all() == []


def test_shadow_mode_makes_no_restriction(tmp_path):
    runs = service(tmp_path, Restricts())
    outcome = runs.start(WORDS, "shadow")
    assert outcome.status == "shadow" and SAID in outcome.message
    assert runs.restrictions.all() == []


def test_another_network_is_not_restricted_and_an_embedded_one_by_its_scenario(tmp_path):
    _, runs = made(tmp_path)
    assert runs.restrictions.in_force("instance 4711", NOW) == ()
    assert covered_network("instance embedded:stadium/0a1b2c3d") == covered_network("instance embedded:stadium/11112222")
    assert covered_network("instance embedded:stadium/0a1b2c3d") != covered_network("instance embedded:small/0a1b2c3d")
    assert covered_network("instance 4711") == "instance 4711"


# The rule of the gate.


def verdict(network, change_set, *restrictions, **fields):
    return Gate().judge(case_of(network, change_set, restrictions=restrictions, **fields))


def is_refused(network, change_set, *restrictions, **fields):
    reasons = list(judge(case_of(network, change_set, restrictions=restrictions, **fields)))
    assert {reason.outcome for reason in reasons} in ({"fail"}, {"pass"})
    return reasons[0].outcome == "fail"


@pytest.fixture
def restriction(tmp_path):
    """Makes a restriction, to be judged with."""
    store = RestrictionStore(StateStore(tmp_path / "state.sqlite"))
    number = iter(range(99))

    def make(what="change", cells=("S1C1",), **fields):
        forbidden = Prohibition(what=what, cells=cells, **fields)
        words = {"text": WORDS, "read_back": SAID, "made_by": "1000:alice", "network": "small"}
        return store.make([forbidden], run_id=f"r{next(number)}", **words)[0].restriction

    return make


def test_the_gate_judges_cells_slices_and_attributes(restriction):
    network, change = SmallNetwork(), embb_minimum(40)
    assert is_refused(network, change, restriction())
    assert is_refused(network, change, restriction(cells=()))
    assert is_refused(network, change, restriction(slice=Slice.EMBB))
    assert is_refused(network, change, restriction("rRMPolicyMinRatio"))
    assert not is_refused(network, change)
    assert not is_refused(network, change, restriction(cells=("S1C2",)))
    assert not is_refused(network, change, restriction(slice=Slice.URLLC))
    assert not is_refused(network, change, restriction("rRMPolicyMaxRatio"), restriction("sleep"))
    lock = AttributeEdit(dn=du("S1C1"), attribute="administrativeState", old="UNLOCKED", new="LOCKED")
    assert is_refused(network, ChangeSet(edits=(lock,)), restriction("sleep"))


def test_the_gate_judges_policies_by_what_they_do(restriction):
    network = SmallNetwork()
    nci = {cell.id: cell.nci for cell in network.describe().cells}

    def steering(preference, cell):
        body = {
            "scope": {"sliceId": {"sst": 1}},
            "tspResources": [{"cellIdList": [{"cId": {"ncI": nci[cell]}}], "preference": preference}],
        }
        edit = PolicyEdit(policy_type="ORAN_TrafficSteeringPreference_1.0.0", policy_id="p", old=None, new=body)
        return ChangeSet(edits=(edit,))

    assert is_refused(network, steering("FORBID", "S1C1"), restriction("sleep"))
    assert is_refused(network, steering("SHALL", "S1C2"), restriction("sleep"))
    assert is_refused(network, steering("PREFER", "S1C1"), restriction())
    assert not is_refused(network, steering("FORBID", "S1C2"), restriction("sleep"))
    assert not is_refused(network, steering("PREFER", "S1C1"), restriction("sleep"), restriction(slice=Slice.URLLC))


@pytest.mark.parametrize(
    ("begins", "ends", "refused"),
    [(0, 59, False), (0, None, True), (0, 61, True), (70, 90, True), (110, 200, True), (120, 200, False), (130, None, False)],
)
def test_the_gate_judges_a_window_by_when_the_change_is_in_effect(restriction, begins, ends, refused):
    network = SmallNetwork()
    timetable = Timetable(
        apply_at=NOW + timedelta(seconds=begins) if begins else None,
        restore_at=None if ends is None else NOW + timedelta(seconds=ends),
    )
    assert network.now() == NOW
    assert is_refused(network, embb_minimum(40), restriction(window=LATER), timetable=timetable) is refused


def test_a_refusal_of_the_gate_is_final_and_names_every_restriction_that_is_broken(restriction):
    one, other = restriction(), restriction("rRMPolicyMinRatio", cells=())
    given = verdict(SmallNetwork(), embb_minimum(40), one, other)
    assert given.ruling is Ruling.REJECT
    refusals = [reason.source for reason in given.reasons if reason.rule == "restrictions"]
    assert refusals == [f"restriction {one.id}", f"restriction {other.id}"]


# The store and the journal.

CHILD = """
import os, signal, sys
from pathlib import Path
from harness.journal.write_ahead import announce, open_state
from harness.restrictions.store import RestrictionStore
from harness.runtime.paths import Paths
from harness.runtime.store import StateStore
from policies.restrictions.prohibition import Prohibition

place, moment = Paths(Path(sys.argv[1])), sys.argv[2]
store, journal = open_state(place)
die = lambda *change: os.kill(os.getpid(), signal.SIGKILL)
def announce_and_die(change):
    announce(journal, change)
    die()
if moment == "announced":
    store = StateStore(place.state, write_ahead=announce_and_die)
words = {"text": "hands off", "read_back": "change nothing", "made_by": "1000:alice", "network": "small"}
RestrictionStore(store).make([Prohibition(what="change")], run_id="r1", **words)
die()
"""


def make_again(place):
    store, journal = open_state(place)
    recovered = [record for record in journal.records("r1") if record.kind == "state.recovered"]
    kept = RestrictionStore(store)
    before = kept.all()
    words = {"text": "hands off", "read_back": "change nothing", "made_by": "1000:alice", "network": "small"}
    kept.make([Prohibition(what="change")], run_id="r1", **words)
    return recovered, before, kept.all()


@pytest.mark.parametrize("moment", ["announced", "committed"])
def test_after_a_kill_the_journal_says_whether_the_restriction_stands_and_it_is_made_once(tmp_path, moment):
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), moment],
        check=False,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == -signal.SIGKILL
    (recovered,), before, after = make_again(Paths(tmp_path))
    assert recovered.body["table"] == "restrictions" and "1000:alice" in recovered.body["row"]["restriction"]
    assert recovered.body["took_effect"] is (moment == "committed")
    assert (len(before), len(after)) == (int(moment == "committed"), 1)


def test_a_restriction_whose_time_is_over_is_listed_as_expired_and_not_enforced(tmp_path, capsys):
    network = SmallNetwork()
    _, runs = made(tmp_path, HANDS_OFF.model_copy(update={"window": LATER}), network=network)
    network.advance(130)
    outcome = service(tmp_path, SmallPlanner(), network=network).start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed" and outcome.restrictions == ()
    assert [record.state for record in runs.restrictions.all()] == ["expired"]
    capsys.readouterr()
    assert call("restrictions", "--json", "--data-dir", tmp_path / "data") == 0
    (listed,) = json.loads(capsys.readouterr().out)["restrictions"]
    assert listed["state"] == "expired" and listed["restriction"]["text"] == WORDS


def test_the_command_lists_words_meaning_and_the_way_to_remove(tmp_path, capsys):
    _, runs = made(tmp_path)
    (record,) = runs.restrictions.all()
    capsys.readouterr()
    assert call("restrictions", "--data-dir", tmp_path / "data") == 0
    shown = " ".join(capsys.readouterr().out.split())
    for word in (
        WORDS,
        SAID,
        record.restriction.id,
        "in force",
        runs.requester,
        f"twinpilot restrictions remove {record.restriction.id}",
    ):
        assert word in shown
    for command in ("runs", "show"):
        assert call(command, "--data-dir", tmp_path / "data") == 0
        assert "restricted" in capsys.readouterr().out.lower()
    assert call("show", "--json", "--data-dir", tmp_path / "data") == 0
    assert json.loads(capsys.readouterr().out)["restrictions"][0]["id"] == record.restriction.id
    assert call("restrictions", "remove", "ffffffff", "--data-dir", tmp_path / "data") == 1
    assert "does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "words"),
    [('operators = ["somebody-else"]', "roles: none"), ("four_eyes = true", "made this restriction and may not remove it")],
)
def test_who_may_not_approve_may_not_remove(tmp_path, capsys, settings, words):
    _, runs = made(tmp_path)
    (record,) = runs.restrictions.all()
    config = tmp_path / "strict.toml"
    config.write_text(f"[approval]\n{settings}\n")
    removal = ("restrictions", "remove", record.restriction.id, "--config", config, "--data-dir", tmp_path / "data")
    assert call(*removal) == 1
    assert words in capsys.readouterr().err
    assert [one.state for one in runs.restrictions.all()] == ["in force"]
    refused = [one.body for one in runs.journal.records(record.restriction.run_id) if one.kind == "decision.refused"]
    assert [(one["action"], one["id"]) for one in refused] == [("remove", record.restriction.id)]
