"""Check of the range: a value outside the KPI catalogue's bounds, or above what the cell's carrier can carry, is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite

from policies.kpi import KpiDefinition, KpiSample, measurement_definition
from policies.managed_object import cell_of
from policies.quality.reporter import Reporter

_ROUNDING = 1e-6
# Power and energy of the whole network are sums over its cells: no operator's network has more.
_MOST_CELLS = 1e5


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which a value in `unit` has no objection."""

    unit: str
    lowest: float
    highest: float
    integer: bool


class RangeCheck:
    """The check of the samples that a network reports."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._bounds: dict[tuple[str, str, float], tuple[KpiDefinition, list[tuple[float, str]]]] = {}

    def objection(self, sample: KpiSample) -> str:
        """Return why a value cannot be, empty if it can; the sample is in the catalogue's unit, its window is valid."""
        value = sample.value
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return f"{value!r} is not a finite number"
        if not isinstance(sample.count, int) or sample.count < 0:
            return f"it is computed from {sample.count!r} events; an integer ≥ 0 is required"
        definition, bounds = self._bounds_of(sample)
        for bound, source in bounds:
            if value > bound * (1 + _ROUNDING):
                return f"above {bound:.6g} {definition.unit} ({source})"
        if value < definition.lowest:
            return f"below {definition.lowest:g} {definition.unit} ({definition.bounds_source})"
        return _fraction(value, definition) if definition.integer else ""

    def limits(self, sample: KpiSample) -> Limits:
        """Return the limits of a sample whose window is valid."""
        definition, bounds = self._bounds_of(sample)
        highest = min((bound * (1 + _ROUNDING) for bound, _ in bounds), default=inf)
        return Limits(definition.unit, definition.lowest, highest, definition.integer)

    def _bounds_of(self, sample: KpiSample) -> tuple[KpiDefinition, list[tuple[float, str]]]:
        key = sample.kpi, sample.dn, (sample.end - sample.start).total_seconds()
        if key not in self._bounds:
            definition = measurement_definition(sample.kpi)
            self._bounds[key] = definition, list(_upper_bounds(key[1], key[2], definition, self._reporter))
        return self._bounds[key]


def _upper_bounds(dn: str, length: float, definition: KpiDefinition, reporter: Reporter) -> Iterator[tuple[float, str]]:
    scale = 1.0 if cell_of(dn) or definition.unit == "%" else _MOST_CELLS
    if definition.highest is not None:
        yield definition.highest * scale, definition.bounds_source
    if definition.highest_per_s is not None:
        yield definition.highest_per_s * scale * length, f"{definition.bounds_source}, in {length:g} s"
    carrier = reporter.carriers.get(dn)
    if carrier is not None and definition.unit == "Mbit/s":
        yield carrier.peak_mbps, f"8 layers of 1024QAM on the carrier's {carrier.bandwidth_mhz:g} MHz (TS 38.214 clause 5.1.3.1)"


def _fraction(value: float, definition: KpiDefinition) -> str:
    if abs(value - round(value)) > _ROUNDING * max(1.0, abs(value)):
        return f"a counter of events is an integer ({definition.spec} clause {definition.clause})"
    return ""
