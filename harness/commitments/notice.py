"""What a person is told about an open commitment: whether its change is being verified, or is still on the network."""

from __future__ import annotations

from harness.commitments.commitment import Commitment
from harness.commitments.network_identity import ANOTHER_NETWORK
from harness.commitments.rollback import CHANGED_SINCE
from harness.runtime.command_line import twinpilot
from harness.runtime.embedded_place import is_embedded
from harness.runtime.timetable import AT_ONCE

STILL_ON_THE_NETWORK = "STILL ON THE NETWORK"


def is_left_standing(commitment: Commitment, now: float) -> bool:
    """Whether the change is to be gone, and is not known to be; `now`: wall time in seconds since the epoch."""
    return commitment.is_open and commitment.is_overdue(now, None)


def notice(commitment: Commitment, now: float) -> str:
    """Return one line about an open commitment; `now`: wall time in seconds since the epoch."""
    what = f"the change of run {commitment.run_id} ({len(commitment.change_set.edits)} edit(s), {commitment.digest[:12]})"
    if is_embedded(commitment.network) and not commitment.attempts and commitment.state != "scheduled":
        goes_on = f"which stands still unless its run goes on: {twinpilot('run', '--resume', commitment.run_id)}"
        return f"{what} is, or may be, on {commitment.network}, {goes_on}"
    if not is_left_standing(commitment, now):
        times = "" if commitment.timetable == AT_ONCE else f" ({commitment.timetable.describe()})"
        return f"{what} on {commitment.network} is {_PROGRESS[commitment.state]}{times}"
    is_elsewhere = commitment.note.startswith((CHANGED_SINCE, ANOTHER_NETWORK))
    label = "NOT TAKEN BACK on" if is_elsewhere else STILL_ON_THE_NETWORK
    decide = f"; decide with: {twinpilot('settle', commitment.run_id)}" if commitment.state == "revert_failed" else ""
    return f"{label} {commitment.network}: {what}; {_attempts(commitment, now)}{decide}"


def progress(commitment: Commitment, now: float) -> str:
    """Return how far an open commitment is, without its names and commands; `now`: wall time in seconds since the epoch."""
    if is_left_standing(commitment, now):
        return f"{STILL_ON_THE_NETWORK}; {_attempts(commitment, now)}"
    return _PROGRESS[commitment.state]


_PROGRESS = {
    "scheduled": "scheduled, and nothing of it is applied yet",
    "pending": "being applied",
    "applied": "applied, and not confirmed yet",
    "in_force": "in force, as confirmed by KPIs",
}


def _attempts(commitment: Commitment, now: float) -> str:
    if not commitment.attempts:
        return f"{commitment.why_due}, and it has not been taken back yet"
    pause = commitment.next_attempt_at - now if commitment.is_paused(now) else 0.0
    return (
        f"taking it back failed {commitment.attempts} time(s), the next attempt is due in {pause:.0f} s; the last time:"
        f" {commitment.note}"
    )
