"""A change is confirmed or reverted, also when the process that made it is dead."""

import signal
import subprocess
import sys

import pytest
from small_network import embb_minimum, minimum, ratio

from harness.commitments.ownership import CommitmentConflictError
from harness.commitments.store import CommitmentStore
from harness.commitments.watchdog import Watchdog
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.runtime.errors import CommitmentError
from harness.runtime.store import StateStore
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.ric.server import EmbeddedRan


@pytest.fixture
def commitments(tmp_path, clock):
    return CommitmentStore(StateStore(tmp_path / "state.sqlite"), now=lambda: clock[0])


@pytest.fixture
def watch(tmp_path, commitments, network, clock):
    journal = Journal(tmp_path / "journal", tmp_path / "heads", signing_key(tmp_path / "keys"))
    return Watchdog(commitments, lambda name: network, journal, now=lambda: clock[0])


def opened(commitments, change_set, key="k1", run="r1", deadline=60):
    return commitments.open(key, run, change_set, network="net", deadline_s=deadline, network_deadline=4e9, expectations={})


def test_every_step_may_come_long_after_the_one_before_it(commitments, clock, network):
    for step, state in (
        (lambda: opened(commitments, embb_minimum(40)), "pending"),
        (lambda: commitments.applied("k1", network.apply(embb_minimum(40), "k1")), "applied"),
        (lambda: commitments.extend("k1", 60.0, 4e9), "applied"),
        (lambda: commitments.confirmed("k1"), "confirmed"),
    ):
        clock[0] += 3600.0  # what the high-water clock has seen must be written
        assert step().state == state


def test_a_confirmed_change_stays(commitments, network, watch, clock):
    opened(commitments, embb_minimum(40))
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    commitments.confirmed("k1")
    clock[0] += 1000
    assert watch.sweep() == []
    assert minimum(network) == 40


def test_an_overdue_change_is_taken_back_and_not_before(commitments, network, watch, clock):
    opened(commitments, embb_minimum(40))
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    assert watch.sweep() == []
    clock[0] += 61
    assert [result.state for result in watch.sweep()] == ["reverted"]
    assert minimum(network) == 0
    assert watch.sweep() == []


def test_network_time_counts_too(commitments, network, watch):
    until = network.now().timestamp() + 12
    commitments.open("k1", "r1", embb_minimum(40), network="net", deadline_s=1e9, network_deadline=until, expectations={})
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    assert watch.sweep() == []
    network.advance(13)
    assert [result.state for result in watch.sweep()] == ["reverted"]


def test_a_change_whose_record_was_lost_is_found_by_reading_back(commitments, network, watch, clock):
    opened(commitments, embb_minimum(40))
    network.apply(embb_minimum(40), "k1")
    clock[0] += 61
    assert watch.sweep()[0].state == "reverted"
    assert minimum(network) == 0


def test_a_change_that_was_never_made_is_closed_without_touching_anything(commitments, network, watch, clock):
    opened(commitments, embb_minimum(40))
    clock[0] += 61
    assert "never made" in watch.sweep()[0].note
    assert network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 0


def test_what_somebody_else_changed_since_is_left_alone_and_reported(commitments, network, watch, clock):
    opened(commitments, embb_minimum(40))
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    network.apply(embb_minimum(55, old=40), "somebody")
    clock[0] += 61
    done = watch.sweep()[0]
    assert done.state == "revert_failed"
    assert "changed by somebody else" in done.note
    assert minimum(network) == 55


def test_a_network_that_is_down_is_tried_again_until_it_answers(tmp_path, commitments, network, clock):
    attempts = []

    def connect(name):
        attempts.append(name)
        return OranNetwork("http://127.0.0.1:9", settings=PeerSettings(attempts=1)) if len(attempts) == 1 else network

    journal = Journal(tmp_path / "journal", tmp_path / "heads", signing_key(tmp_path / "keys"))
    watch = Watchdog(commitments, connect, journal, now=lambda: clock[0])
    opened(commitments, embb_minimum(40))
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    clock[0] += 61
    assert watch.sweep()[0].state == "revert_failed"
    assert watch.sweep()[0].state == "reverted"
    assert minimum(network) == 0


def test_an_open_commitment_owns_what_it_touches(commitments):
    opened(commitments, embb_minimum(40))
    with pytest.raises(CommitmentConflictError, match="under the open commitment of run r1"):
        opened(commitments, embb_minimum(50), key="k2", run="r2")
    opened(commitments, embb_minimum(50, cells=("S1C2",)), key="k3", run="r2")
    commitments.reverted("k1", "done")
    opened(commitments, embb_minimum(50), key="k2", run="r2")


def test_the_same_key_opens_one_commitment(commitments):
    first = opened(commitments, embb_minimum(40))
    assert opened(commitments, embb_minimum(40)) == first
    assert len(commitments.open_commitments()) == 1


def test_a_reverted_commitment_cannot_be_confirmed(commitments):
    opened(commitments, embb_minimum(40))
    commitments.reverted("k1", "harm")
    with pytest.raises(CommitmentError, match="is reverted: it cannot become confirmed"):
        commitments.confirmed("k1")


def test_only_one_takes_a_change_back(commitments, network, watch, clock):
    opened(commitments, embb_minimum(40))
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    clock[0] += 61
    assert commitments.claim("k1", "run", 60)
    assert watch.sweep() == []
    assert not commitments.claim("k1", "other", 60)


@pytest.mark.parametrize("point", ["before apply", "after apply", "after record"])
def test_after_a_kill_at_any_point_the_watchdog_leaves_the_old_value(tmp_path, network, point):
    code = """
import os, signal, sys
from pathlib import Path
from harness.commitments.store import CommitmentStore
from harness.runtime.store import StateStore
from policies.change import ChangeSet
from tools.oran.oran_network import OranNetwork
url, folder, point, text = sys.argv[1:]
change_set = ChangeSet.model_validate_json(text)
commitments = CommitmentStore(StateStore(Path(folder) / "state.sqlite"))
network = OranNetwork(url, ledger=Path(folder) / "ledger.sqlite")
die = lambda at: at == point and os.kill(os.getpid(), signal.SIGKILL)
commitments.open("k1", "r1", change_set, network=url, deadline_s=0.0, network_deadline=4e9, expectations={})
die("before apply")
receipt = network.apply(change_set, "k1")
die("after apply")
commitments.applied("k1", receipt)
die("after record")
"""
    with EmbeddedRan(network) as ran:
        arguments = (ran.url, str(tmp_path), point, embb_minimum(40).model_dump_json())
        child = subprocess.run([sys.executable, "-c", code, *arguments], check=False, timeout=600)
        assert child.returncode == -signal.SIGKILL
        assert minimum(network) == (0 if point == "before apply" else 40)
        commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
        journal = Journal(tmp_path / "journal", tmp_path / "heads", signing_key(tmp_path / "keys"))
        watch = Watchdog(commitments, lambda url: OranNetwork(url, ledger=tmp_path / "ledger.sqlite"), journal)
        assert [result.state for result in watch.sweep()] == ["reverted"]
    assert minimum(network) == 0
    assert commitments.open_commitments() == []


def test_the_watchdog_is_a_process_of_its_own(tmp_path, commitments):
    url = "http://127.0.0.1:9"
    commitments.open("k1", "r1", embb_minimum(40), network=url, deadline_s=0.0, network_deadline=4e9, expectations={})
    done = subprocess.run(
        [sys.executable, "-m", "harness.commitments.watchdog", "--data-dir", str(tmp_path), "--once"],
        check=False, timeout=600, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "k1: revert_failed" in done.stderr
    assert f"STILL ON THE NETWORK {url}: the change of run r1" in done.stderr
    assert commitments.get("k1").state == "revert_failed"
