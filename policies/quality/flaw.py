"""The quality of a measurement, and a flaw: a sample that failed a check and is therefore kept in quarantine."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from policies.slices import Slice
from policies.word import Word


class Quality(StrEnum):
    """Good samples are used; suspect and refused ones are kept in quarantine and never reach a plan or a verdict."""

    GOOD = "good"
    SUSPECT = "suspect"
    REFUSED = "refused"


class Flaw(Word):
    """A sample of `kpi` for `dn` (and `slice`) over [start, end) in `unit`, its quality, the check that it failed, and why."""

    kpi: str
    dn: str
    slice: Slice | None
    start: datetime
    end: datetime
    value: float | None
    unit: str
    quality: Quality
    check: str
    reason: str
