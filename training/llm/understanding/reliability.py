"""Plots of the confidence on texts that it was not fitted on: how often it is right, and what its threshold costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.llm.scoring import Verdict
from training.llm.understanding.judged_text import JudgedText

_BINS: Final = 10
_SHOWN: Final[tuple[Verdict, ...]] = ("right", "confidently wrong", "needless")


def draw_reliability(path: Path, sample: Sequence[JudgedText], unseen: NDArray[np.float64], threshold: float) -> None:
    """Plot to `path` (PNG). unseen: the confidence in each reading, in order, by a model that has not seen its text."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), constrained_layout=True)
    _draw_calibration(left, sample, unseen)
    _draw_trade_off(right, sample, unseen, threshold)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _draw_calibration(panel: Any, sample: Sequence[JudgedText], unseen: NDArray[np.float64]) -> None:
    from statsmodels.stats.proportion import proportion_confint

    is_right = np.array([one.verdict == "right" for text in sample for one in text.readings])
    order = np.argsort(unseen)
    panel.plot([0, 1], [0, 1], color="tab:gray", linestyle=":")
    for part in np.array_split(order, _BINS):
        said, share = float(unseen[part].mean()), float(is_right[part].mean())
        low, high = proportion_confint(int(is_right[part].sum()), len(part), method="wilson")
        error = [[max(0.0, share - low)], [max(0.0, high - share)]]
        panel.errorbar(said, share, yerr=error, color="tab:blue", marker="o", capsize=3)
    panel.set(xlabel="confidence", ylabel="share of right readings", title=f"{len(unseen)} readings, tenths by confidence")


def _draw_trade_off(panel: Any, sample: Sequence[JudgedText], unseen: NDArray[np.float64], threshold: float) -> None:
    best = best_of(sample, unseen)
    thresholds = np.linspace(0, 1, 101)
    for name in _SHOWN:
        shares = [100 * sum(verdict_at(one, share) == name for one in best) / len(best) for share in thresholds]
        panel.plot(thresholds, shares, label=name)
    panel.axvline(threshold, color="tab:gray", linestyle=":", label=f"shipped: {threshold:.3f}")
    panel.set(xlabel="threshold below which is asked", ylabel="% of texts", title=f"{len(sample)} texts of held-out hands")
    panel.legend()


Best = tuple[float, Verdict, Verdict]


def best_of(sample: Sequence[JudgedText], unseen: NDArray[np.float64]) -> list[Best]:
    """Return for each text the confidence in its most probable reading, the verdict on that, and the one if it is asked about."""
    said = iter(unseen)
    pairs = (max(((float(next(said)), one.verdict) for one in text.readings), default=(0.0, text.refused)) for text in sample)
    return [(share, verdict, text.refused) for (share, verdict), text in zip(pairs, sample, strict=True)]


def verdict_at(best: Best, threshold: float) -> Verdict:
    """Return the verdict on a text if readings below the threshold are asked about."""
    share, verdict, refused = best
    return verdict if share >= threshold else refused
