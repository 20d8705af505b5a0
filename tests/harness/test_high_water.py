"""Wall time never goes back: a clock that was set back neither revives nor extends a deadline."""

from datetime import timedelta

import pytest
from small_network import SmallNetwork
from small_world import service

from harness.approvals.store import ApprovalStore
from harness.approvals.subject import ApprovalSubject
from harness.commitments.store import CommitmentStore
from harness.commitments.watchdog import Watchdog
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.runtime.errors import ApprovalError
from harness.runtime.high_water import HighWaterClock
from harness.runtime.store import StateStore
from policies.change import AttributeEdit, ChangeSet

EDIT = AttributeEdit(dn="ManagedElement=S1", attribute="a", old=0, new=1)
SUBJECT = ApprovalSubject(change_set=ChangeSet(edits=(EDIT,)))


class Machine:
    """A machine whose wall clock can be set, and whose uptime goes on."""

    def __init__(self, path):
        self.path, self.wall, self.up, self.boot = path, 1000.0, 50.0, "one"

    def store(self):
        return StateStore(self.path / "state.sqlite")

    def clock(self):
        """The clock as another process opens it."""
        return HighWaterClock(self.store(), lambda: self.wall, since_boot=lambda: self.up, boot=self.boot)

    def wait(self, seconds):
        self.wall += seconds
        self.up += seconds


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_time_goes_on_with_the_uptime_when_the_clock_is_set_back(machine):
    clock = machine.clock()
    assert clock() == 1000.0
    machine.wait(60)
    assert clock() == 1060.0
    machine.wall = 500.0
    assert clock() == machine.clock()() == 1060.0
    machine.wait(10)
    assert clock() == machine.clock()() == 1070.0


def test_time_that_nobody_looked_at_has_passed_too(machine):
    machine.clock()()
    machine.wait(61)
    machine.wall = 1001.0
    assert machine.clock()() == 1061.0


def test_after_a_reboot_it_is_not_earlier_than_what_was_seen(machine):
    machine.clock()()
    machine.wait(60)
    machine.clock()()
    machine.wall, machine.up, machine.boot = 900.0, 3.0, "two"
    assert machine.clock()() == 1060.0
    machine.wait(5)
    machine.wall = 2000.0
    assert machine.clock()() == 2000.0


def test_a_clock_set_forward_by_mistake_lets_deadlines_pass_and_goes_on(machine):
    machine.clock()()
    machine.wall = 9000.0
    assert machine.clock()() == 9000.0
    machine.wall = 1001.0
    machine.wait(30)
    assert machine.clock()() == 9030.0


def test_after_a_reboot_with_a_clock_that_is_behind_the_time_goes_on_all_the_same(machine):
    machine.wall = 9000.0  # by mistake, corrected at the reboot
    machine.clock()()
    machine.wall, machine.up, machine.boot = 1001.0, 3.0, "two"
    assert machine.clock()() == 9000.0
    machine.wait(600)
    assert machine.clock()() == 9600.0


@pytest.fixture
def wall():
    return [1000.0]


@pytest.fixture
def approvals(tmp_path, wall):
    return ApprovalStore(StateStore(tmp_path / "state.sqlite"), now=lambda: wall[0])


def test_an_expired_request_is_not_revived_by_a_clock_set_back(tmp_path, approvals, wall):
    request = approvals.request("r1", SUBJECT, ttl_s=60)
    wall[0] = 1061.0
    assert approvals.get("r1", request.digest).state == "expired"
    wall[0] = 1010.0
    again = ApprovalStore(StateStore(tmp_path / "state.sqlite"), now=lambda: wall[0])
    assert again.get("r1", request.digest).state == "expired" and again.pending() == []
    with pytest.raises(ApprovalError, match="is expired"):
        again.decide("r1", request.digest, True, "ann", "command")


def test_an_approval_that_expired_cannot_be_spent_after_the_clock_was_set_back(approvals, wall):
    request = approvals.request("r1", SUBJECT, ttl_s=60)
    approvals.decide("r1", request.digest, True, "ann", "command")
    wall[0] = 1061.0
    assert not approvals.consume("r1", request.digest, "key")
    wall[0] = 1000.0
    assert not approvals.consume("r1", request.digest, "key")


def test_a_new_request_after_the_clock_was_set_back_is_not_extended(approvals, wall):
    wall[0] = 5000.0
    approvals.request("r0", SUBJECT, ttl_s=60)
    wall[0] = 1000.0
    request = approvals.request("r1", SUBJECT, ttl_s=60)
    assert request.requested_at == pytest.approx(5000.0, abs=30)
    assert request.expires_at - request.requested_at == pytest.approx(60.0)


def test_an_overdue_commitment_and_a_lease_stay_overdue(tmp_path, wall):
    store = StateStore(tmp_path / "state.sqlite")
    commitments = CommitmentStore(store, now=lambda: wall[0])
    commitments.open("k", "r", SUBJECT.change_set, network="n", deadline_s=60, network_deadline=4e9, expectations={})
    assert commitments.claim("k", "one", 30)
    wall[0] = 1061.0
    assert commitments.now() == pytest.approx(1061.0, abs=1)
    wall[0] = 900.0
    assert commitments.get("k").is_overdue(commitments.now(), None)
    assert commitments.claim("k", "two", 30), "the lease of the first had run out"


def test_the_watchdog_judges_by_the_same_time(tmp_path, wall):
    from twins.network import NetworkUnavailableError

    def unreachable(name):
        raise NetworkUnavailableError(f"{name} is down")

    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"), now=lambda: wall[0])
    commitments.open("k", "r", SUBJECT.change_set, network="n", deadline_s=60, network_deadline=4e9, expectations={})
    journal = Journal(tmp_path / "journal", tmp_path / "heads", signing_key(tmp_path / "keys"))
    watch = Watchdog(commitments, unreachable, journal)
    assert watch.sweep() == []
    wall[0] = 1061.0
    commitments.now()
    wall[0] = 900.0
    assert [result.state for result in watch.sweep()] == ["revert_failed"]


def test_a_clock_of_a_network_does_not_go_on_with_this_machines_uptime(machine):
    network = HighWaterClock(machine.store(), lambda: machine.wall, since_boot=lambda: machine.up, boot="", name="network of r")
    assert network() == 1000.0
    machine.up += 100
    assert network() == 1000.0
    machine.wall = 900.0
    assert network() == 1000.0
    assert machine.clock()() == 900.0, "each clock has its own mark"


def test_a_network_clock_set_back_revives_no_proposal(tmp_path):
    runs = service(tmp_path, network=SmallNetwork())
    waiting = runs.start("at least 5 Mbps")
    card = runs.parts.network.describe()
    late = (card.now + timedelta(hours=2)).timestamp()  # this run saw the network two hours later; its clock was set back since
    HighWaterClock(StateStore(runs.paths.state), lambda: late, boot="", name=f"network of run {waiting.run_id}")()
    runs.approvals.decide(waiting.run_id, waiting.approval.digest, True, "ann", "command")
    outcome = runs.resume(waiting.run_id)
    assert outcome.status == "cannot"
    (judged,) = [record.body for record in runs.journal.records(waiting.run_id) if record.kind == "gate.rejudged"]
    assert any("the proposal expired" in reason for reason in judged["refused"])


def test_a_database_of_before_gets_its_new_columns(tmp_path):
    import sqlite3

    path = tmp_path / "state.sqlite"
    old = sqlite3.connect(path)
    old.executescript(
        "CREATE TABLE approvals(run_id TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL, change_set TEXT NOT NULL,"
        " requested_at REAL NOT NULL, expires_at REAL NOT NULL, decided_at REAL, decided_by TEXT, how TEXT, note TEXT,"
        " consumed_at REAL, consumed_by TEXT, PRIMARY KEY(run_id, digest));"
    )
    row = ("r", "d" * 64, "rejected", SUBJECT.change_set.model_dump_json(), 1.0, 2.0, 1.5, "ann", "terminal", "", None, None)
    old.execute("INSERT INTO approvals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    old.commit()
    old.close()
    approval = ApprovalStore(StateStore(path)).get("r", "d" * 64)
    assert (approval.state, approval.change_set, approval.requested_by) == ("rejected", SUBJECT.change_set, "")
