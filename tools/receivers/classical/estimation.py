"""Channel estimation from the DMRS: least squares with linear interpolation, LMMSE, and perfect CSI as the bound.

1. LS is Sionna's `PUSCHLSChannelEstimator`: despreading at the pilots, linear interpolation over frequency, then time.
2. LMMSE interpolates the despread LS estimates with the Wiener filters of `wiener`, with the correlations of the configured
   profile, delay spread and speed (matched statistics). Sionna's `PUSCHLMMSEChannelEstimator` does nearly the same but
   inverts once per batch element; here the filters are computed once per noise power. A test compares the two.
3. Each estimator returns the response and its error variance, per receive antenna and layer.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from twins.link.configuration import ChannelConfiguration
from twins.link.waveform.pusch import Pusch
from twins.link.waveform.slots import Slots

if TYPE_CHECKING:
    import torch

    from tools.receivers.classical.wiener import WienerInterpolator


class ChannelEstimator(Protocol):
    """Estimates the response of each layer."""

    def estimate(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the response complex[B, rx, layers, 14, S] and its error variance, float, broadcastable to it."""
        ...


class LeastSquares:
    """LS at the DMRS with linear interpolation, constant beyond the outermost DMRS symbols."""

    def __init__(self, pusch: Pusch) -> None:
        from sionna.phy.nr import PUSCHLSChannelEstimator

        self._estimator: Any = PUSCHLSChannelEstimator(pusch.grid, 1, pusch.key.dmrs_symbols - 1, 2, interpolation_type="lin")

    def estimate(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        """See `ChannelEstimator`."""
        response, variance = self._estimator(slots.received[:, None], slots.noise_power)
        return response[:, 0, :, 0], variance[:, 0, :, 0]


class LinearMmse:
    """Wiener interpolation with the statistics of the configured channel."""

    def __init__(self, pusch: Pusch, channel: ChannelConfiguration) -> None:
        self._layers = [_LayerPilots(pusch, channel, layer) for layer in range(pusch.key.layers)]

    def estimate(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        """See `ChannelEstimator`."""
        import torch

        received = slots.received
        response = received.new_zeros(len(received), received.shape[1], len(self._layers), *received.shape[2:])
        variance = torch.zeros(len(received), 1, len(self._layers), *received.shape[2:])
        for noise in sorted(set(slots.noise_power.tolist())):
            rows = slots.noise_power == noise
            for index, layer in enumerate(self._layers):
                estimate, error = layer.estimate(received[rows], noise)
                response[rows, :, index], variance[rows, 0, index] = estimate, error
        return response, variance


class PerfectCsi:
    """The true channel: a bound that no real receiver reaches."""

    def estimate(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        """See `ChannelEstimator`."""
        import torch

        return slots.response, torch.zeros((1, 1, 1, 1, 1))


class _LayerPilots:
    """One layer's DMRS: CDM pairs of subcarriers, symbols, transmitted values, and the interpolation filters."""

    def __init__(self, pusch: Pusch, channel: ChannelConfiguration, layer: int) -> None:
        import torch

        sent, first = pusch.pilots, pusch.dmrs_positions[0]
        used = sent[:, first].abs() > 0  # [layers, S]
        self._subcarriers = torch.nonzero(used[layer]).flatten()
        self._symbols = torch.tensor(pusch.dmrs_positions)
        self._values = sent[layer][self._symbols][:, self._subcarriers]
        self._power = _power(pusch, layer)
        cdm_group = [other for other in range(pusch.key.layers) if other != layer and bool((used[other] & used[layer]).any())]
        leakage = sum(_power(pusch, other) for other in cdm_group) / self._power
        pairs = tuple((int(a), int(b)) for a, b in self._subcarriers.reshape(-1, 2))
        self._filters = _interpolator(channel, pusch, pairs, round(leakage, 6))

    def estimate(self, received: torch.Tensor, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the response complex[B, rx, 14, S] from `received` of the same shape, and its error variance float[14, S]."""
        import torch

        raw = received[:, :, self._symbols][..., self._subcarriers] / self._values
        despread = raw.reshape(*raw.shape[:-1], -1, 2).mean(dim=-1)  # [B, rx, D, P]
        spread = noise / float(self._values.abs().square().mean()) / 2.0
        filters = self._filters.filter(spread / self._power)
        at_dmrs = despread @ filters.over_frequency.T  # [B, rx, D, S]
        return torch.einsum("brds,std->brts", at_dmrs, filters.over_time), filters.error * self._power


def _power(pusch: Pusch, layer: int) -> float:
    return 1.0 if pusch.precoding is None else float(pusch.precoding[:, layer].abs().square().sum())


@lru_cache(maxsize=64)
def _interpolator(
    channel: ChannelConfiguration, pusch: Pusch, pairs: tuple[tuple[int, int], ...], leakage: float
) -> WienerInterpolator:
    import numpy as np

    from tools.receivers.classical.wiener import WienerInterpolator, profile_statistics

    symbol_s = float(pusch.grid.ofdm_symbol_duration)
    statistics = profile_statistics(channel, pusch.subcarriers, pusch.key.subcarrier_khz * 1e3, symbol_s)
    return WienerInterpolator(statistics, np.array(pairs), np.array(pusch.dmrs_positions), leakage)
