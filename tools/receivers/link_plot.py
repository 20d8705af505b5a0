"""Plots of compared receivers: bars of BLER and throughput at one SNR, curves over several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tools.receivers.comparison import ReceiverResult
from twins.link.result import Estimate, LinkResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_comparison(results: Sequence[ReceiverResult], title: str, path: Path) -> Path:
    """Draw BLER and throughput with their intervals, one bar per receiver that has a result; returns `path`."""
    from matplotlib.figure import Figure

    by_name = {result.receiver: result.result for result in results if result.result is not None}
    figure = Figure(figsize=(9.0, 1.5 + 0.4 * len(by_name)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    names = list(by_name)
    _bars(left, names, [result.bler for result in by_name.values()], "block error rate")
    _bars(right, names, [result.throughput_mbps for result in by_name.values()], "throughput, Mbit/s")
    left.set_xlim(0.0, 1.0)
    left.invert_yaxis()
    figure.suptitle(title, fontsize="medium")
    figure.savefig(path)
    return path


def plot_sweep(curves: Mapping[str, Sequence[LinkResult]], title: str, path: Path) -> Path:
    """Draw BLER over SNR with its interval as a band, one curve per receiver; returns `path`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, results in curves.items():
        levels = [result.snr_db for result in results]
        (line,) = axes.plot(levels, [result.bler.value for result in results], marker="o", markersize=3, label=name)
        low, high = ([getattr(result.bler.interval, end) for result in results] for end in ("low", "high"))
        axes.fill_between(levels, low, high, color=line.get_color(), alpha=0.15, linewidth=0)
    axes.axhline(0.1, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="SNR (Es/N0 per resource element and receive antenna), dB", ylabel="block error rate", ylim=(-0.02, 1.02))
    axes.set_title(title, fontsize="medium")
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)
    figure.savefig(path)
    return path


def _bars(axes: Axes, names: Sequence[str], estimates: Sequence[Estimate], label: str) -> None:
    values = [estimate.value for estimate in estimates]
    below = [estimate.value - estimate.interval.low for estimate in estimates]
    above = [estimate.interval.high - estimate.value for estimate in estimates]
    axes.barh(list(names), values, xerr=[below, above], capsize=3, color="tab:blue", alpha=0.7)
    axes.set_xlabel(label)
    axes.grid(axis="x", alpha=0.3)
