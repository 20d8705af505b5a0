"""Whether a KPI got worse: significantly, materially, and by more than it would have without the change."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import fmean

from harness.verification.statistics import p_greater, p_mean_above
from policies.kpi import kpi_definition

_FILE = Path(__file__).parent / "data" / "materiality.toml"


@cache
def _thresholds() -> dict[str, dict[str, float]]:
    with _FILE.open("rb") as file:
        return tomllib.load(file)


def material(kpi: str, reference: float) -> float:
    """Return how much worse than `reference` a value must be to be material, in the KPI's unit."""
    threshold = _thresholds().get(kpi, _thresholds()["default"])
    return max(threshold["relative"] * abs(reference), threshold["absolute"])


def serves_well(kpi: str, value: float) -> bool:
    """Whether a value is so good that it harms nobody, whatever it was before."""
    bound = _thresholds().get(kpi, {}).get("serves_well")
    return bound is not None and badness(kpi, [value]) <= badness(kpi, [bound])


def badness(kpi: str, values: Sequence[float]) -> list[float]:
    """Return the values with their sign such that greater is worse."""
    sign = -1.0 if kpi_definition(kpi).better == "higher" else 1.0
    return [sign * value for value in values]


def p_worse_than_before(kpi: str, after: Sequence[float], before: Sequence[float]) -> float:
    """Return the p-value of "no worse than before"; 1 if the worsening is not material or the value still serves well."""
    if not after or not before or serves_well(kpi, fmean(after)):
        return 1.0
    bad_after, bad_before = badness(kpi, after), badness(kpi, before)
    if fmean(bad_after) - fmean(bad_before) <= material(kpi, fmean(before)):
        return 1.0
    return p_greater(bad_after, bad_before)


def is_worse_than(kpi: str, after: Sequence[float], reference: float, twin_gap: float, significance: float) -> bool:
    """Whether the mean is significantly and materially worse than a predicted `reference`, widened by the relative twin gap."""
    margin = material(kpi, reference) + twin_gap * abs(reference)
    (bad_reference,) = badness(kpi, [reference])
    return p_mean_above(badness(kpi, after), bad_reference + margin) < significance
