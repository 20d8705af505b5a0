"""A scheduled change is withdrawn, and an applied one taken back, when a person says so: once, recorded, and read back."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from entry_points import call
from journal_records import bodies
from small_network import START, SmallNetwork, embb_minimum, minimum
from small_world import SmallPlanner, service

from harness.approvals.approver import approve_by_flag
from harness.commitments.store import CommitmentStore
from harness.runtime.errors import CommitmentError
from harness.runtime.store import StateStore
from harness.runtime.timetable import Timetable
from policies.intent import TimeWindow
from tools.oran.oran_network import OranNetwork
from twins.ric.server import EmbeddedRan

TEXT = "give every eMBB user at least 5 Mbps"
NOW = START + timedelta(seconds=24)
LATER = TimeWindow(start=NOW + timedelta(seconds=60), end=NOW + timedelta(seconds=120))
ROUND_NOW = TimeWindow(start=NOW - timedelta(seconds=60), end=NOW + timedelta(seconds=600))


class Named(OranNetwork):
    """A served network, filed under its URL as the product files it."""

    @property
    def name(self):
        return self.url


@pytest.fixture
def served(tmp_path):
    twin = SmallNetwork()
    (tmp_path / "data").mkdir()
    with EmbeddedRan(twin) as ran, Named(ran.url, ledger=tmp_path / "data" / "ledger.sqlite") as network:
        yield twin, network


def runs_of(root, network, window, **options):
    return service(root, SmallPlanner(window=window), network=network, commitment={"watchdog": False}, **options)


def cancelled(root, run_id, *more, approval=""):
    config = root / "quiet.toml"
    config.write_text(f"[commitment]\nwatchdog = false\n{approval}")
    return call("cancel", run_id, "--data-dir", root / "data", "--config", config, *more)


def test_a_change_that_waits_for_its_start_is_withdrawn_and_never_sent(tmp_path, served, capfd):
    twin, network = served
    runs = runs_of(tmp_path, network, LATER)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    assert left.status == "scheduled"
    capfd.readouterr()
    assert cancelled(tmp_path, left.run_id, "--note", "the match was called off", "--json") == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["state"] == "cancelled" and "the match was called off" in printed["note"]
    (commitment,) = runs.commitments.of_run(left.run_id)
    assert (commitment.state, commitment.cancelled_by) == ("cancelled", runs.requester)
    assert runs.runs.get(left.run_id).status == "cancelled"
    assert [body["by"] for body in bodies(runs, left.run_id, "change.cancelled")] == [runs.requester]
    resumed = runs.resume(left.run_id)
    assert (resumed.status, resumed.exit_status) == ("cancelled", 4)
    assert "nothing of it was applied" in resumed.message and "the match was called off" in resumed.message
    assert minimum(twin) == 0 and twin.applied == []
    assert cancelled(tmp_path, left.run_id) == 1
    assert "has no change that is scheduled or on the network" in capfd.readouterr().err


def test_a_run_that_waits_for_its_start_ends_when_its_change_is_cancelled_meanwhile(tmp_path):
    network = SmallNetwork()
    statuses = []

    def listener(event):
        if event.kind == "time.passed" and event.data.get("purpose") and not statuses:
            statuses.append(cancelled(tmp_path, runs.runs.get("last").run_id))

    runs = runs_of(tmp_path, network, LATER, listener=listener)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert statuses == [0] and outcome.status == "cancelled"
    assert network.applied == [] and network.now() < LATER.start - timedelta(seconds=2)


def test_a_change_in_force_is_taken_back_now_and_read_back(tmp_path, served, capfd):
    twin, network = served
    runs = runs_of(tmp_path, network, ROUND_NOW)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    assert left.status == "scheduled" and minimum(twin) == 40, left.message
    assert cancelled(tmp_path, left.run_id) == 0
    assert minimum(twin) == 0
    (commitment,) = runs.commitments.of_run(left.run_id)
    assert (commitment.state, commitment.cancelled_by) == ("restored", runs.requester)
    assert runs.runs.get(left.run_id).status == "cancelled"
    assert [body["why"] for body in bodies(runs, left.run_id, "change.restored")] == [f"cancelled by {runs.requester}"]
    resumed = runs.resume(left.run_id)
    assert resumed.status == "cancelled" and "taken back" in resumed.message and "read back" in resumed.message


def test_a_change_that_is_being_verified_is_taken_back_without_an_alarm_and_not_confirmed(tmp_path, served):
    twin, network = served
    statuses = []

    def listener(event):
        if event.kind == "time.passed" and minimum(twin) == 40 and not statuses:
            statuses.append(cancelled(tmp_path, runs.runs.get("last").run_id))

    runs = runs_of(tmp_path, network, None, listener=listener)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert statuses == [0] and minimum(twin) == 0
    assert outcome.status == "cancelled", outcome.message
    assert bodies(runs, outcome.run_id, "change.alarm") == []
    assert [commitment.state for commitment in runs.commitments.of_run(outcome.run_id)] == ["reverted"]


def test_what_cannot_be_taken_back_now_is_left_to_the_watchdog_and_never_called_taken_back(tmp_path, capfd):
    twin = SmallNetwork()
    (tmp_path / "data").mkdir()
    with EmbeddedRan(twin) as ran, Named(ran.url, ledger=tmp_path / "data" / "ledger.sqlite") as network:
        runs = runs_of(tmp_path, network, ROUND_NOW)
        left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    assert cancelled(tmp_path, left.run_id) == 5
    printed = capfd.readouterr().out
    assert "STILL ON THE NETWORK" in printed and "reverted" not in printed
    (commitment,) = runs.commitments.of_run(left.run_id)
    assert commitment.is_overdue(0.0, None) and commitment.state == "revert_failed"
    assert runs.runs.get(left.run_id).status == "still applied"


@pytest.mark.parametrize("role", ["nobody", "operator"])
def test_cedar_decides_who_may_cancel(tmp_path, served, capfd, role):
    runs = runs_of(tmp_path, served[1], LATER)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    me = runs.requester if role == "operator" else "somebody-else"
    status = cancelled(tmp_path, left.run_id, approval=f'[approval]\noperators = ["{me}"]\n')
    (commitment,) = runs.commitments.of_run(left.run_id)
    assert (status, commitment.state) == ((0, "cancelled") if role == "operator" else (1, "scheduled"))
    refused = bodies(runs, left.run_id, "decision.refused")
    assert [body["action"] for body in refused] == ([] if role == "operator" else ["revert"])
    assert ("may not revert" in capfd.readouterr().err) == (role == "nobody")


@pytest.mark.parametrize("number", range(20))
def test_of_a_cancellation_and_the_start_one_succeeds_and_the_other_is_told(tmp_path, number):
    commitments, ready = CommitmentStore(StateStore(tmp_path / "state.sqlite")), threading.Barrier(2)
    times = {"deadline_s": 60, "network_deadline": 4e9, "expectations": {}}
    commitments.open("k", "r", embb_minimum(40), network="net", timetable=Timetable(apply_at=NOW), **times)

    def begin():
        ready.wait()
        return commitments.begin("k", **times).state

    def cancel():
        ready.wait()
        return commitments.cancel("k", "1:ann", "withdrawn").state

    with ThreadPoolExecutor(2) as pool:
        results = [future.exception() or future.result() for future in [pool.submit(begin), pool.submit(cancel)]]
    (told,) = [result for result in results if isinstance(result, CommitmentError)]
    (won,) = [result for result in results if not isinstance(result, CommitmentError)]
    assert won == commitments.get("k").state and won in str(told)


def test_a_cancelled_change_is_neither_confirmed_nor_kept_in_force(tmp_path):
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    network = SmallNetwork()
    commitments.open("k", "r", embb_minimum(40), network="net", deadline_s=60, network_deadline=4e9, expectations={})
    commitments.applied("k", network.apply(embb_minimum(40), "k"))
    commitments.recall("k", "1:ann")
    with pytest.raises(CommitmentError):
        commitments.confirmed("k")
    with pytest.raises(CommitmentError):
        commitments.in_force("k", deadline_s=60, network_deadline=4e9)
    assert commitments.get("k").is_overdue(0.0, None)
