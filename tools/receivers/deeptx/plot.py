"""Plot of what DeepTx has learned: each order's constellation with its bits, and the pilots' share of the power."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tools.receivers.deeptx.constellation import gray_points, labels
from tools.receivers.deeptx.transmitter_network import TransmitterNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AXIS_LIMIT = 1.7  # in units of the root mean square


def draw_transmitter(network: TransmitterNetwork, orders: Sequence[int], path: Path) -> None:
    """Write a PNG of `network` for the modulation `orders` (bits per symbol)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6 * len(orders), 8.4), layout="constrained")
    FigureCanvasAgg(figure)
    for (points, share), order in zip(figure.subplots(2, len(orders), squeeze=False).T, orders, strict=True):
        _constellation(points, network, order)
        grid = network.split(order, 12).detach()
        image = share.imshow(grid.T.numpy(), origin="lower", aspect="auto")
        share.set(xlabel="OFDM symbol", ylabel="subcarrier of the PRB", title=f"pilot's share of power, mean {grid.mean():.3f}")
        figure.colorbar(image, ax=share)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, format="png")


def _constellation(axes: Axes, network: TransmitterNetwork, order: int) -> None:
    learned, gray = network.points(order).detach(), gray_points(order)
    axes.scatter(gray.real.numpy(), gray.imag.numpy(), marker="x", color="tab:gray", label="Gray QAM")
    axes.scatter(learned.real.numpy(), learned.imag.numpy(), color="tab:blue", label="learned")
    for point, bits in zip(learned.tolist(), labels(order).int().tolist(), strict=True):
        axes.annotate("".join(map(str, bits)), (point.real, point.imag), fontsize=8, xytext=(3, 3), textcoords="offset points")
    axes.set(xlabel="in phase", ylabel="quadrature", aspect="equal", title=f"{order} bits per symbol, relative to the pilot")
    axes.set(xlim=(-AXIS_LIMIT, AXIS_LIMIT), ylim=(-AXIS_LIMIT, AXIS_LIMIT))
    axes.legend(loc="lower center", ncols=2, fontsize=8)
