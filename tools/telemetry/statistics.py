"""Statistical tests of verification. All are one-sided unless stated; with too few windows the p-value is 1.

Consecutive KPI windows are correlated (the same users at nearly the same positions, queues that outlast a window). Every test
therefore uses the effective number of windows, n (1 - r) / (1 + r), with r the lag-1 autocorrelation (AR(1); Bayley and
Hammersley 1946), and the variance that belongs to it. `correlation_of` pools several series, since one of six windows says
little about r.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev

MIN_WINDOWS = 3
_MAX_CORRELATION = 0.9
_CONSTANT = 1e-12  # relative spread below which a series is constant


def correlation_of(*series: Sequence[float]) -> float:
    """Return the lag-1 autocorrelation, 0..0.9, pooled over series that are each centred on their own mean (bias-corrected).

    Each series is scaled by its own spread first, so that the one with the largest values does not decide alone.
    """
    lagged = power = windows = 0.0
    for values in series:
        mean = fmean(values) if values else 0.0
        own = sum((value - mean) ** 2 for value in values)
        if len(values) < MIN_WINDOWS or own <= (_CONSTANT * max(abs(mean), _CONSTANT)) ** 2 * len(values):
            continue
        lagged += sum((left - mean) * (right - mean) for left, right in pairwise(values)) / own * len(values)
        power += len(values)
        windows += 1
    # + 1/n: each centred series of n windows underestimates r by about this much (Marriott and Pope 1954)
    return min(max((lagged + windows) / power, 0.0), _MAX_CORRELATION) if power else 0.0


def effective_windows(values: Sequence[float], correlation: float | None = None) -> float:
    """Return the effective number of independent windows, at least 2; `correlation` is that of the series itself by default."""
    r = correlation_of(values) if correlation is None else correlation
    return max(2.0, len(values) * (1 - r) / (1 + r))


def standard_error(values: Sequence[float], correlation: float | None = None) -> float:
    """Return the standard error of the mean of correlated windows, infinite for fewer than two values."""
    if len(values) < 2:
        return float("inf")
    return _spread(values, effective_windows(values, correlation)) / sqrt(effective_windows(values, correlation))


def p_mean_above(values: Sequence[float], bound: float, correlation: float | None = None) -> float:
    """Return the p-value of the null hypothesis "the mean is not above `bound`" (t-test; 1 for fewer than MIN_WINDOWS values).

    For constant values the p-value is 0 at or above the bound, 1 below it.
    """
    if len(values) < MIN_WINDOWS:
        return 1.0
    windows = effective_windows(values, correlation)
    mean, spread = fmean(values), _spread(values, windows)
    if spread <= _CONSTANT * max(abs(mean), abs(bound), _CONSTANT):
        return 0.0 if mean >= bound else 1.0
    from scipy.stats import t

    return float(t.sf((mean - bound) * sqrt(windows) / spread, windows - 1))


def p_mean_below(values: Sequence[float], bound: float, correlation: float | None = None) -> float:
    """Return the p-value of the null hypothesis "the mean is not below `bound`", as in `p_mean_above`."""
    return p_mean_above([-value for value in values], -bound, correlation)


def p_greater(after: Sequence[float], before: Sequence[float], floor: float = 0.0) -> float:
    """Return the p-value of the null hypothesis "the mean after is not greater than before" (Welch's t-test, effective windows).

    The correlation is pooled over both series. `floor` is a standard error below which the difference is never taken
    to be known. 1 if either series has fewer than MIN_WINDOWS values.
    """
    if min(len(after), len(before)) < MIN_WINDOWS:
        return 1.0
    correlation = correlation_of(after, before)
    windows = [effective_windows(values, correlation) for values in (after, before)]
    errors = [_spread(values, n) / sqrt(n) for values, n in zip((after, before), windows, strict=True)]
    difference = fmean(after) - fmean(before)
    squared = sum(error**2 for error in errors) + floor**2
    if squared <= (_CONSTANT * max(abs(fmean(after)), abs(fmean(before)), _CONSTANT)) ** 2:
        return 0.0 if difference > 0 else 1.0
    from scipy.stats import t

    freedom = squared**2 / max(sum(error**4 / (n - 1) for error, n in zip(errors, windows, strict=True)), 1e-300)
    return float(t.sf(difference / sqrt(squared), freedom))


def p_greater_if_independent(after: Sequence[float], before: Sequence[float]) -> float:
    """Return the p-value of "the mean after is not greater" if windows were independent and equally spread (Student's t-test).

    It calls a drift or an outlier significant as well: a screening for doubt, no proof. 1 with fewer than MIN_WINDOWS values.
    """
    if min(len(after), len(before)) < MIN_WINDOWS:
        return 1.0
    means, spreads = (fmean(after), fmean(before)), (stdev(after), stdev(before))
    if spreads == (0.0, 0.0):
        return 0.0 if means[0] > means[1] else 1.0
    from scipy.stats import ttest_ind_from_stats

    summary = (means[0], spreads[0], len(after), means[1], spreads[1], len(before))
    return float(ttest_ind_from_stats(*summary, equal_var=True, alternative="greater").pvalue)


def p_different(after: Sequence[float], before: Sequence[float]) -> float:
    """Return the two-sided p-value of the null hypothesis "the mean is the same before and after", as in `p_greater`."""
    return min(1.0, 2 * min(p_greater(after, before), p_greater(before, after)))


def p_fewer(after: int, of_after: int, before: int, of_before: int) -> float:
    """Return the p-value of "no rarer after than before" (Fisher's exact test): `after` of `of_after` windows, and before."""
    if not of_after or not of_before:
        return 1.0
    from scipy.stats import fisher_exact

    table = [[after, of_after - after], [before, of_before - before]]
    return float(fisher_exact(table, alternative="less").pvalue)


def _spread(values: Sequence[float], windows: float) -> float:
    """Return the standard deviation without the bias of correlation: Σ (x - mean)² / (n - n / effective windows)."""
    mean = fmean(values)
    power = sum((value - mean) ** 2 for value in values)
    return sqrt(power / (len(values) - len(values) / windows))


def share_bounds(successes: int, trials: int, significance: float, correlation: float = 0.0) -> tuple[float, float]:
    """Return the one-sided Wilson bounds (low, high) of a proportion over correlated trials; (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    from scipy.stats import norm

    windows = max(1.0, trials * (1 - correlation) / (1 + correlation))
    share, z = successes / trials, float(norm.isf(significance))
    centre = (share + z * z / (2 * windows)) / (1 + z * z / windows)
    half = z / (1 + z * z / windows) * sqrt(share * (1 - share) / windows + z * z / (4 * windows**2))
    return (centre - half if successes else 0.0), (centre + half if successes < trials else 1.0)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for multiple testing (Holm 1979), in the same order."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = highest
    return corrected
