"""Mutual information: the single number through which a detected slot enters the decoder curves.

1. `slot_information(llr, bits)` is the generalized mutual information (GMI) of a slot's LLRs in bits per coded bit, with the best
   scaling of the LLRs: `max_s 1 - mean log2(1 + exp(-s (2 b - 1) llr))`. Receivers with imperfect CSI produce LLRs that are too
   large or too small; LDPC decoders are nearly insensitive to the scale, so the best scaling measures what they can use.
2. `FadedQam` generates the LLRs with which the decoder curves are simulated: QAM over a channel whose gain varies as it does over
   the allocation of a slot. Gaussian LLRs would not do: the bits of 16QAM and 64QAM are not equally reliable, and the interleaver
   of TS 38.212 clause 5.4.2.2 puts the systematic bits on the most reliable positions, so blocks need less information than with
   Gaussian LLRs of equal reliability (by 0.03 and 0.04 bits per coded bit at a rate of 1/2).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float64]
SCALES = (0.12, 0.25, 0.4, 0.6, 0.8, 1.0, 1.25)
LEVELS_DB = np.arange(-20.0, 41.0)
_DIVERSITY = 4  # branches of Rayleigh fading: between a flat slot and a single antenna pair
_COHERENT = 24  # symbols with the same gain
_SYMBOLS = 2**15  # per SNR level, to average the information


def slot_information(llr: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """Return the information float[B], 0..1 bit per coded bit, of LLRs float[B, N] (positive = 1) of `bits` float[B, N]."""
    import torch

    signed = llr * (2.0 * bits - 1.0)
    best = torch.zeros(len(llr))
    for scale in SCALES:
        loss = torch.nn.functional.softplus(-scale * signed).mean(dim=-1) / np.log(2.0)
        best = torch.maximum(best, 1.0 - loss)
    return best


class FadedQam:
    """QAM with `order` 2, 4 or 6 bits per symbol over block fading with noise, demapped exactly."""

    def __init__(self, order: int) -> None:
        from sionna.phy.mapping import Demapper, Mapper

        self._map: Any = Mapper("qam", order)
        self._demap: Any = Demapper("app", "qam", order)

    def llrs(self, coded: torch.Tensor, snr_db: float, generator: torch.Generator) -> torch.Tensor:
        """Send `coded` float[..., N], N a multiple of the order, at `snr_db`; returns the LLRs (positive = 1)."""
        import torch

        symbols = self._map(coded)
        gains = torch.rand((*symbols.shape[:-1], -(-symbols.shape[-1] // _COHERENT), _DIVERSITY), generator=generator)
        gain = -gains.clamp(min=1e-12).log().mean(dim=-1).repeat_interleave(_COHERENT, dim=-1)[..., : symbols.shape[-1]]
        noise_power = 10.0 ** (-snr_db / 10.0) / gain
        real, imaginary = torch.randn((2, *symbols.shape), generator=generator)
        llr: torch.Tensor = self._demap(symbols + torch.complex(real, imaginary) * (noise_power / 2.0).sqrt(), noise_power)
        return llr


@lru_cache(maxsize=8)
def mean_information(order: int) -> Floats:
    """Return the mean information of `FadedQam(order)` at LEVELS_DB in bits per coded bit, float64, non-decreasing."""
    import torch

    qam, generator = FadedQam(order), torch.Generator().manual_seed(order)
    bits = torch.randint(0, 2, (1, _SYMBOLS * order), generator=generator).float()
    with torch.no_grad():
        information = [float(slot_information(qam.llrs(bits, float(level), generator), bits)) for level in LEVELS_DB]
    monotone: Floats = np.maximum.accumulate(np.array(information))
    return monotone


def snr_db_for(order: int, information: float) -> float:
    """Return the SNR in dB at which `FadedQam(order)` carries `information` (0..1) bits per coded bit on average."""
    return float(np.interp(information, mean_information(order), LEVELS_DB))
