"""Step `roll_back`: the change is reverted, and the old values are read back from the network.

A run says that it is rolled back only after that. If it is not, the run ends as `still applied`, and the watchdog goes on.
"""

from __future__ import annotations

import time

from harness.commitments.commitment import Commitment
from harness.commitments.page_now import restate
from harness.commitments.rollback import roll_back as restore
from harness.commitments.rollback import what_stands
from harness.commitments.watchdog import LEASE_S
from harness.engine.desk import Desk
from harness.engine.state import Ending, RunState, ended
from harness.records.failure import RunBoundary
from harness.records.outcome import RunOutcome
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import HarnessError, RunError
from twins.network import NetworkError

_POLL_S = 0.2


def roll_back(desk: Desk, state: RunState) -> RunState:
    """Revert the change, or wait for whoever is reverting it; if it cannot be reverted, the run ends as still applied."""
    if desk.actuator is None:
        raise RunError(f"run {desk.run_id} has no actuator: there is nothing to take back in shadow mode")
    key, owner = state["key"], f"run:{state['run_id']}"
    while not desk.commitments.claim(key, owner, LEASE_S):
        commitment = desk.commitments.get(key)
        if not commitment.is_open:
            return _closed(state["ending"], commitment)
        time.sleep(_POLL_S)  # somebody else holds the lease, which expires
    try:
        note = restore(desk.actuator, desk.commitments.get(key))
    except NetworkError as error:
        return left_standing(desk, state, owner, error)
    why = state["ending"]["message"]
    commitment = desk.commitments.reverted(key, note)
    desk.record("change.reverted", key=key, by=owner, why=why, note=note)
    desk.emit("change.reverted", note=note, why=why)
    return cancelled(commitment) if commitment.cancelled_by else RunState(next="report", ending=state["ending"])


def take_back_again(desk: Desk, outcome: RunOutcome) -> RunOutcome:
    """Return the outcome of a run that has ended; one whose change is still applied is taken back now, if that is possible."""
    if outcome.status != "still applied":
        return outcome
    for commitment in desk.commitments.of_run(desk.run_id):
        ending = Ending(status="rolled back", message="the change was to be taken back now")
        ending = roll_back(desk, RunState(run_id=desk.run_id, key=commitment.key, ending=ending))["ending"]
        if ending["status"] == "still applied":
            return outcome.model_copy(update={"message": ending["message"]})
    corrected = outcome.as_of(desk.commitments.of_run(desk.run_id)[-1].run_status)
    desk.artifacts.save("outcome", corrected)
    desk.runs.set_status(desk.run_id, corrected.status)
    desk.record("run.corrected", status=corrected.status, message=corrected.message)
    try:
        restate(desk.paths, desk.commitments.state, desk.run_id)
    except (OSError, HarnessError) as error:  # a page that cannot be written must not undo what was done to the network
        desk.record("report.failed", why=f"{type(error).__name__}: {error}")
    return corrected


def closed(desk: Desk, key: str, why: str) -> RunState:
    """Return how a run ends, or goes on, whose commitment somebody else has taken in hand, as its state is now."""
    commitment = desk.commitments.get(key)
    if commitment.is_open:
        return RunState(next="roll_back", key=key, ending=Ending(status="rolled back", message=f"{why}: {commitment.note}"))
    return _closed(Ending(status="rolled back", message=why), commitment)


def _closed(ending: Ending, commitment: Commitment) -> RunState:
    note = commitment.note
    if commitment.state == "settled":
        return ended("settled", f"{ending['message']}; {note}")
    if commitment.cancelled_by:
        return cancelled(commitment)
    if commitment.state == "cancelled":
        return ended("cannot", f"nothing was applied: {note}")
    if commitment.state == "confirmed":
        return ended("confirmed", f"{ending['message']}; it was confirmed meanwhile: {note}")
    return RunState(next="report", ending={**ending, "message": f"{ending['message']}; taken back: {note}"})


def cancelled(commitment: Commitment) -> RunState:
    """Return the ending of a run whose change a person withdrew, or had taken back before its time."""
    what = "nothing of it was applied" if commitment.state == "cancelled" else "it was applied, and taken back"
    return ended("cancelled", f"cancelled by {commitment.cancelled_by}; {what}: {commitment.note}")


def left_standing(desk: Desk, state: RunState, owner: str, error: NetworkError, since: str = "") -> RunState:
    """Record that a change could not be taken back, and return the ending as still applied; `since`: what made it due."""
    desk.commitments.revert_failed(state["key"], str(error))
    desk.record("change.revert_failed", key=state["key"], by=owner, why=str(error))
    desk.commitments.reported(state["key"])
    desk.emit("change.still_applied", why=str(error))
    desk.watch()
    goes_on = "the watchdog goes on trying" if desk.has_watchdog else f"{twinpilot('run', '--resume', desk.run_id)} tries again"
    decide = f"a person ends it with {twinpilot('settle', desk.run_id)}"
    message = f"{state['ending']['message']}; {since}{what_stands(error)}; {goes_on}; {decide}"
    return ended("still applied", message, boundary=RunBoundary.NETWORK)
