"""The timetable of a run's change: fixed before it is judged, shown to whoever approves, followed by `apply` and `verify`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

from harness.commitments.schedule import Schedule
from harness.commitments.store import Commitment
from harness.commitments.timetable import Timetable, moment_text
from harness.commitments.watchdog import ensure_watchdog
from harness.engine.desk import Desk
from harness.engine.nodes.judging import case_of, timetable_in
from harness.engine.state import RunState, ended
from harness.gate.gate import recheck
from harness.records.tried import Tried
from policies.intent import Intent, TimeWindow

_GRACE_S = 120.0


class Deadlines(TypedDict):
    """When the watchdog closes a commitment: after `deadline_s` of wall time or at `network_deadline`, the earlier one."""

    deadline_s: float
    network_deadline: float


def fix_timetable(desk: Desk, state: RunState, name: str) -> str:
    """Save the timetable of the change set that is tried under `name`, once, and return the name of its artifact."""
    artifact = name.replace("tried", "timetable", 1)
    if not desk.artifacts.has(artifact):
        intent = desk.artifacts.load(state["intent"], Intent)
        card = desk.network.describe()
        desk.artifacts.save(artifact, Timetable.of(desk.settings.commitment, card.now, card.granularity_s, intent))
    return artifact


def predicted_window(desk: Desk, state: RunState, tried: Tried) -> TimeWindow | None:
    """Return the time that the prediction is for, in which the change is verified; None for the present."""
    return tried.part or desk.artifacts.load(state["intent"], Intent).window


def deadlines(desk: Desk, until: datetime, now: datetime, *, wall: float = 0.0) -> Deadlines:
    """Return the deadlines of a commitment that the run itself closes at `until`; `wall` replaces the wall time, seconds.

    The run comes first: on a network that is served fast, one poll of the clock may overshoot `until`.
    """
    until += timedelta(seconds=max(2 * desk.network.describe().granularity_s, _GRACE_S))
    return Deadlines(deadline_s=wall or (until - now).total_seconds(), network_deadline=until.timestamp())


def verification_end(desk: Desk, state: RunState, tried: Tried, now: datetime) -> datetime:
    """Return when the verification of a change that is applied now ends at the latest."""
    granularity_s = desk.network.describe().granularity_s
    window, end = predicted_window(desk, state, tried), timetable_in(desk, state).restore_at
    return Schedule.of(desk.settings.commitment, now, granularity_s, window, end).deadline


def until_due(desk: Desk, state: RunState, key: str, tried: Tried) -> RunState | None:
    """Return where the run goes if the scheduled change is not due, or may no longer be applied; None if it is applied now."""
    commitment = desk.commitments.get(key)
    if commitment.state != "scheduled":
        return None
    timetable, now = timetable_in(desk, state), desk.clock.now()
    if timetable.latest is not None and now >= timetable.latest:
        message = f"its time window ended at {moment_text(timetable.latest)}, before the run went on; nothing was applied"
        return _cancel(desk, commitment, RunState(**ended("cannot", message)))
    if timetable.apply_at is not None and now < timetable.apply_at:
        return RunState(next="await_start", key=key)
    failures = recheck(case_of(desk, state, tried))
    if failures:
        reasons = "; ".join(f"{reason.rule}: {reason.message}" for reason in failures)
        message = f"at its time the gate no longer let it pass ({reasons}); nothing was applied, state the intent again"
        return _cancel(desk, commitment, RunState(**ended("rejected", message)))
    _begin(desk, state, key, tried, now)
    return None


def _cancel(desk: Desk, commitment: Commitment, update: RunState) -> RunState:
    why = update["ending"]["message"]
    desk.commitments.reverted(commitment.key, f"not applied: {why}")
    desk.record("change.cancelled", key=commitment.key, digest=commitment.digest, by=f"run:{desk.run_id}", why=why)
    return update


def _begin(desk: Desk, state: RunState, key: str, tried: Tried, now: datetime) -> None:
    until = verification_end(desk, state, tried, now)
    times = deadlines(desk, until, now, wall=desk.settings.commitment.wall_deadline)
    expectations = {"candidate": state["candidate"], "opened_at": now.isoformat(), "until": until.isoformat()}
    desk.commitments.begin(key, expectations=expectations, **times)
    desk.record("commitment.due", key=key, at=now.isoformat(), until=until.isoformat())
    if desk.settings.commitment.watchdog and desk.has_url:
        ensure_watchdog(desk.paths)
