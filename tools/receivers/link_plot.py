"""Pictures of compared receivers: bars of BLER and throughput at one SNR, curves over several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tools.receivers.comparison import Compared
from twins.link.result import Estimate, LinkResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_comparison(compared: Sequence[Compared], title: str, path: Path) -> Path:
    """Draw BLER and throughput with their intervals, a bar for each receiver that has a result; returns `path`."""
    from matplotlib.figure import Figure

    done = [(one.receiver, one.result) for one in compared if one.result is not None]
    figure = Figure(figsize=(9.0, 1.5 + 0.4 * len(done)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    names = [name for name, _ in done]
    _bars(left, names, [result.bler for _, result in done], "block error rate")
    _bars(right, names, [result.throughput_mbps for _, result in done], "throughput, Mbit/s")
    left.set_xlim(0.0, 1.0)
    left.invert_yaxis()
    figure.suptitle(title, fontsize="medium")
    figure.savefig(path)
    return path


def plot_sweep(curves: Mapping[str, Sequence[LinkResult]], title: str, path: Path) -> Path:
    """Draw BLER over SNR with its interval as a band, a curve for each receiver; returns `path`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, results in curves.items():
        levels = [result.snr_db for result in results]
        (line,) = axes.plot(levels, [result.bler.value for result in results], marker="o", markersize=3, label=name)
        low, high = ([getattr(result.bler.interval, end) for result in results] for end in ("low", "high"))
        axes.fill_between(levels, low, high, color=line.get_color(), alpha=0.15, linewidth=0)
    axes.axhline(0.1, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="SNR, dB", ylabel="block error rate", ylim=(-0.02, 1.02))
    axes.set_title(title, fontsize="medium")
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)
    figure.savefig(path)
    return path


def _bars(axes: Axes, names: Sequence[str], values: Sequence[Estimate], label: str) -> None:
    middle = [one.value for one in values]
    errors = [[one.value - one.interval.low for one in values], [one.interval.high - one.value for one in values]]
    axes.barh(list(names), middle, xerr=errors, capsize=3, color="tab:blue", alpha=0.7)
    axes.set_xlabel(label)
    axes.grid(axis="x", alpha=0.3)
