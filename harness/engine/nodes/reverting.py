"""Step `roll_back`: the change is taken back, and read back."""

from __future__ import annotations

from harness.commitments.rollback import roll_back as restore
from harness.commitments.watchdog import LEASE_S
from harness.engine.desk import Desk
from harness.engine.state import RunState
from harness.runtime.errors import RunError
from twins.network import NetworkError


def roll_back(desk: Desk, state: RunState) -> RunState:
    """Take the change back; where that fails the watchdog goes on trying, and the run says so."""
    key, ending = state["key"], dict(state["ending"])
    who = f"run:{state['run_id']}"
    if not desk.commitments.claim(key, who, LEASE_S):
        standing = desk.commitments.get(key)
        ending["message"] = f"{ending['message']}; the watchdog has taken it ({standing.state}: {standing.note})"
        return RunState(next="report", ending=ending)
    if desk.actuator is None:
        raise RunError(f"run {desk.run_id} has no actuator: there is nothing to take back in shadow mode")
    try:
        note = restore(desk.actuator, desk.commitments.get(key))
    except NetworkError as error:
        desk.commitments.revert_failed(key, str(error))
        desk.record("change.revert_failed", key=key, by=who, why=str(error))
        message = f"{ending['message']}; taking it back failed ({error}); the watchdog goes on trying"
        return RunState(
            next="report", ending={"status": "failed", "message": message, "error": {"boundary": "network", "message": message}}
        )
    desk.commitments.reverted(key, note)
    desk.record("change.reverted", key=key, by=who, why=ending["message"], note=note)
    desk.emit("change.reverted", note=note, why=ending["message"])
    return RunState(next="report", ending=ending)
