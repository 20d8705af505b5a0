"""The sequence of looks at a change: harm ends it at once, what is inconclusive is looked at again with more windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from harness.verification.result import Verification

Look = Callable[[datetime, datetime], Verification]
"""Returns the verification of the windows from a start to an end."""


def look_until_settled(look: Look, start: datetime, first: datetime, step: timedelta, deadline: datetime) -> Verification:
    """Look at the windows from `start`, at `first` and after each `step`, until there is a verdict or `deadline` has come.

    If a KPI was still moving or its telemetry was invalid, the next look begins where this one ended, as long as a whole step is
    left: a transient, averaged with what came after it, would describe neither.
    """
    until = first
    while True:
        verification = look(start, until)
        if verification.outcome != "inconclusive" or until >= deadline:
            return verification
        if not verification.settled and until + step <= deadline:
            start = until
        until = min(until + step, deadline)
