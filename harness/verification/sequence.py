"""The sequence of looks at a change: harm ends it at once, what is inconclusive is looked at again with more windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from harness.verification.result import Verification

Look = Callable[[datetime, datetime, float], Verification]
"""Returns the verification of the windows from a start to an end, given the share of the time that has been watched by then."""


def look_until_settled(look: Look, start: datetime, first: datetime, step: timedelta, deadline: datetime) -> Verification:
    """Look at the windows from `start`, at `first` and after each `step`, until there is a verdict or `deadline` has come."""
    until = first
    while True:
        share = (until - start) / (deadline - start) if until < deadline else 1.0
        verification = _settled_part(look, start, until, step, share)
        if verification.outcome != "inconclusive" or until >= deadline:
            return verification
        until = min(until + step, deadline)


def _settled_part(look: Look, start: datetime, until: datetime, step: timedelta, share: float) -> Verification:
    """Return the verification of the longest part up to `until`, of at least a step, that has settled; else of all windows.

    A transient (a KPI that is still moving, flawed samples), averaged with what came after it, would describe neither.
    """
    verification = look(start, until, share)
    later = start + step
    while verification.outcome == "inconclusive" and not verification.settled and later + step <= until:
        part = look(later, until, share)
        if part.settled or part.outcome == "harmed":
            return part
        later += step
    return verification
