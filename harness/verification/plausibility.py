"""Whether an observed KPI is within reach of its prediction: outside it, on either side, nothing is confirmed.

A value that is twice as good as predicted is as suspicious as one that is half as good: a unit or scaling slip, a counter that
measures something else, or a twin that does not describe this network. The prediction interval (of one more draw: the network is
not the mean over seeds) is widened by the measured twin gap and the sampling error of the observed mean (independent errors: root
sum of squares), at least by what is not material anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from statistics import fmean

from policies.evidence import Interval
from policies.materiality import materiality_threshold
from tools.telemetry.statistics import standard_error

MEAN_OF_LOW_END = {"DRB.UEThpDl.P05": "DRB.UEThpDl"}
"""KPIs that are the low end of a distribution, with the KPI that is its mean."""

_LOW_END = 1 / 0.95  # at least 95 % of the users have the 5th percentile or more, hence it is at most mean / 0.95
_ERRORS = 2.0  # standard errors of the observed mean: about 95 %


def departure_of(
    kpi: str,
    observed: float,
    values: Sequence[float],
    predicted: float,
    draw: Interval,
    gap: float,
    bias: float,
    correlation: float,
) -> str:
    """Return how `observed`, the mean of `values`, departs from `predicted`, or "" if it agrees.

    draw: the interval of one more draw. gap: the twin's relative error over the network. bias: its error on this very KPI and
    these cells before the change (measured minus predicted without a change; 0 if the prediction is for another time): the
    prediction plus this is as plausible.
    """
    error = _ERRORS * standard_error(values, correlation) if len(values) > 1 else 0.0
    least = materiality_threshold(kpi, predicted)
    low = min(predicted, predicted + bias) - max(least, hypot(predicted - draw.low, gap * predicted, error))
    high = max(predicted, predicted + bias) + max(least, hypot(draw.high - predicted, gap * predicted, error))
    if low <= observed <= high:
        return ""
    factor = f"{observed / predicted:.3g} times the prediction, " if predicted else ""
    return f"{factor}outside what the twin makes plausible ({low:.4g}..{high:.4g} with a twin gap of {gap:.0%})"


def contradiction_of(kpi: str, values: Sequence[float], mean_kpi: str, means: Sequence[float]) -> str:
    """Return that a low end is above the mean of its own distribution, which cannot be, or "" if it is not."""
    if not values or not means or fmean(values) <= _LOW_END * fmean(means):
        return ""
    return f"contradicts {mean_kpi}: the 5th percentile ({fmean(values):.4g}) is above the mean ({fmean(means):.4g})"
