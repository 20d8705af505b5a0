"""Approvals and commitments are journaled before they are committed; after a kill the journal says what became of them."""

import json
import os
import signal
import subprocess
import sys

import pytest
from small_network import embb_minimum

from harness.approvals.store import ApprovalStore
from harness.approvals.subject import ApprovalSubject
from harness.commitments.store import CommitmentStore
from harness.journal.write_ahead import open_state
from harness.runtime.errors import JournalError
from harness.runtime.paths import Paths

CHILD = """
import os, signal, sys
from pathlib import Path
from harness.approvals.store import ApprovalStore
from harness.approvals.subject import ApprovalSubject
from harness.commitments.store import CommitmentStore
from harness.journal.write_ahead import announce, open_state
from harness.runtime.paths import Paths
from harness.runtime.store import StateStore
from policies.change import ChangeSet

place, moment = Paths(Path(sys.argv[1])), sys.argv[2]
change_set = ChangeSet.model_validate_json(sys.argv[3])
subject = ApprovalSubject(change_set=change_set)
store, journal = open_state(place)
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
if moment == "announced":
    def announce_and_die(change):
        announce(journal, change)
        die()
    ApprovalStore(StateStore(place.state, write_ahead=announce_and_die)).request("r1", subject, 900)
approvals = ApprovalStore(store)
approvals.request("r1", subject, 900)
journal.append("approval.requested", {"digest": subject.digest}, "r1")
approvals.decide("r1", subject.digest, True, "alice", "command", note="seen token=abcdef123456")
if moment == "approved":
    die()
CommitmentStore(store).open("k1", "r1", change_set, network="small", deadline_s=60, network_deadline=1e12, expectations={})
die()
"""
CHANGE = embb_minimum(40)
SUBJECT = ApprovalSubject(change_set=CHANGE)


def killed(root, moment):
    done = subprocess.run([sys.executable, "-c", CHILD, str(root), moment, CHANGE.model_dump_json()], check=False, timeout=600)
    assert done.returncode == -signal.SIGKILL
    return Paths(root)


def recovered(place):
    _, journal = open_state(place)
    return [record for record in journal.records() if record.kind == "state.recovered"]


def test_an_approval_that_precedes_a_kill_is_in_the_journal_with_who_gave_it(tmp_path):
    place = killed(tmp_path, "approved")
    (record,) = recovered(place)
    assert record.run == "r1" and record.body["took_effect"] is True
    assert (record.body["row"]["state"], record.body["row"]["decided_by"]) == ("approved", "alice")
    assert "abcdef123456" not in place.journal.joinpath("journal.jsonl").read_text()


def test_a_commitment_that_precedes_a_kill_is_in_the_journal(tmp_path):
    place = killed(tmp_path, "committed")
    assert [(record.body["table"], record.body["row"]["state"]) for record in recovered(place)] == [
        ("approvals", "approved"),
        ("commitments", "pending"),
    ]


def test_a_change_that_was_announced_and_not_committed_is_told_apart(tmp_path):
    place = killed(tmp_path, "announced")
    (record,) = recovered(place)
    assert record.body["took_effect"] is False and record.body["row"]["state"] == "pending"
    assert ApprovalStore(open_state(place)[0]).of_run("r1") == []


def test_what_was_recovered_is_recovered_once(tmp_path):
    place = killed(tmp_path, "committed")
    assert len(recovered(place)) == len(recovered(place)) == 2


def test_a_process_that_lives_is_left_to_report_itself(tmp_path):
    store, journal = open_state(Paths(tmp_path))
    ApprovalStore(store).request("r1", SUBJECT, 900)
    assert recovered(Paths(tmp_path)) == []
    assert [record.body["row"]["state"] for record in journal.records()] == ["pending"]


def test_nothing_is_committed_that_could_not_be_journaled(tmp_path):
    store, journal = open_state(Paths(tmp_path))
    approvals = ApprovalStore(store)
    approvals.request("r1", SUBJECT, 900)
    journal.path.write_bytes(b"")
    with pytest.raises(JournalError):
        approvals.decide("r1", SUBJECT.digest, True, "mallory", "command")
    assert approvals.get("r1", SUBJECT.digest).state == "pending"


def test_a_lease_for_reverting_is_journaled_before_the_network_is_touched(tmp_path):
    store, journal = open_state(Paths(tmp_path))
    commitments = CommitmentStore(store)
    commitments.open("k1", "r1", CHANGE, network="small", deadline_s=60, network_deadline=1e12, expectations={})
    commitments.claim("k1", "watchdog:1", 60)
    assert [record.body["row"]["lease_by"] for record in journal.records()] == ["", "watchdog:1"]
    assert json.loads(journal.path.read_text().splitlines()[0])["body"]["process"].startswith(f"{os.getpid()}:")
