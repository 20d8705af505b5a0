"""Step `restore`: at the end of its time window a confirmed change is restored, and the old values are read back."""

from __future__ import annotations

from datetime import datetime

from harness.commitments.rollback import RollbackError, applied_edits, roll_back
from harness.commitments.store import Commitment
from harness.commitments.timetable import moment_text
from harness.commitments.watchdog import LEASE_S
from harness.engine.desk import Desk
from harness.engine.nodes.scheduling import deadlines
from harness.engine.state import RunState, ended
from harness.records.failure import RunBoundary
from harness.runtime.errors import RunError
from twins.network import Network, NetworkError

CONFIRMED = "every target was met and nobody was harmed"


def keep_until_end(desk: Desk, state: RunState, verification: str) -> RunState:
    """Keep a confirmed change under its commitment until the end of its window. Raises CommitmentError if it was taken back."""
    commitment, now = desk.commitments.get(state["key"]), desk.clock.now()
    end = commitment.timetable.restore_at
    if end is None:
        raise RunError(f"commitment {commitment.key} has no end")
    desk.commitments.in_force(commitment.key, note="confirmed by KPIs", **deadlines(desk, end, now))
    desk.record("commitment.in_force", key=commitment.key, since=state["applied_at"], until=end.isoformat())
    desk.emit("change.scheduled", timetable=commitment.timetable, to="restore")
    return RunState(next="await_end", verification=verification)


def restore(desk: Desk, state: RunState) -> RunState:
    """Restore the change, unless the watchdog already has; if that fails the watchdog keeps trying, and the run says so."""
    commitment, owner = desk.commitments.get(state["key"]), f"run:{state['run_id']}"
    if not commitment.is_open:
        return ended("confirmed", _text(commitment, state))
    if not desk.commitments.claim(commitment.key, owner, LEASE_S):
        return _still_applied(desk, state, "the watchdog is restoring it")
    try:
        note = _restored(_actuator(desk), commitment)
    except NetworkError as error:
        desk.commitments.revert_failed(commitment.key, str(error))
        desk.record("change.revert_failed", key=commitment.key, by=owner, why=str(error))
        return _still_applied(desk, state, str(error))
    closed = desk.commitments.reverted(commitment.key, note)
    desk.record("change.restored", key=commitment.key, digest=commitment.digest, by=owner, why=commitment.why_due, note=note)
    text = _text(closed, state)
    desk.emit("change.restored", note=note, text=text)
    return ended("confirmed", text)


def _restored(network: Network, commitment: Commitment) -> str:
    """Restore the old values and read them back; return what was done. Raises NetworkError."""
    note = roll_back(network, commitment)
    applied, _ = applied_edits(network, commitment.change_set)
    if applied:
        raise RollbackError(f"{applied[0].dn} {applied[0].attribute} still is {applied[0].new!r} after it was restored")
    return note


def _text(commitment: Commitment, state: RunState) -> str:
    """Return the last words on a change that was restored."""
    end = commitment.timetable.restore_at
    since = moment_text(datetime.fromisoformat(state["applied_at"]))
    until = moment_text(end) if end else "its end"
    return f"{CONFIRMED}; in force from {since} to {until}, then restored and read back: {commitment.note}"


def _still_applied(desk: Desk, state: RunState, why: str) -> RunState:
    message = f"{CONFIRMED}, but its time window has ended and it is still on the network ({why}); the watchdog goes on trying"
    return ended("failed", message, boundary=RunBoundary.NETWORK)


def _actuator(desk: Desk) -> Network:
    if desk.actuator is None:
        raise RunError(f"run {desk.run_id} has no actuator: there is nothing to restore in shadow mode")
    return desk.actuator
