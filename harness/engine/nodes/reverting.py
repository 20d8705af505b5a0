"""Step `roll_back`: the change is reverted, and the old values are read back from the network."""

from __future__ import annotations

from harness.commitments.rollback import roll_back as restore
from harness.commitments.watchdog import LEASE_S
from harness.engine.desk import Desk
from harness.engine.state import RunState, ended
from harness.records.failure import RunBoundary
from harness.runtime.errors import RunError
from twins.network import NetworkError


def roll_back(desk: Desk, state: RunState) -> RunState:
    """Revert the change; if that fails the watchdog keeps trying, and the run's message says so."""
    if desk.actuator is None:
        raise RunError(f"run {desk.run_id} has no actuator: there is nothing to take back in shadow mode")
    key, owner = state["key"], f"run:{state['run_id']}"
    if not desk.commitments.claim(key, owner, LEASE_S):
        return _left_to_the_watchdog(desk, state)
    try:
        note = restore(desk.actuator, desk.commitments.get(key))
    except NetworkError as error:
        return _failed(desk, state, owner, error)
    why = state["ending"]["message"]
    desk.commitments.reverted(key, note)
    desk.record("change.reverted", key=key, by=owner, why=why, note=note)
    desk.emit("change.reverted", note=note, why=why)
    return RunState(next="report", ending=state["ending"])


def _left_to_the_watchdog(desk: Desk, state: RunState) -> RunState:
    commitment = desk.commitments.get(state["key"])
    message = f"{state['ending']['message']}; the watchdog has taken it ({commitment.state}: {commitment.note})"
    return RunState(next="report", ending={**state["ending"], "message": message})


def _failed(desk: Desk, state: RunState, owner: str, error: NetworkError) -> RunState:
    desk.commitments.revert_failed(state["key"], str(error))
    desk.record("change.revert_failed", key=state["key"], by=owner, why=str(error))
    message = f"{state['ending']['message']}; taking it back failed ({error}); the watchdog goes on trying"
    return ended("failed", message, boundary=RunBoundary.NETWORK)
