"""When a change is verified: after it has settled, in the time that was predicted, until the deadline at the latest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from harness.runtime.settings import CommitmentSettings
from policies.intent import TimeWindow

_GRACE_S = 120.0


@dataclass(frozen=True)
class Schedule:
    """Network times: KPI windows from `start` on are judged at `first`, then after each `step`, for the last time at `deadline`.

    A change whose prediction is for a later time is verified then; `guard` ends an early check for harm from `settled` on.
    """

    settled: datetime
    start: datetime
    first: datetime
    deadline: datetime
    step: timedelta
    granularity_s: float
    guard: datetime | None

    @property
    def windows(self) -> int:
        """The number of KPI windows that can be judged in all."""
        return int((self.deadline - self.start).total_seconds() / self.granularity_s)

    @property
    def grace(self) -> timedelta:
        """The time after the deadline that the watchdog leaves to the run.

        On a network that is served fast, one poll of the clock may overshoot the deadline.
        """
        return grace_of(self.granularity_s)

    @classmethod
    def of(
        cls,
        settings: CommitmentSettings,
        applied_at: datetime,
        granularity_s: float,
        window: TimeWindow | None,
        end: datetime | None = None,
    ) -> Schedule:
        """Return the schedule of a change that was applied at `applied_at`.

        window: the time that the prediction is for. end: when the change is restored; nothing is judged after it.
        """
        settle = timedelta(seconds=settings.settling(granularity_s))
        step = timedelta(seconds=settings.windows * granularity_s)
        settled = applied_at + settle
        later = window is not None and window.start > settled + step
        start = window.start + settle if window and later else settled
        if end is not None:
            start = max(settled, min(start, end - step))
        first, deadline = start + step, max(start + step, start - settle + timedelta(seconds=settings.longest(granularity_s)))
        if end is not None:
            first, deadline = min(first, end), min(deadline, end)
        guard = settled + step if start > settled + step else None
        return cls(settled, start, first, deadline, step, granularity_s, guard)


def grace_of(granularity_s: float) -> timedelta:
    """Return the time after a deadline that the watchdog leaves to the run, for KPI windows of this length, seconds."""
    return timedelta(seconds=max(2 * granularity_s, _GRACE_S))
