"""Step `restore`: at the end of its time window a confirmed change is restored, and the old values are read back."""

from __future__ import annotations

import time
from datetime import datetime

from harness.commitments.commitment import Commitment
from harness.commitments.rollback import roll_back
from harness.commitments.watchdog import LEASE_S
from harness.engine.desk import Desk
from harness.engine.nodes.reverting import cancelled, left_standing
from harness.engine.nodes.scheduling import deadlines
from harness.engine.state import Ending, RunState, ended
from harness.runtime.errors import RunError
from harness.runtime.timetable import moment_text
from twins.network import NetworkError

CONFIRMED = "every target was met and nobody was harmed"
HARMLESS = "nobody was harmed; no KPI was bounded, so no target could be met"
_POLL_S = 0.2


def keep_until_end(desk: Desk, state: RunState, ending: Ending, note: str = "confirmed by KPIs") -> RunState:
    """Keep the change under its commitment until the end of its window; the run then ends as `ending`, whose message is extended.

    Raises CommitmentError if the change was taken back.
    """
    commitment, now = desk.commitments.get(state["key"]), desk.clock.now()
    end = commitment.timetable.restore_at
    if end is None:
        raise RunError(f"commitment {commitment.key} has no end")
    inconclusive = ending["status"] == "inconclusive"
    desk.commitments.in_force(commitment.key, note=note, inconclusive=inconclusive, **deadlines(desk, end, now))
    desk.record("commitment.in_force", key=commitment.key, since=state["applied_at"], until=end.isoformat(), note=note)
    desk.emit("change.scheduled", timetable=commitment.timetable, to="restore")
    desk.watch()
    return RunState(next="await_end", ending=ending)


def restore(desk: Desk, state: RunState) -> RunState:
    """Restore the change, unless the watchdog already has; if that fails, the run ends as still applied."""
    if desk.actuator is None:
        raise RunError(f"run {desk.run_id} has no actuator: there is nothing to restore in shadow mode")
    key, owner = state["key"], f"run:{state['run_id']}"
    while not desk.commitments.claim(key, owner, LEASE_S):
        commitment = desk.commitments.get(key)
        if not commitment.is_open:
            return _closed(state, commitment)
        time.sleep(_POLL_S)  # somebody else holds the lease, which expires
    try:
        note = f"{roll_back(desk.actuator, desk.commitments.get(key))} at {moment_text(desk.clock.now())} network time"
    except NetworkError as error:
        return left_standing(desk, state, owner, error, since="its time window has ended, but ")
    before = desk.commitments.get(key)
    closed = desk.commitments.reverted(key, note)
    desk.record("change.restored", key=key, digest=closed.digest, by=owner, why=before.why_due, note=note)
    desk.emit("change.restored", note=note)
    return _closed(state, closed)


def _closed(state: RunState, commitment: Commitment) -> RunState:
    """Return the ending of a run whose change was restored, or taken back before its end."""
    if commitment.cancelled_by:
        return cancelled(commitment)
    end, since = commitment.timetable.restore_at, moment_text(datetime.fromisoformat(state["applied_at"]))
    until = moment_text(end) if end else "its end"
    text = f"{state['ending']['message']}; in force from {since} to {until}, then restored and read back: {commitment.note}"
    return ended(state["ending"]["status"], text)
