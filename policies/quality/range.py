"""Check of the range: a value outside the KPI catalogue's bounds, or above what the cell's carrier can carry, is refused."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from policies.kpi import KpiDefinition, KpiSample, measurement_definition
from policies.managed_object import cell_of
from policies.quality.reporter import Reporter

_ROUNDING = 1e-6
# Power and energy of the whole network are sums over its cells: no operator's network has more.
_MOST_CELLS = 1e5


def range_objection(sample: KpiSample, reporter: Reporter) -> str:
    """Return why the sample's value cannot be, empty if it can; the sample is in the catalogue's unit, its window is valid."""
    value = sample.value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return f"{value!r} is not a finite number"
    if not isinstance(sample.count, int) or sample.count < 0:
        return f"it is computed from {sample.count!r} events; an integer ≥ 0 is required"
    definition = measurement_definition(sample.kpi)
    for bound, source in _upper_bounds(sample, definition, reporter):
        if value > bound * (1 + _ROUNDING):
            return f"above {bound:.6g} {definition.unit} ({source})"
    if value < definition.lowest:
        return f"below {definition.lowest:g} {definition.unit} ({definition.bounds_source})"
    return _fraction(value, definition)


def _upper_bounds(sample: KpiSample, definition: KpiDefinition, reporter: Reporter) -> Iterator[tuple[float, str]]:
    scale = 1.0 if cell_of(sample.dn) or definition.unit == "%" else _MOST_CELLS
    if definition.highest is not None:
        yield definition.highest * scale, definition.bounds_source
    if definition.highest_per_s is not None:
        length = (sample.end - sample.start).total_seconds()
        yield definition.highest_per_s * scale * length, f"{definition.bounds_source}, in {length:g} s"
    carrier = reporter.carriers.get(sample.dn)
    if carrier is not None and definition.unit == "Mbit/s":
        yield carrier.peak_mbps, f"8 layers of 1024QAM on the carrier's {carrier.bandwidth_mhz:g} MHz (TS 38.214 clause 5.1.3.1)"


def _fraction(value: float, definition: KpiDefinition) -> str:
    if definition.integer and abs(value - round(value)) > _ROUNDING * max(1.0, abs(value)):
        return f"a counter of events is an integer ({definition.spec} clause {definition.clause})"
    return ""
