"""Whether a KPI got worse: significantly, materially, and by more than it would have without the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from harness.verification.levels import CLEAR
from policies.materiality import badness, materiality, materiality_threshold, serves_well
from tools.telemetry.statistics import p_greater, p_mean_above

Test = Callable[[Sequence[float], Sequence[float]], float]
"""Returns the p-value of "the mean after is not greater than before"."""


def p_worse_than_before(kpi: str, after: Sequence[float], before: Sequence[float], test: Test = p_greater) -> float:
    """Return the p-value of "no worse than before"; 1 if the worsening is not material or the value still serves well."""
    if not after or not before or serves_well(kpi, fmean(after)):
        return 1.0
    bad_after, bad_before = badness(kpi, after), badness(kpi, before)
    if fmean(bad_after) - fmean(bad_before) <= materiality_threshold(kpi, fmean(before)):
        return 1.0
    return test(bad_after, bad_before)


def is_worse_than(kpi: str, after: Sequence[float], reference: float, twin_gap: float, significance: float) -> bool:
    """Whether the mean is significantly and materially worse than a predicted `reference`, widened by the relative twin gap."""
    margin = materiality_threshold(kpi, reference) + twin_gap * abs(reference)
    (bad_reference,) = badness(kpi, [reference])
    return p_mean_above(badness(kpi, after), bad_reference + margin) < significance


def p_clearly_worse(kpi: str, after: Sequence[float], before: Sequence[float], granted: float) -> float:
    """Return the p-value of "it got worse by `CLEAR` times what is material, or more" (a test of non-inferiority).

    granted: by how much more it may get worse, in the KPI's unit, because that was approved. Down to a value that serves well
    nothing is a loss. 1 with too few windows to tell.
    """
    bad_after, bad_before = badness(kpi, after), badness(kpi, before)
    lost, enough = granted + CLEAR * materiality_threshold(kpi, fmean(before)), materiality(kpi).serves_well
    if enough is not None:
        lost = max(lost, badness(kpi, [enough])[0] - fmean(bad_before))
    return p_greater([value + lost for value in bad_before], bad_after)
