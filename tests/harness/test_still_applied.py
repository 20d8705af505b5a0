"""A change is still on the network until it is read back as gone: nothing gives up, and everything says so."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from misbehaving_ric import QUICK, Remembering
from small_network import SmallNetwork, embb_minimum, minimum
from small_world import service
from southbound_suite import SLA, sla_policy
from trap_server import Proxy, send

from harness.approvals.approver import approve_by_flag
from harness.commitments.guard import LOCK_NAME, guard, is_watched
from harness.commitments.notice import notice
from harness.commitments.pause import LONGEST_PAUSE_S
from harness.commitments.rollback import CHANGED_SINCE, RollbackError, roll_back
from harness.commitments.store import CommitmentStore
from harness.commitments.watchdog import REMINDER_S, Watchdog
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.records.run_record import RunStore
from harness.runtime.paths import Paths
from harness.runtime.settings import load_settings
from harness.runtime.store import StateStore
from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from tools.oran.change_executor import PartialChangeError
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.network import NetworkError
from twins.ric.server import EmbeddedRan
from twins.system.scenario.disturbance import BackhaulDelay

ROOT = Path(__file__).parents[2]
TEXT = "give every eMBB user at least 5 Mbps"
POLICY = PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new=sla_policy(1))
REFUSED = PolicyEdit(policy_type=SLA, policy_id="p-2", old=None, new=sla_policy(sst=200))


def journal_of(folder):
    return Journal(folder / "journal", folder / "heads", signing_key(folder / "keys"))


def opened(commitments, change_set, network="net", key="k1", run="r1"):
    return commitments.open(key, run, change_set, network=network, deadline_s=0.0, network_deadline=4e9, expectations={})


def wait_for(condition, seconds=600):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.1)
    assert condition()


# ---- the watchdog ----------------------------------------------------------------------------------------------------------


class Wire:
    """A network that can be cut off: `connect` returns one that nothing answers for, until `up`."""

    def __init__(self, network):
        self.network, self.up = network, False

    def connect(self, name):
        if self.up:
            return self.network
        raise NetworkError("nothing answers")


def test_it_never_gives_up_and_reminds_every_hour(tmp_path):
    clock, network = [1000.0], SmallNetwork()
    wire = Wire(network)
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"), now=lambda: clock[0])
    watch = Watchdog(commitments, wire.connect, journal_of(tmp_path))
    opened(commitments, embb_minimum(40))
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    pauses, began = [], clock[0]
    for _ in range(120):
        assert [result.state for result in watch.sweep()] == ["revert_failed"]
        due = commitments.get("k1").next_attempt_at or commitments.now()
        pauses.append(round(due - commitments.now()))
        clock[0] = due + 1
    assert pauses[:6] == [0, 2, 4, 8, 16, 32]
    assert max(pauses) == LONGEST_PAUSE_S
    records = [record.kind for record in journal_of(tmp_path).records()]
    assert records.count("change.revert_failed") == 1
    hours = (clock[0] - began) / REMINDER_S
    assert abs(records.count("change.still_applied") - hours) <= 1
    assert "STILL ON THE NETWORK net: the change of run r1" in notice(commitments.get("k1"), clock[0])
    wire.up = True
    clock[0] += LONGEST_PAUSE_S
    assert [result.state for result in watch.sweep()] == ["reverted"]
    assert minimum(network) == 0


def test_the_next_attempt_is_persisted_and_a_clock_that_is_set_back_does_not_prolong_it(tmp_path):
    clock = [1e6]
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"), now=lambda: clock[0])
    opened(commitments, embb_minimum(40))
    for _ in range(5):
        commitments.revert_failed("k1", "down")
    again = CommitmentStore(StateStore(tmp_path / "state.sqlite")).get("k1")
    due = again.next_attempt_at
    assert again.attempts == 5 and round(due - commitments.now()) == 16
    assert again.is_paused(due - 1) and not again.is_paused(due)
    assert not again.is_paused(due - 7200)


def test_one_commitment_that_cannot_be_attended_to_does_not_keep_the_others_waiting(tmp_path):
    network, store = SmallNetwork(), StateStore(tmp_path / "state.sqlite")
    commitments = CommitmentStore(store)
    opened(commitments, embb_minimum(40))
    opened(commitments, embb_minimum(30, cells=("S1C2",)), key="k2", network="net2")
    with store.transaction() as connection:
        connection.execute("UPDATE commitments SET change_set = '{\"edits\": 7}' WHERE key = 'k1'")
    commitments.applied("k2", network.apply(embb_minimum(30, cells=("S1C2",)), "k2"))
    done = Watchdog(commitments, lambda name: network, journal_of(tmp_path)).sweep()
    assert {result.key: result.state for result in done} == {"k1": "revert_failed", "k2": "reverted"}


def test_a_failed_revert_is_tried_again_before_the_deadline(tmp_path):
    network = SmallNetwork()
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    commitments.open("k1", "r1", embb_minimum(40), network="net", deadline_s=1e6, network_deadline=4e9, expectations={})
    commitments.applied("k1", network.apply(embb_minimum(40), "k1"))
    commitments.revert_failed("k1", "the peer was down")
    assert [result.state for result in Watchdog(commitments, lambda name: network, journal_of(tmp_path)).sweep()] == ["reverted"]
    assert minimum(network) == 0


def command(*arguments, folder, check=True):
    done = subprocess.run(
        [sys.executable, "-m", "harness.main", *arguments, "--data-dir", str(folder)],
        check=False, timeout=600, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0 or not check, done.stderr
    return done


def holder_of(lock):
    """The process that holds a lock file."""
    inode = lock.stat().st_ino
    lines = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[4]) for line in lines if "->" not in line and line.split()[5].endswith(f":{inode}")), None)


def test_whatever_command_runs_next_starts_it_and_a_killed_one_is_replaced(tmp_path):
    network = SmallNetwork()
    with EmbeddedRan(network) as ran:
        url, port = ran.url, int(ran.url.rsplit(":", 1)[1])
        OranNetwork(url, ledger=tmp_path / "ledger.sqlite").apply(embb_minimum(40), "k1")
    store = StateStore(tmp_path / "state.sqlite")
    commitments = CommitmentStore(store)
    RunStore(store).create("r1", "active", TEXT, url, "rule")
    RunStore(store).set_status("r1", "still applied")
    opened(commitments, embb_minimum(40), network=url)
    lock, log = tmp_path / LOCK_NAME, tmp_path / "watchdog.log"
    assert "STILL ON THE NETWORK" in command("runs", folder=tmp_path).stdout
    wait_for(lambda: lock.exists() and holder_of(lock))
    first = holder_of(lock)
    wait_for(lambda: commitments.get("k1").attempts >= 1)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not is_watched(Paths(tmp_path)))
    shown = command("show", "r1", folder=tmp_path).stdout
    assert f"STILL ON THE NETWORK {url}" in shown and "taking it back failed" in shown
    wait_for(lambda: holder_of(lock) not in (None, first))
    rows = json.loads(command("runs", "--json", folder=tmp_path).stdout)["open_commitments"]
    assert [row["still_on_the_network"] for row in rows] == [True]
    second = holder_of(lock)
    os.kill(second, signal.SIGTERM)
    wait_for(lambda: not is_watched(Paths(tmp_path)))
    assert re.search(r"STILL ON THE NETWORK .*the change of run r1.*\n.*the watchdog stops", log.read_text(encoding="utf-8"))
    with store.transaction() as connection:  # the lease of the killed one has run out, and the pause is over
        connection.execute("UPDATE commitments SET lease_until = 0, next_attempt_at = 0")
    with EmbeddedRan(network, port=port):
        guard(load_settings(overrides={"data_dir": tmp_path}))
        wait_for(lambda: not commitments.open_commitments())
    assert commitments.get("k1").state == "reverted"
    assert minimum(network) == 0
    assert RunStore(store).get("r1").status == "rolled back"
    assert "STILL ON THE NETWORK" not in command("runs", folder=tmp_path).stdout
    wait_for(lambda: not is_watched(Paths(tmp_path)))


def test_it_stops_with_a_status_that_says_so(tmp_path):
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    opened(commitments, embb_minimum(40), network="http://127.0.0.1:9")
    arguments = [sys.executable, "-m", "harness.commitments.watchdog", "--data-dir", str(tmp_path), "--until-idle"]
    child = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: commitments.get("k1").attempts >= 1)
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=600)
    assert child.returncode == 5
    assert "STILL ON THE NETWORK http://127.0.0.1:9: the change of run r1" in said


def test_a_network_that_lives_in_its_runs_process_is_not_said_to_be_rolled_back(tmp_path):
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    opened(commitments, embb_minimum(40), network="embedded:small/0123abcd")
    done = subprocess.run(
        [sys.executable, "-m", "harness.commitments.watchdog", "--data-dir", str(tmp_path), "--until-idle"],
        check=False, timeout=600, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 5
    assert "stands still unless its run goes on: twinpilot run --resume r1" in done.stderr
    assert "rolled back" not in done.stderr


# ---- runs ------------------------------------------------------------------------------------------------------------------


def test_a_run_whose_change_cannot_be_taken_back_ends_as_still_applied_and_a_resume_takes_it_back(tmp_path):
    twin, broken = SmallNetwork(), threading.Event()

    def interfere(handler, method, path):
        is_refused = method == "PATCH" and broken.is_set()
        if is_refused:
            send(handler, 500)
        return is_refused

    def harm(event):
        if event.kind == "change.applied":
            twin.inject(BackhaulDelay(cell="S1C1", milliseconds=30.0))
            broken.set()

    with EmbeddedRan(twin) as ran, Proxy(ran.url, interfere) as proxy, OranNetwork(proxy.url, settings=QUICK) as network:
        run_service = service(tmp_path, listener=harm, network=network)
        outcome = run_service.start(TEXT, approver=approve_by_flag)
        assert (outcome.status, outcome.exit_status) == ("still applied", 5)
        assert "rolled back" not in outcome.message
        assert minimum(twin) == 40
        assert run_service.runs.get("last").status == "still applied"
        page = Path(outcome.report).read_text(encoding="utf-8")
        assert "still applied" in page and "rolled back" not in page and "STILL ON THE NETWORK" in page
        kinds = [record.kind for record in run_service.journal.records(outcome.run_id)]
        assert "change.revert_failed" in kinds and "change.reverted" not in kinds
        again = service(tmp_path, network=network).resume(outcome.run_id)
        assert again.status == "still applied"
        broken.clear()
        again = service(tmp_path, network=network).resume(outcome.run_id)
        assert (again.status, again.exit_status) == ("rolled back", 4)
        assert service(tmp_path, network=network).resume(outcome.run_id).status == "rolled back"
        page = Path(outcome.report).read_text(encoding="utf-8")
        assert ">rolled back</span>" in page and "STILL ON THE NETWORK" not in page
        assert "the change was taken back, which was read back from the network" in page
        assert run_service.runs.get("last").status == "rolled back"
    assert minimum(twin) == 0


def test_a_run_that_fails_while_its_change_stands_says_so(tmp_path):
    network = SmallNetwork()

    def explode(event):
        if event.kind == "change.applied":
            raise RuntimeError("the disk is full")

    run_service = service(tmp_path, listener=explode, network=network)
    outcome = run_service.start(TEXT, approver=approve_by_flag)
    assert (outcome.status, outcome.exit_status) == ("still applied", 5)
    assert "still on the network" in outcome.message
    assert minimum(network) == 40
    outcome = service(tmp_path, network=network).resume(outcome.run_id, approver=approve_by_flag)
    assert outcome.status == "confirmed"


def test_a_run_that_the_watchdog_took_back_meanwhile_is_shown_as_it_is_now(tmp_path):
    store = StateStore(tmp_path / "state.sqlite")
    runs, commitments = RunStore(store), CommitmentStore(store)
    runs.create("r1", "active", TEXT, "net", "rule")
    opened(commitments, embb_minimum(40))
    runs.set_status("r1", "failed")
    commitments.revert_failed("k1", "down")
    assert runs.get("r1").status == "still applied"
    commitments.reverted("k1", "read back")
    assert runs.get("r1").status == "rolled back"


# ---- rollback --------------------------------------------------------------------------------------------------------------


def test_a_change_that_stands_in_part_is_taken_back_completely(tmp_path):
    """The O1 part cannot be restored at first: the policy is taken back all the same, and the rest later."""
    twin = SmallNetwork()
    change = ChangeSet(edits=(*embb_minimum(40).edits, POLICY, REFUSED))
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    with EmbeddedRan(twin) as ran:
        peer = Remembering(ran.url)
        with peer.proxy, peer.reach(tmp_path) as network:
            opened(commitments, change)
            peer.failing = {"DELETE"}
            with pytest.raises(PartialChangeError):
                network.apply(change, "k1")
            assert "p-1" in twin.policies()
            with pytest.raises(RollbackError, match="still applied: A1 policy p-1") as caught:
                roll_back(network, commitments.get("k1"))
            assert not str(caught.value).startswith(CHANGED_SINCE)
            peer.failing = set()
            assert "read back" in roll_back(network, commitments.get("k1"))
            assert "none of it is applied" in roll_back(network, commitments.get("k1"))
    assert twin.policies() == {} and minimum(twin) == 0


def test_an_attribute_that_cannot_be_restored_leaves_no_policy_standing(tmp_path):
    twin = SmallNetwork()
    change = ChangeSet(edits=(*embb_minimum(40).edits, POLICY))
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    with EmbeddedRan(twin) as ran:
        peer = Remembering(ran.url)
        with peer.proxy, peer.reach(tmp_path) as network:
            opened(commitments, change)
            commitments.applied("k1", network.apply(change, "k1"))
            twin.apply(embb_minimum(55, old=40), "somebody")
            with pytest.raises(RollbackError, match="changed by somebody else") as caught:
                roll_back(network, commitments.get("k1"))
            assert str(caught.value).startswith(CHANGED_SINCE)
    assert twin.policies() == {} and minimum(twin) == 55


def test_what_cannot_be_read_is_not_rolled_back(tmp_path):
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    opened(commitments, embb_minimum(40))
    with EmbeddedRan(SmallNetwork()) as ran:
        network = OranNetwork(ran.url, settings=PeerSettings(timeout_s=1, attempts=1))
    with closing(network), pytest.raises(RollbackError, match="unknown"):
        roll_back(network, commitments.get("k1"))


# ---- which network ---------------------------------------------------------------------------------------------------------


def named(url):
    with OranNetwork(url) as network:
        return network.identity()


def test_one_network_has_one_identity_whatever_leads_to_it():
    twin = SmallNetwork()
    with EmbeddedRan(twin) as ran, EmbeddedRan(twin) as second, Proxy(ran.url, lambda *request: False) as proxy:
        urls = [ran.url, ran.url + "/", ran.url.replace("127.0.0.1", "localhost"), second.url, proxy.url]
        assert len({named(url) for url in urls}) == 1
    with EmbeddedRan(twin) as ran, EmbeddedRan(SmallNetwork()) as other:
        assert named(ran.url) != named(other.url)


def test_a_network_that_tells_no_instance_is_known_by_its_name():
    def old(handler, method, path):
        is_new = path.endswith("/inventory/v1/network")
        if is_new:
            send(handler, 404)
        return is_new

    with EmbeddedRan(SmallNetwork()) as ran, Proxy(ran.url, old) as proxy:
        assert named(proxy.url) == "network small and contended"


@pytest.mark.parametrize("identity", ["instance 1", ""])
def test_an_open_commitment_is_in_conflict_under_every_url_of_its_network(tmp_path, identity):
    urls = ("http://127.0.0.1:8710", "http://localhost:8710/", "http://LOCALHOST:8710")
    identities = dict.fromkeys(urls, identity)
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"), identities=identities)
    opened(commitments, embb_minimum(40), network=urls[0])
    for url in urls:
        assert [one.key for one in commitments.conflicts(embb_minimum(50), url)] == ["k1"]
    assert commitments.conflicts(embb_minimum(50), "http://127.0.0.1:8711") == []
    others = {"http://ric:1": "instance 1", urls[0]: "instance 2"}
    known = CommitmentStore(StateStore(tmp_path / "state.sqlite"), identities=others)
    assert bool(known.conflicts(embb_minimum(50), "http://ric:1")) == bool(identity)
    assert bool(known.conflicts(embb_minimum(50), urls[0])) != bool(identity)


def test_another_network_at_the_same_url_is_left_alone(tmp_path):
    with EmbeddedRan(SmallNetwork()) as ran:
        url, port = ran.url, int(ran.url.rsplit(":", 1)[1])
        commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"), identities={url: named(url)})
        opened(commitments, embb_minimum(40), network=url)
    other = SmallNetwork()
    other.apply(embb_minimum(40), "its own")
    with EmbeddedRan(other, port=port), OranNetwork(url) as network:
        done = Watchdog(commitments, lambda name: network, journal_of(tmp_path)).sweep()
    assert "another network answers" in done[0].note
    assert minimum(other) == 40


def test_a_database_of_before_is_brought_up_to_date(tmp_path):
    path = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            "CREATE TABLE commitments(key TEXT PRIMARY KEY, run_id TEXT NOT NULL, digest TEXT NOT NULL, network TEXT NOT NULL,"
            " state TEXT NOT NULL, change_set TEXT NOT NULL, receipt TEXT, expectations TEXT NOT NULL, opened_at REAL NOT NULL,"
            " deadline REAL NOT NULL, network_deadline REAL NOT NULL, closed_at REAL, note TEXT NOT NULL DEFAULT '',"
            " attempts INTEGER NOT NULL DEFAULT 0, lease_by TEXT NOT NULL DEFAULT '', lease_until REAL NOT NULL DEFAULT 0);"
        )
        change = embb_minimum(40)
        row = ("k1", "r1", change.digest, "http://localhost:8710/", "applied", change.model_dump_json(), "{}", 1.0, 2.0, 4e9)
        old.execute(f"INSERT INTO commitments VALUES ({','.join('?' * 6)}, NULL, ?, ?, ?, ?, NULL, '', 60, '', 0)", row)
        old.commit()
    commitments = CommitmentStore(StateStore(path))
    assert commitments.get("k1").attempts == 60
    assert [one.key for one in commitments.conflicts(embb_minimum(50), "http://127.0.0.1:8710")] == ["k1"]
    network = SmallNetwork()
    opened(commitments, embb_minimum(30, cells=("S1C2",)), key="k2", run="r2")
    with EmbeddedRan(network) as ran, OranNetwork(ran.url) as reached:
        Watchdog(commitments, lambda name: reached, journal_of(tmp_path)).sweep()
        assert commitments.get("k1").identity == reached.identity()


def test_an_attribute_whose_object_is_gone_is_not_said_to_be_restored(tmp_path):
    dn = "ManagedElement=S9,GNBDUFunction=1,NRCellDU=S9C1"
    gone = AttributeEdit(dn=dn, attribute="administrativeState", old="UNLOCKED", new="LOCKED")
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    opened(commitments, ChangeSet(edits=(gone,)))
    with pytest.raises(RollbackError, match="does not exist"):
        roll_back(SmallNetwork(), commitments.get("k1"))
