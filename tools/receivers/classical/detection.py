"""Detection of the layers from a channel estimate: LMMSE and K-Best.

For one layer LMMSE is maximum ratio combining weighted by noise and estimation error, in closed form; for more layers Sionna's
`LinearDetector` and `KBestDetector` are used. A test compares the closed form with Sionna's result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tools.receivers.classical.qam import max_log_demap
from twins.link.waveform.pusch import Pusch
from twins.link.waveform.slots import Slots

if TYPE_CHECKING:
    import torch

KBEST_PATHS = 16


class LayerDetector(Protocol):
    """Turns a received grid and a channel estimate into LLRs."""

    def llrs(self, slots: Slots, response: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return LLRs float[B, coded_bits] for `response` complex[B, rx, layers, 14, S] with error `variance`, broadcastable."""
        ...


def combine(received: torch.Tensor, response: torch.Tensor, noise: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Combine one layer over the antennas; returns unbiased symbols complex[B, 14, S] and their noise variance float[B, 14, S].

    `received` and `response` complex[B, rx, 14, S]; `noise` float, variance per antenna, broadcastable to them.
    """
    weight = response.conj() / noise
    gain = (weight * response).real.sum(dim=1).clamp_min(1e-9)
    return (weight * received).sum(dim=1) / gain, 1.0 / gain


class CombiningDetector:
    """LMMSE detection of one layer."""

    def llrs(self, slots: Slots, response: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """See `LayerDetector`."""
        noise = slots.noise_power[:, None, None, None] + (variance[:, :, 0] if variance.dim() == 5 else variance)
        symbols, spread = combine(slots.received, response[:, :, 0], noise)
        data = slots.pusch.data
        return max_log_demap(symbols[:, data], spread[:, data], slots.pusch.bits_per_symbol).flatten(1)


class SionnaDetector:
    """LMMSE (`LinearDetector`) or K-Best detection of one or more layers."""

    def __init__(self, pusch: Pusch, kind: str) -> None:
        import numpy as np
        from sionna.phy.mimo import StreamManagement
        from sionna.phy.nr import LayerDemapper
        from sionna.phy.ofdm import KBestDetector, LinearDetector

        streams, order = StreamManagement(np.ones([1, 1], bool), pusch.key.layers), pusch.bits_per_symbol
        self._detector: Any
        if kind == "kbest":
            self._detector = KBestDetector("bit", pusch.key.layers, KBEST_PATHS, pusch.grid, streams, "qam", order)
        else:
            self._detector = LinearDetector("lmmse", "bit", "maxlog", pusch.grid, streams, "qam", order)
        self._layers: Any = LayerDemapper(pusch.transmitter._layer_mapper, num_bits_per_symbol=order)

    def llrs(self, slots: Slots, response: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """See `LayerDetector`."""
        full = variance.expand(response.shape) if variance.dim() == 5 else variance
        llr = self._detector(slots.received[:, None], response[:, None, :, None], full[:, None, :, None], slots.noise_power)
        flat: torch.Tensor = self._layers(llr)[:, 0]
        return flat
