"""The few tests that verification stands on: one-sided, at a given significance, honest about too few windows.

A run of KPI windows is correlated in time (the same users stand in nearly the same places), so a comparison of two runs counts
effective windows, n (1 - r) / (1 + r) with r the autocorrelation from one window to the next; a test against a bound counts
windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, stdev

MIN_WINDOWS = 3


def p_mean_above(values: Sequence[float], bound: float) -> float:
    """Return the p-value of "the mean is not above `bound`" (one-sample t-test; 1 for fewer than MIN_WINDOWS values).

    Values that do not vary at all decide by themselves: 0 above the bound or on it, 1 below.
    """
    if len(values) < MIN_WINDOWS:
        return 1.0
    spread = stdev(values)
    if spread <= 1e-12 * max(abs(fmean(values)), abs(bound), 1e-12):
        return 0.0 if fmean(values) >= bound else 1.0
    from scipy.stats import ttest_1samp

    return float(ttest_1samp(list(values), bound, alternative="greater").pvalue)


def p_mean_below(values: Sequence[float], bound: float) -> float:
    """Return the p-value of "the mean is not below `bound`"."""
    return p_mean_above([-value for value in values], -bound)


def p_greater(after: Sequence[float], before: Sequence[float]) -> float:
    """Return the p-value of "the mean after is not greater than before"; 1 where either is too short.

    Welch's t-test on effective windows.
    """
    if min(len(after), len(before)) < MIN_WINDOWS:
        return 1.0
    if stdev(after) == 0 and stdev(before) == 0:
        return 0.0 if fmean(after) > fmean(before) else 1.0
    from scipy.stats import ttest_ind_from_stats

    told = [part for values in (after, before) for part in (fmean(values), stdev(values), effective_windows(values))]
    return float(ttest_ind_from_stats(*told, equal_var=False, alternative="greater").pvalue)


def effective_windows(values: Sequence[float]) -> float:
    """Return how many independent windows a run of windows is worth, 2 at least (first-order autocorrelation, 0..0.9)."""
    mean = fmean(values)
    power = sum((value - mean) ** 2 for value in values)
    if power == 0:
        return float(len(values))
    lagged = sum((left - mean) * (right - mean) for left, right in pairwise(values))
    correlation = min(max(lagged / power + 1 / len(values), 0.0), 0.9)  # + 1/n: the estimate's bias in short runs
    return max(2.0, len(values) * (1 - correlation) / (1 + correlation))


def share_bounds(successes: int, trials: int, significance: float) -> tuple[float, float]:
    """Return the one-sided Wilson bounds (low, high) of a share; (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(confidence_level=1 - 2 * significance, method="wilson")
    return float(found.low), float(found.high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for looking at all of them (Holm 1979), in the order given."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = highest
    return corrected
