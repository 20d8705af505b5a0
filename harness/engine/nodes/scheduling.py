"""How `apply` and `verify` follow the timetable of a run's change.

When the time of a scheduled change has come, it is tried in the twin again, on the telemetry, the configuration and the forecast
of that moment, and the gate judges it again with this prediction. It is applied only if it still passes. If somebody else has
changed what it edits, it is planned on that, and asked about again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TypedDict

from harness.commitments.commitment import Commitment
from harness.commitments.schedule import Schedule, grace_of
from harness.engine.desk import Desk
from harness.engine.nodes.fixing_time import timetable_in
from harness.engine.nodes.judging import not_done, plan_anew
from harness.engine.nodes.rejudging import changes_since, refusals, unmet_now
from harness.engine.nodes.validating import try_now
from harness.engine.state import RunState, ended
from harness.records.tried import DUE, Tried
from harness.runtime.embedded_place import is_embedded
from harness.runtime.errors import CommitmentError
from harness.runtime.timetable import moment_text
from policies.intent import Intent, TimeWindow

_STANDING_STILL_S = 10 * 365 * 86_400.0


class Deadlines(TypedDict):
    """When the watchdog closes a commitment: after `deadline_s` of wall time or at `network_deadline`, the earlier one."""

    deadline_s: float
    network_deadline: float


def predicted_window(desk: Desk, state: RunState, tried: Tried) -> TimeWindow | None:
    """Return the time that the prediction is for, in which the change is verified; None for the present."""
    return tried.part or desk.artifacts.load(state["intent"], Intent).window


def deadlines(desk: Desk, until: datetime, now: datetime, *, wall: float = 0.0) -> Deadlines:
    """Return the deadlines of a commitment that the run itself closes at `until`, and the watchdog after a grace.

    `wall` replaces the wall time, seconds. An embedded network, whose time may stand still, may need years.
    """
    until += grace_of(desk.network.describe().granularity_s)
    network_s = (until - now).total_seconds()
    wall = wall or (max(_STANDING_STILL_S, network_s) if is_embedded(desk.network_name) else network_s)
    return Deadlines(deadline_s=wall, network_deadline=until.timestamp())


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
        return _cancel(desk, commitment, ended("cannot", message), message)
    if timetable.apply_at is not None and now < timetable.apply_at:
        return RunState(next="await_start", key=key)
    if changes := changes_since(desk, state):
        return _cancel(desk, commitment, plan_anew(desk, state, changes), f"planned anew at its time: {'; '.join(changes)}")
    fresh = try_now(desk, state, desk.artifacts.load(state["intent"], Intent), tried.change_set)
    if refusal := _refused_now(desk, state, fresh):
        return _cancel(desk, commitment, refusal, refusal["ending"]["message"])
    name = desk.artifacts.save(f"{state['candidate']}{DUE}", fresh)
    with suppress(CommitmentError):  # somebody cancelled it in this moment: its state says so
        _begin(desk, RunState(**{**state, "candidate": name}), key, fresh, now)
    return None


def _refused_now(desk: Desk, state: RunState, fresh: Tried) -> RunState | None:
    """Return the ending if a condition of the request does not hold when its time comes, or the gate refuses; None if neither."""
    if broken := unmet_now(desk, state, fresh):
        return not_done(broken)
    if why := refusals(desk, state, fresh):
        message = f"at its time it may no longer be applied ({'; '.join(why)}); nothing was applied, state the intent again"
        return ended("rejected", message)
    return None


def on_newest_prediction(desk: Desk, key: str, update: RunState) -> RunState:
    """Return the update so that the change is verified by the prediction with which its commitment began."""
    return RunState(**{**update, "candidate": desk.commitments.get(key).expectations["candidate"]})


def _cancel(desk: Desk, commitment: Commitment, update: RunState, why: str) -> RunState:
    desk.commitments.reverted(commitment.key, f"not applied: {why}")
    desk.record("change.cancelled", key=commitment.key, digest=commitment.digest, by=f"run:{desk.run_id}", why=why)
    return update


def _begin(desk: Desk, state: RunState, key: str, tried: Tried, now: datetime) -> None:
    until = verification_end(desk, state, tried, now)
    times = deadlines(desk, until, now, wall=desk.settings.commitment.wall_deadline)
    expectations = {"candidate": state["candidate"], "opened_at": now.isoformat(), "until": until.isoformat()}
    desk.commitments.begin(key, expectations=expectations, **times)
    desk.record("commitment.due", key=key, at=now.isoformat(), until=until.isoformat())
    desk.watch()
