"""Block error rate of first transmissions over recent windows, and its trend."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.contract import ToolValue

_MIN_WINDOWS = 3  # on each side of the comparison
SIGNIFICANCE = 0.01


class BlockErrors(ToolValue):
    """CARR.AverageBlerDl in percent: mean over all windows, over the newest third, and over the windows before it.

    `p_value` is that of a one-sided Mann-Whitney test for a higher newest third; None with too few windows.
    """

    windows: int
    mean: float | None
    newest: float | None
    before: float | None
    p_value: float | None = Field(ge=0.0, le=1.0)

    @property
    def summary(self) -> str:
        """The figures in one phrase."""
        if self.mean is None:
            return "no block errors were counted"
        if self.newest is None or self.before is None or self.p_value is None:
            return f"BLER {self.mean:.3g} % over {self.windows} windows, too few to tell a trend"
        trend = "rising" if self.p_value < SIGNIFICANCE else "not rising"
        return f"BLER {self.mean:.3g} % over {self.windows} windows, {trend} ({self.before:.3g} → {self.newest:.3g} %)"


def block_errors(values: Sequence[float]) -> BlockErrors:
    """Return the statistics of BLER `values` in percent, oldest first."""
    third = len(values) // 3
    mean = sum(values) / len(values) if values else None
    if third < _MIN_WINDOWS:
        return BlockErrors(windows=len(values), mean=mean, newest=None, before=None, p_value=None)
    from scipy.stats import mannwhitneyu

    before, newest = values[:-third], values[-third:]
    return BlockErrors(
        windows=len(values),
        mean=mean,
        newest=sum(newest) / third,
        before=sum(before) / len(before),
        p_value=float(mannwhitneyu(newest, before, alternative="greater").pvalue),
    )
