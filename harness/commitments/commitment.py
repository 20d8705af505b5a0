"""A commitment: a change that is being made, to be confirmed by KPIs or reverted, with its states and deadlines.

scheduled → pending → applied → in_force → restored, for a change with a timetable: `scheduled` until its time has come and
nothing was sent yet, `in_force` from its verification until it is restored at the end of its time window. Without an end it
is `confirmed` by its verification. A change that is taken back is `reverted`, and `revert_failed` (still open) until that
succeeds: it is tried again, first at once, then after pauses that double up to five minutes, for as long as it takes. One
that was scheduled and never sent is `cancelled`. A person may withdraw a scheduled change (`cancelled`), have one taken back
before its time (`cancelled_by`: it is due at once), and end one that cannot be taken back as the network is (`settled`).
`confirmed`, `restored`, `reverted`, `cancelled` and `settled` are final.

Deadlines: `deadline` in wall time, `network_deadline` in network time (both seconds since the epoch); the earlier one counts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal

from harness.commitments.pause import LONGEST_PAUSE_S
from harness.runtime.timetable import Timetable
from policies.change import ChangeSet, Receipt
from policies.word import Word

CommitmentState = Literal[
    "scheduled", "pending", "applied", "in_force", "confirmed", "restored", "reverted", "cancelled", "settled",
    "revert_failed",
]  # fmt: skip
ClosedStatus = Literal["confirmed", "inconclusive", "rolled back", "cannot", "cancelled", "settled"]
OPEN_STATES: Final[tuple[CommitmentState, ...]] = ("scheduled", "pending", "applied", "in_force", "revert_failed")


class Commitment(Word):
    """A change with its deadlines; `expectations` is what a resumed run needs (artifact of the candidate, times).

    identity: of the network, empty if it is not known. attempts: how often reverting failed; next_attempt_at, reported_at: wall
    times of the next attempt (0: at once), and of the last journal record about it. apply_at, restore_at: its timetable, network
    time in seconds since the epoch (None: at once, never). verified_at: wall time of its verification by KPIs, for a change that
    is to be restored. cancelled_by: the person who had the change withdrawn or taken back.
    """

    key: str
    run_id: str
    digest: str
    network: str
    state: CommitmentState
    change_set: ChangeSet
    receipt: Receipt | None
    expectations: dict[str, Any]
    opened_at: float
    deadline: float
    network_deadline: float
    closed_at: float | None = None
    note: str = ""
    attempts: int = 0
    lease_by: str = ""
    lease_until: float = 0.0
    identity: str = ""
    next_attempt_at: float = 0.0
    reported_at: float = 0.0
    apply_at: float | None = None
    restore_at: float | None = None
    verified_at: float | None = None
    cancelled_by: str = ""

    @property
    def timetable(self) -> Timetable:
        """When the change is applied and restored."""
        return Timetable(apply_at=_moment(self.apply_at), restore_at=_moment(self.restore_at))

    @property
    def ending(self) -> Literal["change.cancelled", "change.restored", "change.reverted"]:
        """The journal's kind for closing this open commitment at its deadline."""
        if self.state == "scheduled":
            return "change.cancelled"
        return "change.reverted" if self.verified_at is None else "change.restored"

    @property
    def closing(self) -> CommitmentState:
        """The state to which this commitment is closed when nothing of its change is on the network any more."""
        if self.state in ("scheduled", "cancelled"):
            return "cancelled"
        return "reverted" if self.verified_at is None else "restored"

    @property
    def run_status(self) -> ClosedStatus:
        """The status that its run has once it is closed so."""
        if self.state == "settled":
            return "settled"
        if self.cancelled_by:
            return "cancelled"
        if self.closing == "restored":
            return "inconclusive" if self.expectations.get("inconclusive") else "confirmed"
        return "cannot" if self.closing == "cancelled" else "rolled back"

    @property
    def why_due(self) -> str:
        """Why an open commitment is closed at its deadline."""
        if self.cancelled_by:
            return f"cancelled by {self.cancelled_by}"
        return "deadline passed" if self.ending == "change.reverted" else "its time window ended"

    @property
    def is_open(self) -> bool:
        """Whether the change may still have to be reverted or restored."""
        return self.state in OPEN_STATES

    def describe(self) -> str:
        """Return state, timetable and note in one line."""
        times = "" if self.apply_at is None and self.restore_at is None else f" ({self.timetable.describe()})"
        return f"{self.state.replace('_', ' ')}{times} {self.note}".rstrip()

    def is_overdue(self, now: float, network_now: float | None) -> bool:
        """Whether the change is to be gone: a deadline has passed, reverting has failed, or a person cancelled it."""
        if self.state == "revert_failed" or (self.is_open and self.cancelled_by):
            return True
        return self.is_open and (now >= self.deadline or (network_now is not None and network_now >= self.network_deadline))

    def is_paused(self, now: float) -> bool:
        """Whether the next attempt is still to come; a clock that was set back does not prolong a pause."""
        return now < self.next_attempt_at <= now + LONGEST_PAUSE_S


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
