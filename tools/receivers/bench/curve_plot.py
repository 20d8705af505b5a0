"""Plots of error curves: uncoded BER and BLER over SNR, one figure per link."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tools.receivers.bench.error_curves import Curves


def plot_curves(curves: Curves, title: str, path: Path) -> Path:
    """Draw uncoded BER and BLER of every receiver over SNR on logarithmic axes; returns `path`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    min_bler = 0.5 / curves.failed.shape[2]  # shown in place of zero on the logarithmic axis
    for index, name in enumerate(curves.receivers):
        levels = curves.levels_db[: curves.levels_simulated(index)]
        left.semilogy(levels, np.maximum(curves.uncoded_ber(index), 1e-6), marker="o", markersize=3, label=name)
        right.semilogy(levels, np.maximum(curves.bler(index), min_bler), marker="o", markersize=3, label=name)
    right.axhline(0.1, color="grey", linewidth=0.8, linestyle=":")
    left.set(xlabel="SNR, dB", ylabel="uncoded bit error rate")
    right.set(xlabel="SNR, dB", ylabel="block error rate")
    right.legend(fontsize="small")
    for axes in (left, right):
        axes.grid(alpha=0.3, which="both")
    figure.suptitle(title, fontsize="medium")
    figure.savefig(path)
    return path
