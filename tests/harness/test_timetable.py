"""A change has a timetable: it is applied when its time comes, verified inside it, and restored and read back at its end."""

import io
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from small_network import START, SmallNetwork, embb_minimum, minimum, ratio
from small_world import SmallPlanner, intent, service

from harness.approvals.approver import approve_by_flag
from harness.commitments.ownership import CommitmentConflictError
from harness.commitments.rollback import roll_back
from harness.commitments.schedule import Schedule
from harness.commitments.store import CommitmentStore
from harness.commitments.watchdog import Watchdog
from harness.records.run_record import RunStore
from harness.runtime.high_water import HighWaterClock
from harness.runtime.settings import CommitmentSettings
from harness.runtime.store import StateStore
from harness.runtime.timetable import Timetable
from harness.views.console import RunConsole
from policies.change import Receipt
from policies.intent import TimeWindow
from twins.network import NetworkUnavailableError

TEXT = "give every eMBB user at least 5 Mbps"
NOW = START + timedelta(seconds=24)  # twelve windows of two seconds have passed


def window(start_s, end_s):
    """A time window in seconds from the start of the run."""
    return TimeWindow(start=NOW + timedelta(seconds=start_s), end=NOW + timedelta(seconds=end_s))


LATER = window(60, 120)


def kinds(runs, run_id):
    wanted = ("approval", "commitment", "change")
    return [record.kind for record in runs.journal.records(run_id) if record.kind.split(".")[0] in wanted]


class Watched:
    """A listener that notes the network's time and the minimum ratio at each event."""

    def __init__(self, network):
        self.network, self.seen = network, []

    def __call__(self, event):
        self.seen.append((event.kind, self.network.now(), minimum(self.network)))

    def times(self, kind):
        return [moment for name, moment, _ in self.seen if name == kind]


def test_a_change_for_a_later_time_is_applied_then_verified_inside_it_and_restored_at_its_end(tmp_path, network):
    watched = Watched(network)
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network, listener=watched)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    assert watched.times("change.applied") == [LATER.start - timedelta(seconds=2)]
    (verified,) = watched.times("change.verified")
    assert LATER.start < verified <= LATER.end
    assert watched.times("change.restored") == [LATER.end]
    assert {value for _, moment, value in watched.seen if moment < LATER.start - timedelta(seconds=2)} == {0}
    assert {value for kind, moment, value in watched.seen if LATER.start <= moment < LATER.end} == {40}
    assert minimum(network) == 0
    assert "in force from 2026-11-21 18:01:22 to 2026-11-21 18:02:24, then restored and read back" in outcome.message
    assert outcome.timetable.apply_at == LATER.start - timedelta(seconds=2)
    assert outcome.timetable.restore_at == LATER.end
    assert kinds(runs, outcome.run_id) == [
        "approval.requested", "approval.decided", "commitment.opened", "commitment.due", "change.applied", "change.verified",
        "commitment.in_force", "change.restored",
    ]  # fmt: skip
    (commitment,) = runs.commitments.of_run(outcome.run_id)
    assert commitment.state == "restored"
    assert (commitment.apply_at, commitment.restore_at) == (
        (LATER.start - timedelta(seconds=2)).timestamp(),
        LATER.end.timestamp(),
    )


def test_a_change_for_a_time_that_has_begun_is_applied_at_once_and_restored_at_its_end(tmp_path, network):
    watched = Watched(network)
    runs = service(tmp_path, SmallPlanner(window=window(-60, 50)), network=network, listener=watched)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    assert watched.times("change.applied") == [NOW]
    assert watched.times("change.restored") == [NOW + timedelta(seconds=50)]
    assert minimum(network) == 0
    assert outcome.timetable.apply_at is None


@pytest.mark.parametrize("when", [{}, {"window": window(-60, 50), "permanent": True}, {"window": LATER, "permanent": True}])
def test_a_change_without_an_end_is_kept(tmp_path, network, when):
    runs = service(tmp_path, SmallPlanner(**when), network=network)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    assert minimum(network) == 40
    assert outcome.timetable.restore_at is None
    assert [commitment.state for commitment in runs.commitments.of_run(outcome.run_id)] == ["confirmed"]
    assert "restored" not in outcome.message


def test_the_timetable_is_part_of_what_is_approved_recorded_and_shown(tmp_path, network):
    questions, out = [], io.StringIO()

    def approver(question):
        questions.append(question)
        return approve_by_flag(question)

    console = RunConsole(Console(file=out, width=200))
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network, listener=console)
    outcome = runs.start(TEXT, approver=approver)
    line = "apply at 2026-11-21 18:01:22, restore at 2026-11-21 18:02:24, network time"
    assert [question.timetable.describe() for question in questions] == [line]
    assert f"schedule: {line}" in out.getvalue()
    assert f"approved and scheduled: {line}" in out.getvalue()
    assert "restored at the end of its time and read back" in out.getvalue()
    assert line in Path(outcome.report).read_text(encoding="utf-8")
    requested = next(record for record in runs.journal.records(outcome.run_id) if record.kind == "approval.requested")
    assert requested.body["schedule"][0] == line
    opened = next(record for record in runs.journal.records(outcome.run_id) if record.kind == "commitment.opened")
    assert opened.body["timetable"]["restore_at"].startswith("2026-11-21T18:02:24")


def test_shadow_mode_shows_the_timetable_and_has_no_step_that_waits(tmp_path, network):
    outcome = service(tmp_path, SmallPlanner(window=LATER), network=network).start(TEXT, mode="shadow")
    assert outcome.status == "shadow"
    assert "apply at 2026-11-21 18:01:22, restore at 2026-11-21 18:02:24" in outcome.message
    assert network.now() == NOW


def test_a_run_that_nobody_waits_for_is_left_as_scheduled_and_goes_on_later(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    assert (left.status, left.exit_status) == ("scheduled", 3)
    assert "nothing is applied before 2026-11-21 18:01:22" in left.message
    assert runs.runs.get("last").status == "scheduled"
    assert [commitment.state for commitment in runs.commitments.of_run(left.run_id)] == ["scheduled"]
    assert (minimum(network), network.now()) == (0, NOW)
    network.advance(58)
    in_force = service(tmp_path, network=network).resume(left.run_id, waits=False)
    assert in_force.status == "scheduled", in_force.message
    assert "in force: it is restored at 2026-11-21 18:02:24" in in_force.message
    assert minimum(network) == 40
    outcome = service(tmp_path, network=network).resume(left.run_id)
    assert outcome.status == "confirmed"
    assert (minimum(network), network.now()) == (0, LATER.end)
    assert network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 1


def test_the_approval_of_a_timetable_outlives_the_time_in_which_a_request_expires(tmp_path, network):
    applied_at = []

    def listen(event):
        clock = HighWaterClock(StateStore(runs.paths.state), now=lambda: time.time() + 1000)
        if event.kind == "change.scheduled":
            clock()  # a thousand seconds of wall time pass until the change is applied
        elif event.kind == "change.applied":
            applied_at.append(clock())

    runs = service(tmp_path, SmallPlanner(window=LATER), network=network, listener=listen, approval={"ttl": 900})
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    (approval,) = runs.approvals.of_run(outcome.run_id)
    assert applied_at[0] > approval.expires_at


def test_a_run_that_goes_on_after_the_end_of_its_time_applies_nothing(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    network.advance(150)
    outcome = service(tmp_path, network=network).resume(left.run_id)
    assert outcome.status == "cannot"
    assert "nothing was applied" in outcome.message
    assert network.applied == []
    assert [commitment.state for commitment in runs.commitments.of_run(left.run_id)] == ["cancelled"]
    assert kinds(runs, left.run_id)[-1] == "change.cancelled"


def test_at_its_time_the_change_is_tried_and_judged_again_on_the_telemetry_of_that_moment(tmp_path, network):
    calls = []

    def listen(event):
        if event.kind == "tool.ended" and event.data["call"].tool == "compare_candidates":
            calls.append(network.now())

    runs = service(tmp_path, SmallPlanner(window=LATER), network=network, listener=listen)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert calls == [NOW, LATER.start - timedelta(seconds=2)]
    assert [record.kind for record in runs.journal.records(outcome.run_id)].count("gate.rejudged") == 2, (
        "before it is scheduled, and when its time has come"
    )
    assert outcome.candidate.name == "as proposed"


def test_a_change_that_the_gate_no_longer_lets_pass_at_its_time_is_not_applied(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    stricter = service(tmp_path, network=network, gate={"min_probability": 0.99})
    outcome = stricter.resume(left.run_id)
    assert outcome.status == "rejected"
    assert "predicted SLA" in outcome.message
    assert network.applied == []
    assert not any(commitment.is_open for commitment in runs.commitments.of_run(left.run_id))


def test_what_changed_on_the_network_while_a_change_waited_is_seen_before_it_is_applied(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    network.apply(embb_minimum(7), "somebody else")
    outcome = service(tmp_path, network=network).resume(left.run_id)
    assert outcome.status == "cannot", "this planner does not read what it is to change"
    assert "rRMPolicyMinRatio is 7, not 0" in outcome.message
    assert minimum(network) == 7
    assert not any(commitment.is_open for commitment in runs.commitments.of_run(left.run_id))


class Gone(SmallNetwork):
    """A network that takes no change from some time on."""

    is_gone = False

    def apply(self, change_set, idempotency_key):
        if self.is_gone:
            raise NetworkUnavailableError("connection refused")
        return super().apply(change_set, idempotency_key)

    def revert(self, receipt):
        if self.is_gone:
            raise NetworkUnavailableError("connection refused")
        return super().revert(receipt)


def test_a_change_that_cannot_be_restored_is_said_to_be_on_the_network_until_the_watchdog_has_restored_it(tmp_path):
    network = Gone()

    def leave(event):
        network.is_gone = network.is_gone or event.kind == "change.verified"

    runs = service(tmp_path, SmallPlanner(window=LATER), network=network, listener=leave)
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert (outcome.status, outcome.exit_status) == ("still applied", 5)
    assert "its time window has ended, but it is, or may be, still on the network" in outcome.message
    assert "connection refused" in outcome.message
    (commitment,) = runs.commitments.open_commitments()
    assert commitment.state == "revert_failed"
    assert minimum(network) == 40
    network.is_gone = False
    network.advance(300)
    later = CommitmentStore(StateStore(runs.paths.state), now=lambda: time.time() + 1000)  # the run's lease is over
    watch = Watchdog(later, lambda name: network, runs.journal)
    assert [result.state for result in watch.sweep()] == ["restored"]
    assert minimum(network) == 0
    assert kinds(runs, outcome.run_id)[-1] == "change.restored"


def test_the_watchdog_restores_at_the_end_of_the_time_even_if_the_clock_of_this_machine_was_set_back(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    network.advance(58)
    assert service(tmp_path, network=network).resume(left.run_id, waits=False).status == "scheduled"
    watch = Watchdog(runs.commitments, lambda name: network, runs.journal, now=lambda: 0.0)
    assert watch.sweep() == []
    network.advance(300)
    assert [result.state for result in watch.sweep()] == ["restored"]
    assert minimum(network) == 0
    outcome = runs.resume(left.run_id)
    assert outcome.status == "confirmed"
    assert "by the watchdog" in outcome.message


def test_the_watchdog_closes_a_scheduled_change_whose_time_passed_without_touching_the_network(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    network.apply(embb_minimum(40), "somebody else sets the very same value")
    network.advance(400)
    watch = Watchdog(runs.commitments, lambda name: network, runs.journal)
    assert [result.state for result in watch.sweep()] == ["cancelled"]
    assert minimum(network) == 40
    assert kinds(runs, left.run_id)[-1] == "change.cancelled"
    assert runs.runs.get(left.run_id).status == "cannot"
    outcome = runs.resume(left.run_id)
    assert outcome.status == "cannot"
    assert "nothing was applied" in outcome.message and "taken back" not in outcome.message


def test_no_network_is_needed_to_close_a_scheduled_change_and_it_is_not_said_to_stand(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=LATER), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)

    def gone(name):
        raise NetworkUnavailableError("connection refused")

    later = CommitmentStore(StateStore(runs.paths.state), now=lambda: time.time() + 1000)
    assert [result.state for result in Watchdog(later, gone, runs.journal).sweep()] == ["cancelled"]
    assert runs.runs.get(left.run_id).status == "cannot"
    assert kinds(runs, left.run_id)[-1] == "change.cancelled"


def test_a_run_whose_change_the_watchdog_restored_waits_for_no_time_any_more(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=window(-60, 50)), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    assert runs.runs.get(left.run_id).status == "scheduled"
    network.advance(400)
    assert [result.state for result in Watchdog(runs.commitments, lambda name: network, runs.journal).sweep()] == ["restored"]
    assert runs.runs.get(left.run_id).status == "confirmed"
    assert runs.resume(left.run_id).status == "confirmed"


def test_what_somebody_else_changed_in_force_is_not_said_to_be_on_the_network(tmp_path, network):
    runs = service(tmp_path, SmallPlanner(window=window(-60, 50)), network=network)
    left = runs.start(TEXT, approver=approve_by_flag, waits=False)
    network.apply(embb_minimum(30, old=40), "somebody else")
    outcome = runs.resume(left.run_id)
    assert (outcome.status, outcome.exit_status) == ("still applied", 5)
    assert "it is not taken back: nothing of the change stands" in outcome.message
    assert "on the network" not in outcome.message
    assert runs.resume(left.run_id).message.count("nothing of the change stands") == 1
    network.apply(embb_minimum(0, old=30), "the operator")
    closed = runs.resume(left.run_id)
    assert closed.status == runs.runs.get(left.run_id).status == "confirmed"
    assert closed.message.startswith("its change was taken back afterwards, which was read back")


def test_what_a_person_kept_though_inconclusive_is_not_confirmed_when_the_watchdog_has_restored_it(tmp_path):
    store = StateStore(tmp_path / "state.sqlite")
    runs, commitments = RunStore(store), CommitmentStore(store)
    runs.create("r", "active", TEXT, "net", "rule")
    timetable = Timetable(restore_at=LATER.end)
    change = embb_minimum(40)
    commitments.open("k", "r", change, network="net", deadline_s=60, network_deadline=4e9, expectations={}, timetable=timetable)
    receipt = Receipt(digest=change.digest, idempotency_key="k", applied_at=NOW, rollback=change.inverse())
    commitments.applied("k", receipt)
    commitments.in_force("k", deadline_s=60, network_deadline=4e9, note="kept though inconclusive", inconclusive=True)
    runs.set_status("r", "scheduled")
    commitments.reverted("k", "read back")
    assert commitments.get("k").state == "restored"
    assert runs.get("r").status == "inconclusive"


def test_a_scheduled_change_owns_what_it_edits_and_the_refusal_names_its_times(tmp_path):
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    timetable = Timetable(apply_at=LATER.start, restore_at=LATER.end, latest=LATER.end)
    deadlines = {"deadline_s": 1e6, "network_deadline": 4e9, "expectations": {}, "network": "n"}
    opened = commitments.open("k", "first", embb_minimum(20), timetable=timetable, **deadlines)
    assert opened.timetable == Timetable(apply_at=LATER.start, restore_at=LATER.end)
    with pytest.raises(CommitmentConflictError, match=r"first \(scheduled \(apply at 2026-11-21 18:01:24"):
        commitments.open("other", "second", embb_minimum(30), **deadlines)


def test_nothing_is_rolled_back_for_a_change_that_was_never_sent(tmp_path, network):
    commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
    network.apply(embb_minimum(20), "somebody else")
    timetable = Timetable(apply_at=LATER.start, latest=LATER.end)
    commitment = commitments.open(
        "k", "r", embb_minimum(20), network="n", deadline_s=1, network_deadline=1, expectations={}, timetable=timetable
    )
    assert "nothing was sent" in roll_back(network, commitment)
    assert minimum(network) == 20


OLD = """
CREATE TABLE commitments(
    key TEXT PRIMARY KEY, run_id TEXT NOT NULL, digest TEXT NOT NULL, network TEXT NOT NULL, state TEXT NOT NULL,
    change_set TEXT NOT NULL, receipt TEXT, expectations TEXT NOT NULL, opened_at REAL NOT NULL, deadline REAL NOT NULL,
    network_deadline REAL NOT NULL, closed_at REAL, note TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
    lease_by TEXT NOT NULL DEFAULT '', lease_until REAL NOT NULL DEFAULT 0);
"""


def test_commitments_of_an_earlier_version_are_still_read_and_closed(tmp_path):
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(OLD)
        old.execute(
            "INSERT INTO commitments(key, run_id, digest, network, state, change_set, expectations, opened_at, deadline,"
            " network_deadline) VALUES ('k', 'r', 'd', 'n', 'pending', ?, '{}', 1, 2, 3)",
            (embb_minimum(20).model_dump_json(),),
        )
    for _ in range(2):  # a second start finds the columns in place
        commitments = CommitmentStore(StateStore(path))
    (commitment,) = commitments.open_commitments()
    assert (commitment.timetable, commitment.verified_at) == (Timetable(), None)
    assert commitments.reverted("k", "done").state == "reverted"


def test_the_timetable_of_an_intent_begins_before_its_window_so_that_the_change_has_settled():
    settings = CommitmentSettings(lead_windows=3)
    ahead = Timetable.of(settings, NOW, 2.0, intent(window=LATER))
    assert ahead.apply_at == LATER.start - timedelta(seconds=6)
    assert ahead.restore_at == ahead.latest == LATER.end
    assert Timetable.of(settings, LATER.start - timedelta(seconds=5), 2.0, intent(window=LATER)).apply_at is None
    assert Timetable.of(settings, NOW, 2.0, intent()) == Timetable()


@pytest.mark.parametrize("predicted", [None, window(10, 30), window(40, 58), window(55, 60)])
def test_a_change_is_judged_only_by_windows_before_its_end(predicted):
    end = NOW + timedelta(seconds=60)
    plan = Schedule.of(CommitmentSettings(), NOW, 2.0, predicted, end)
    assert NOW < plan.start < plan.first <= plan.deadline <= end
    assert plan.first - plan.start == timedelta(seconds=12)
    assert plan.guard is None or plan.guard < plan.start


def test_doubtful_changes_are_watched_for_five_times_the_windows_of_the_first_look():
    plan = Schedule.of(CommitmentSettings(), NOW, 2.0, None)
    assert (plan.first - plan.start, plan.deadline - plan.start) == (timedelta(seconds=12), timedelta(seconds=60))
    assert plan.windows == 30
    assert Schedule.of(CommitmentSettings(deadline=40.0), NOW, 2.0, None).deadline == NOW + timedelta(seconds=40)


def test_the_early_check_for_harm_begins_when_the_counters_have_forgotten_what_was_before():
    settings = CommitmentSettings(memory={"DRB.UEThpDl": 30.0})
    plan = Schedule.of(settings, NOW, 2.0, window(100, 160))
    assert plan.settled == NOW + timedelta(seconds=30)
    assert plan.guard == plan.settled + timedelta(seconds=12)
    assert plan.settled < plan.guard < plan.start


@pytest.mark.parametrize(("seconds", "windows"), [(60, 29), (8, 3), (6, 2), (1, 0)])
def test_how_many_windows_can_be_judged_before_the_end_is_known_beforehand(seconds, windows):
    assert Schedule.of(CommitmentSettings(), NOW, 2.0, None, NOW + timedelta(seconds=seconds)).windows == windows


@pytest.mark.parametrize(("end_s", "is_warned"), [(34, True), (60, False)])
def test_who_approves_is_told_that_a_time_window_is_too_short_to_confirm_anything_in_it(tmp_path, network, end_s, is_warned):
    runs = service(tmp_path, SmallPlanner(window=window(30, end_s)), network=network)
    outcome = runs.start(TEXT)
    requested = next(record for record in runs.journal.records(outcome.run_id) if record.kind == "approval.requested")
    warned = [line for line in requested.body["schedule"] if line.startswith("it cannot be confirmed: 2 KPI windows fit")]
    assert bool(warned) == is_warned
