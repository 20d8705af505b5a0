"""When a change is verified: after it has settled, in the intent's time window, until the deadline at the latest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from harness.runtime.settings import CommitmentSettings
from policies.intent import TimeWindow

_GRACE_S = 120.0


@dataclass(frozen=True)
class Schedule:
    """Network times: KPI windows from `start` on are judged at `first`, then after each `step`, for the last time at `deadline`.

    An intent for a later time window is verified in that window; then `guard` is the time of an early check for harm.
    """

    start: datetime
    first: datetime
    deadline: datetime
    step: timedelta
    granularity_s: float
    guard: datetime | None

    @property
    def grace(self) -> timedelta:
        """The time after the deadline that the watchdog leaves to the run.

        On a network that is served fast, one poll of the clock may overshoot the deadline.
        """
        return timedelta(seconds=max(2 * self.granularity_s, _GRACE_S))

    @classmethod
    def of(cls, settings: CommitmentSettings, applied_at: datetime, granularity_s: float, window: TimeWindow | None) -> Schedule:
        """Return the schedule of a change that was applied at `applied_at`; `window` is the intent's time window."""
        settle = timedelta(seconds=max(settings.settle_windows * granularity_s, settings.longest_memory))
        step = timedelta(seconds=settings.windows * granularity_s)
        soon = applied_at + settle + step
        later = window is not None and window.start > soon
        start = (window.start if later and window else applied_at) + settle
        longest = timedelta(seconds=settings.deadline) if settings.deadline else 3 * (settle + step)
        deadline = max(start + step, start - settle + longest)
        return cls(start, start + step, deadline, step, granularity_s, soon if later else None)
