"""How far a KPI moves by itself: differences between block means within the windows before a change.

The autocorrelation of a few windows sees their noise, not a drift over many (users walk, shadowing changes). Earlier windows tell
more directly how far the mean of as many windows as came after the change would have been from that of the windows before it, had
nothing been done: each position in the history, in each cell of the network, is a placebo change (in time and in space; Abadie,
Diamond and Hainmueller 2010).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

from harness.verification.comparison import Comparison
from policies.materiality import badness
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS


@dataclass(frozen=True)
class Scatter:
    """The root mean square of a KPI's placebo differences relative to its mean, and their degrees of freedom."""

    relative: float
    freedom: float

    def p_value(self, kpi: str, after: Sequence[float], before: Sequence[float]) -> float:
        """Return the p-value of "it got no worse than KPIs do by themselves" (Student's t)."""
        difference = fmean(badness(kpi, after)) - fmean(badness(kpi, before))
        error = self.relative * abs(fmean(before))
        if error <= 0.0:
            return 0.0 if difference > 0 else 1.0
        from scipy.stats import t

        return float(t.sf(difference / error, self.freedom))


def scatter_of(comparison: Comparison, kpi: str, slice: Slice | None, before: int, after: int) -> Scatter | None:
    """Return the scatter of the means of `after` windows against those of `before` windows, pooled over the network's cells.

    None if the history is too short for a placebo change. Cells with much of the KPI weigh most.
    """
    squares = means = freedom = 0.0
    for cell in comparison.card.cells:
        values = comparison.past.values(kpi, slice, (cell.dn,))
        length = min(after, len(values) - before)
        if length < MIN_WINDOWS:
            continue
        differences = list(_differences(values, before, length))
        independent = (len(values) - before) / length
        squares += independent * fmean(difference**2 for difference in differences)
        means += independent * fmean(values) ** 2
        freedom += independent
    return Scatter((squares / means) ** 0.5, freedom) if means > 0 else None


def _differences(values: Sequence[float], before: int, after: int) -> Iterator[float]:
    sums = [0.0, *accumulate(values)]
    for start in range(len(values) - before - after + 1):
        middle, end = start + before, start + before + after
        yield (sums[end] - sums[middle]) / after - (sums[middle] - sums[start]) / before
