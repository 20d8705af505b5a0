"""Flaws: measurements on which nothing may rest, with the check that found them and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Literal

from policies.kpi import KpiSample
from policies.managed_object import cell_of
from policies.slices import Slice
from policies.word import Word

Check = Literal["catalogue", "object", "unit", "range", "window", "suspect flag", "consistency"]
INVALID = "telemetry invalid"


class Quality(StrEnum):
    """The quality of a measurement; only good ones are used.

    suspect: it may be right, but its source or another measurement contradicts it. refused: it cannot be right.
    """

    GOOD = "good"
    SUSPECT = "suspect"
    REFUSED = "refused"


class Flaw(Word):
    """A measurement that is suspect or refused, as it was delivered; `value` is None if it was absent or is not a finite number.

    The window need not be a valid one: it may end before it starts.
    """

    kpi: str
    dn: str
    slice: Slice | None
    start: datetime
    end: datetime
    value: float | None
    unit: str
    quality: Quality
    check: Check
    reason: str

    @property
    def where(self) -> str:
        """The cell (or what was delivered as the object's DN) and slice."""
        try:
            place = cell_of(self.dn) or self.dn
        except ValueError:
            place = self.dn or "an object without a name"
        return f"{place} {self.slice.value}" if self.slice else place

    def describe(self) -> str:
        """Return the finding in one line."""
        value = "no value" if self.value is None else f"{self.value:.6g} {self.unit}".rstrip()
        return f"{self.kpi} of {self.where} = {value}: {self.quality.value}, {self.check}: {self.reason}"


def flaw_of(sample: KpiSample, quality: Quality, check: Check, reason: str) -> Flaw:
    """Return the flaw of a sample."""
    is_number = isinstance(sample.value, int | float) and isfinite(sample.value)
    return Flaw(
        kpi=str(sample.kpi),
        dn=str(sample.dn),
        slice=sample.slice if isinstance(sample.slice, Slice) else None,
        start=sample.start,
        end=sample.end,
        value=float(sample.value) if is_number and sample.value is not None else None,
        unit=str(sample.unit),
        quality=quality,
        check=check,
        reason=reason,
    )


def refused(sample: KpiSample, check: Check, reason: str) -> Flaw:
    """Return the flaw of a sample that cannot be right."""
    return flaw_of(sample, Quality.REFUSED, check, reason)


def suspect(sample: KpiSample, check: Check, reason: str) -> Flaw:
    """Return the flaw of a sample that something contradicts."""
    return flaw_of(sample, Quality.SUSPECT, check, reason)


def invalid(flaws: Iterable[Flaw], limit: int = 3) -> str:
    """Return "telemetry invalid: …" with the first `limit` flaws, one per KPI and object; empty without flaws."""
    first = {(flaw.kpi, flaw.dn, flaw.slice): flaw for flaw in reversed(list(flaws))}
    lines = [flaw.describe() for flaw in reversed(first.values())]
    more = f"; and {len(lines) - limit} more" if len(lines) > limit else ""
    return f"{INVALID}: {'; '.join(lines[:limit])}{more}" if lines else ""
