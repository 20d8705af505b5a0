"""Channel estimation from the DMRS: least squares with linear interpolation, LMMSE, and perfect knowledge as the bound.

1. LS is Sionna's `PUSCHLSChannelEstimator`: despreading at the pilots, linear interpolation over frequency, then time.
2. LMMSE interpolates the LS estimates with Wiener filters, over frequency, then time: `R_all,pilot (R_pilot + no I)^-1`, with the
   correlations of the configured TDL profile, delay spread and speed (matched statistics). Sionna's `PUSCHLMMSEChannelEstimator` does the same
   but inverts once per batch element; here the filters are made once per noise power. A test compares the two.
3. Every estimator returns the response and its error variance, per receive antenna and layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twins.link.pusch import Pusch
from twins.link.slots import Slots

if TYPE_CHECKING:
    import torch


class ChannelEstimator(Protocol):
    """Estimates the response of each layer."""

    def estimate(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the response complex[B, rx, layers, 14, S] and its error variance, float, broadcastable to it."""
        ...


class LeastSquares:
    """LS at the DMRS, linear interpolation (held constant outside the outermost DMRS symbols)."""

    def __init__(self, pusch: Pusch) -> None:
        from sionna.phy.nr import PUSCHLSChannelEstimator

        self._estimator: Any = PUSCHLSChannelEstimator(pusch.grid, 1, pusch.key.dmrs_symbols - 1, 2, interpolation_type="lin")

    def estimate(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        """See `ChannelEstimator`."""
        response, variance = self._estimator(slots.received[:, None], slots.noise_power)
        return response[:, 0, :, 0], variance[:, 0, :, 0]


class PerfectKnowledge:
    """The channel itself: the bound that no receiver can have."""

    def estimate(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        """See `ChannelEstimator`."""
        import torch

        return slots.response, torch.zeros((1, 1, 1, 1, 1))
