"""Whether an observed KPI is within reach of its prediction: outside it, on either side, nothing is confirmed.

A value that is twice as good as predicted is as suspicious as one that is half as good: a unit or scaling slip, a counter that
measures something else, or a twin that does not describe this network. The interval of the prediction (of the mean over seeds) is
widened by the measured twin gap, the sampling error of the observed mean, and what is not material anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.evidence import Interval
from policies.materiality import materiality_threshold
from tools.telemetry.statistics import standard_error

_ERRORS = 2.0  # standard errors of the observed mean: about 95 %


def departure_of(
    kpi: str, observed: float, values: Sequence[float], predicted: float, interval: Interval, gap: float, correlation: float
) -> str:
    """Return how `observed`, the mean of `values`, departs from the prediction, or "" if it agrees; `gap` is relative."""
    error = standard_error(values, correlation) if len(values) > 1 else 0.0
    slack = gap * abs(predicted) + materiality_threshold(kpi, predicted) + _ERRORS * error
    low, high = interval.low - slack, interval.high + slack
    if low <= observed <= high:
        return ""
    factor = f"{observed / predicted:.3g} times the prediction, " if predicted else ""
    return f"{factor}outside what the twin makes plausible ({low:.4g}..{high:.4g} with a twin gap of {gap:.0%})"
