"""Check of the unit: a sample without a unit, or with one that cannot be converted, is refused; others are converted."""

from __future__ import annotations

from dataclasses import replace

from policies.kpi import KpiSample, measurement_definition
from policies.quality.flaw import Flaw, refused
from policies.quality.reporter import Reporter
from policies.text.units import factor

_PRB_UNITS = frozenset({"PRB", "PRBs"})
# Percent in one of these; they are not among the spellings of operators, to whom a ratio is a name of many things.
_SHARES = dict.fromkeys(("ratio", "fraction", "1"), 100.0) | dict.fromkeys(("ppm", "1E-6", "1e-6"), 1e-4)


def in_catalogue_unit(sample: KpiSample, reporter: Reporter) -> KpiSample | Flaw:
    """Return the sample in the catalogue's unit of its KPI, or why it has no usable unit.

    PRBs are converted to percent of the carrier's PRBs if the carrier is known.
    """
    unit = measurement_definition(sample.kpi).unit
    if sample.unit == unit:
        return sample
    if not sample.unit:
        return refused(sample, "unit", f"it has no unit; the catalogue's is {unit}")
    scale = _factor(sample, unit, reporter)
    if scale is None:
        return refused(sample, "unit", f"{sample.unit!r} cannot be converted to the catalogue's {unit}")
    return replace(sample, unit=unit, value=None if sample.value is None else sample.value * scale)


def _factor(sample: KpiSample, unit: str, reporter: Reporter) -> float | None:
    carrier = reporter.carriers.get(sample.dn)
    if sample.unit in _PRB_UNITS and unit == "%" and carrier is not None:
        return 100.0 / carrier.prbs
    if unit == "%" and sample.unit in _SHARES:
        return _SHARES[sample.unit]
    try:
        return factor(sample.unit, unit)
    except KeyError:
        return None
