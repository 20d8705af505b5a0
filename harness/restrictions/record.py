"""A restriction as it is kept: whether it stands, has expired or was removed, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field, JsonValue

from policies.restrictions.restriction import Restriction
from policies.word import Word

RestrictionState = Literal["in force", "expired", "removed"]


class RestrictionRecord(Word):
    """A restriction that was made.

    seen: the network's time when it was last seen, by which the restriction has expired or not; None: never since it was made.
    removed_at: wall time, seconds since the epoch. facts: what the authorization to remove it is judged by.
    """

    restriction: Restriction
    seen: datetime | None = None
    removed_at: float | None = None
    removed_by: str = ""
    note: str = ""
    facts: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def state(self) -> RestrictionState:
        """The state, as far as the network's time was seen."""
        if self.removed_at is not None:
            return "removed"
        return "expired" if self.seen is not None and self.restriction.has_expired(self.seen) else "in force"

    def standing(self) -> str:
        """Return the state in words, with who removed it, when and why, or the time by which it is judged."""
        if self.removed_at is not None:
            at = datetime.fromtimestamp(self.removed_at, UTC)
            return f"removed by {self.removed_by} at {at:%Y-%m-%d %H:%M:%S} UTC{f': {self.note}' if self.note else ''}"
        if self.restriction.window is None:
            return "in force until it is removed"
        seen = f"; network time when last seen: {self.seen:%Y-%m-%d %H:%M}" if self.seen else ""
        return f"{self.state}{self.restriction.when}, network time{seen}"
