"""Check of the window: it ends after it starts, is one granularity period long, and is over."""

from __future__ import annotations

from datetime import datetime
from math import isclose

from policies.quality.reporter import Reporter

# TS 28.550 clause 6.1 and TS 32.401 clause 5.2.1.3: granularity periods are up to one day.
LONGEST_S = 86_400.0
_LENGTH_TOLERANCE = 0.02
_CLOCK_SKEW_S = 5.0


def window_objection(start: datetime, end: datetime, reporter: Reporter) -> str:
    """Return what is wrong with the window [start, end), empty if nothing is."""
    if start.tzinfo is None or end.tzinfo is None:
        return f"window {start.isoformat()} to {end.isoformat()} has no offset from UTC"
    length = (end - start).total_seconds()
    if length <= 0:
        return f"the window ends {-length:g} s before it starts" if length < 0 else "the window has no length"
    if length > LONGEST_S:
        return f"the window is {length / 86_400:.4g} days long; a granularity period is at most 1 day (TS 28.550 clause 6.1)"
    return _unlike_granularity(length, reporter.granularity_s) or _not_over(end, reporter)


def allowed_skew_s(granularity_s: float | None) -> float:
    """Return how far a window may end after the network's time, s: clocks of a network differ, but not by a window."""
    return _CLOCK_SKEW_S if granularity_s is None else min(_CLOCK_SKEW_S, 0.1 * granularity_s)


def _unlike_granularity(length: float, granularity_s: float | None) -> str:
    """Refuse lengths that are not a multiple of the granularity: hourly totals of 5 min periods are usual."""
    if not granularity_s:
        return ""
    multiple = max(1, round(length / granularity_s))
    if isclose(length, multiple * granularity_s, rel_tol=_LENGTH_TOLERANCE):
        return ""
    return f"the window is {length:g} s long, but the granularity period is {granularity_s:g} s"


def _not_over(end: datetime, reporter: Reporter) -> str:
    if reporter.now is None:
        return ""
    ahead = (end - reporter.now).total_seconds()
    if ahead <= allowed_skew_s(reporter.granularity_s):
        return ""
    return f"the window ends {ahead:g} s after the network's time {reporter.now.isoformat()}"
