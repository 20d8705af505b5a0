"""Multiply-accumulate operations of the receiver network for one slot, counted from its layers."""

from __future__ import annotations

from torch import nn

from tools.receivers.deeptx.network import REACH, ReceiverNetwork
from twins.link.configuration import SYMBOLS_PER_SLOT

COMPLEX = 4.0  # real multiplications per complex multiplication


def network_macs(network: ReceiverNetwork, antennas: int, subcarriers: int, order: int) -> float:
    """Return the multiply-accumulates of one slot at `antennas` and `subcarriers`, `order` bits per symbol.

    Per resource element: the convolutions of each antenna and of the bit output; the windows over time and frequency, on two
    planes per antenna and two more; combining; and demapping over all points, for the mean and for each bit.
    """
    stages = sum(_macs(layer) for layer in network.stages.modules() if isinstance(layer, nn.Conv2d))
    windows = len(network.windows) * sum(2 * reach + 1 for reach in REACH) * (2.0 * antennas + 2.0)
    combining = len(network.windows) * 3.0 * COMPLEX * antennas
    demapping = len(network.windows) * 2.0**order * (2.0 + 2.0 * order + 3.0)
    element = antennas * stages + _macs(network.bits) + windows + combining + demapping
    return SYMBOLS_PER_SLOT * subcarriers * element


def _macs(layer: nn.Conv2d) -> float:
    """Multiply-accumulates of `layer` per element of the grid."""
    return float(layer.weight.numel())
