"""Whether a KPI is still moving: a test for a monotonic trend in few, correlated windows.

Mann-Kendall's S with its variance inflated by the autocorrelation of the windows (Hamed and Rao 1998, for AR(1)), and Sen's
slope (1968). Unit root and stationarity tests (ADF, KPSS) have critical values for long series only; a verification has 6 to 30
windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from statistics import median

_MIN_WINDOWS = 5  # with four, even a perfectly monotonic series is not significant at 5 % (two-sided)


@dataclass(frozen=True)
class Trend:
    """`movement`: Sen's slope times the length of the series, in the KPI's unit; `p_value`: two-sided, of "there is no trend"."""

    movement: float
    p_value: float


def trend_of(values: Sequence[float], correlation: float = 0.0) -> Trend:
    """Return the trend of equally spaced windows; `correlation` is their lag-1 autocorrelation around the trend."""
    count = len(values)
    if count < _MIN_WINDOWS:
        return Trend(0.0, 1.0)
    pairs = [(values[later] - values[earlier], later - earlier) for earlier, later in combinations(range(count), 2)]
    if max(values) == min(values):
        return Trend(0.0, 1.0)
    from scipy.stats import kendalltau, norm

    # Mann-Kendall's test is Kendall's tau against time; for few windows scipy's p-value is exact.
    z = float(norm.isf(kendalltau(range(count), values).pvalue / 2))
    inflation = sqrt((1 + correlation) / (1 - correlation))
    return Trend(median(rise / gap for rise, gap in pairs) * (count - 1), float(2 * norm.sf(z / inflation)))


def residuals(values: Sequence[float]) -> list[float]:
    """Return the values without Sen's trend: their autocorrelation is that of the noise, not of the movement."""
    slope = trend_of(values).movement / max(len(values) - 1, 1)
    return [value - slope * index for index, value in enumerate(values)]
