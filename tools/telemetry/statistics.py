"""Statistical tests of verification. All are one-sided; with too few windows the p-value is 1.

Consecutive KPI windows are correlated (the same users at nearly the same positions), so a test of two series uses the effective
number of windows, n (1 - r) / (1 + r) with lag-1 autocorrelation r; a test against a bound uses the number of windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, stdev

MIN_WINDOWS = 3


def p_mean_above(values: Sequence[float], bound: float) -> float:
    """Return the p-value of the null hypothesis "the mean is not above `bound`" (t-test; 1 for fewer than MIN_WINDOWS values).

    For constant values the p-value is 0 at or above the bound, 1 below it.
    """
    if len(values) < MIN_WINDOWS:
        return 1.0
    spread = stdev(values)
    if spread <= 1e-12 * max(abs(fmean(values)), abs(bound), 1e-12):
        return 0.0 if fmean(values) >= bound else 1.0
    from scipy.stats import ttest_1samp

    return float(ttest_1samp(list(values), bound, alternative="greater").pvalue)


def p_mean_below(values: Sequence[float], bound: float) -> float:
    """Return the p-value of the null hypothesis "the mean is not below `bound`", as in `p_mean_above`."""
    return p_mean_above([-value for value in values], -bound)


def p_greater(after: Sequence[float], before: Sequence[float]) -> float:
    """Return the p-value of the null hypothesis "the mean after is not greater than before" (Welch's t-test, effective windows).

    1 if either series has fewer than MIN_WINDOWS values.
    """
    if min(len(after), len(before)) < MIN_WINDOWS:
        return 1.0
    if stdev(after) == 0 and stdev(before) == 0:
        return 0.0 if fmean(after) > fmean(before) else 1.0
    from scipy.stats import ttest_ind_from_stats

    summary = [part for values in (after, before) for part in (fmean(values), stdev(values), effective_windows(values))]
    return float(ttest_ind_from_stats(*summary, equal_var=False, alternative="greater").pvalue)


def effective_windows(values: Sequence[float]) -> float:
    """Return the effective number of independent windows, at least 2 (lag-1 autocorrelation, clipped to 0..0.9)."""
    mean = fmean(values)
    power = sum((value - mean) ** 2 for value in values)
    if power == 0:
        return float(len(values))
    lagged = sum((left - mean) * (right - mean) for left, right in pairwise(values))
    correlation = min(max(lagged / power + 1 / len(values), 0.0), 0.9)  # + 1/n: the bias of the estimate in short series
    return max(2.0, len(values) * (1 - correlation) / (1 + correlation))


def share_bounds(successes: int, trials: int, significance: float) -> tuple[float, float]:
    """Return the one-sided Wilson bounds (low, high) of a proportion; (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    interval = binomtest(successes, trials).proportion_ci(confidence_level=1 - 2 * significance, method="wilson")
    return float(interval.low), float(interval.high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for multiple testing (Holm 1979), in the same order."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = highest
    return corrected
