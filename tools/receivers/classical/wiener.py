"""Separable Wiener interpolation of the channel over frequency, then time, from the statistics of a TR 38.901 profile.

1. The observation at a DMRS symbol is the channel averaged over each pair of pilots of a CDM group (despreading), plus noise,
   plus leakage from other layers of the group: the change of their channel within the pair. The filter over frequency is
   `R_all,pair (R_pair + R_leak + noise I)^-1`. Sionna's `PUSCHLMMSEChannelEstimator` treats both pilots of a pair as independent
   observations without leakage, and so trusts the pilots too much.
2. The output is scaled to be unbiased, so that its error is uncorrelated with the channel, with variance e / (1 - e); then each
   subcarrier is filtered over time in the same way (as in Sionna).
3. Filters depend on the noise power only: they are computed once per noise power and cached.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twins.link.configuration import SYMBOLS_PER_SLOT, ChannelConfiguration

if TYPE_CHECKING:
    import torch

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MAX_FILTERS = 64
_LOADING = 1e-10  # relative to the observations' unit power: keeps the inverse stable at very low noise


@dataclass(frozen=True)
class Statistics:
    """Correlations of a unit-power channel: `frequency` complex[S] at subcarrier lags 0..S-1, `time` complex[14, 14]."""

    frequency: Complexes
    time: Complexes


@dataclass(frozen=True)
class WienerFilter:
    """Filters `over_frequency` complex64[S, P] and `over_time` complex64[S, 14, D], and the residual `error` variance.

    `error` float32[14, S] is per unit power of the channel.
    """

    over_frequency: torch.Tensor
    over_time: torch.Tensor
    error: torch.Tensor


@lru_cache(maxsize=64)
def profile_statistics(channel: ChannelConfiguration, subcarriers: int, subcarrier_hz: float, symbol_s: float) -> Statistics:
    """Return the correlations of `channel`'s profile, delay spread, speed and carrier.

    For a CDL the TDL of the same letter is used, which TR 38.901 clause 7.7.2 derives from it for isotropic antennas. AWGN is
    constant. `symbol_s` is the mean duration of an OFDM symbol with its cyclic prefix.
    """
    if channel.profile == "AWGN":
        return Statistics(np.ones(subcarriers, complex), np.ones((SYMBOLS_PER_SLOT, SYMBOLS_PER_SLOT), complex))
    from sionna.phy.channel.tr38901 import TDL
    from sionna.phy.ofdm import tdl_time_cov_mat

    letter, carrier_hz = channel.profile[-1], channel.carrier_ghz * 1e9
    profile = TDL(letter, channel.delay_spread_ns * 1e-9, carrier_hz, precision="double")
    lags = np.arange(subcarriers)[:, None] * subcarrier_hz
    frequency = (profile.mean_powers.numpy().real * np.exp(-2j * np.pi * lags * profile.delays.numpy())).sum(axis=1)
    time = tdl_time_cov_mat(letter, channel.speed_mps, carrier_hz, symbol_s, SYMBOLS_PER_SLOT, precision="double").numpy()
    return Statistics(frequency, time.astype(np.complex128))


class WienerInterpolator:
    """Filters for pilots at `pairs` int[P, 2] (subcarriers of each CDM pair) and DMRS symbols at `symbols` int[D].

    `leakage` is the power of the other layers in the same CDM group relative to this layer.
    """

    def __init__(self, statistics: Statistics, pairs: Integers, symbols: Integers, leakage: float) -> None:
        self._statistics, self._symbols = statistics, symbols
        subcarriers = np.arange(len(statistics.frequency))
        to_pilots = _frequency(statistics, subcarriers, pairs.ravel()).reshape(len(subcarriers), *pairs.shape)
        self._cross = to_pilots.mean(axis=2)
        change = to_pilots[:, :, 0] - to_pilots[:, :, 1]  # despreading residue of a layer with the opposite cover code
        leak = (change[pairs[:, 0]] - change[pairs[:, 1]]) / 4.0
        self._observed = self._cross[pairs].mean(axis=1) + leakage * leak
        self._filters: OrderedDict[float, WienerFilter] = OrderedDict()

    def filter(self, noise: float) -> WienerFilter:
        """Return the filter for observations with error variance `noise` per unit power of the channel."""
        if noise not in self._filters:
            self._filters[noise] = self._compute(noise)
            if len(self._filters) > MAX_FILTERS:
                self._filters.popitem(last=False)
        return self._filters[noise]

    def _compute(self, noise: float) -> WienerFilter:
        import torch

        loaded = self._observed + (noise + _LOADING) * np.eye(len(self._observed))
        weights = np.linalg.solve(loaded, self._cross.conj().T).conj().T  # [S, P]
        residual = np.clip(1.0 - (weights * self._cross.conj()).sum(axis=1).real, 1e-9, 1.0 - 1e-6)
        time, error = _over_time(self._statistics.time, self._symbols, residual / (1.0 - residual))
        return WienerFilter(
            over_frequency=torch.from_numpy(weights / (1.0 - residual)[:, None]).to(torch.complex64),
            over_time=torch.from_numpy(time).to(torch.complex64),
            error=torch.from_numpy(error.T).to(torch.float32),
        )


def _frequency(statistics: Statistics, rows: Integers, columns: Integers) -> Complexes:
    """Correlations between subcarriers, complex[rows, columns]."""
    lags = rows[:, None] - columns[None, :]
    values = statistics.frequency[np.abs(lags)]
    return np.asarray(np.where(lags >= 0, values, values.conj()))


def _over_time(correlation: Complexes, symbols: Integers, noise: Floats) -> tuple[Complexes, Floats]:
    """Filters complex[S, 14, D] for observations with error variance `noise` float[S], and the residual error float[S, 14]."""
    observed, cross = correlation[np.ix_(symbols, symbols)], correlation[:, symbols]
    loaded = observed + noise[:, None, None] * np.eye(len(symbols))
    weights = cross @ np.linalg.inv(loaded)
    residual = 1.0 - (weights * cross.conj()).sum(axis=2).real
    return weights, np.clip(residual, 0.0, 1.0)
