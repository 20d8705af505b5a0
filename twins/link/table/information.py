"""Mutual information: the one number by which a detected slot is handed to the decoder's curves.

1. `slot_information(llr, bits)` is the generalized mutual information (GMI) of a slot's LLRs, in bit per coded bit, with the best
   scaling of the LLRs: `max_s 1 - mean log2(1 + exp(-s (2 b - 1) llr))`. Receivers with wrong channel knowledge make LLRs that
   are too large or too small; LDPC decoders hardly mind the scale, and the best scaling says what they can use.
2. `FadedQam` makes the LLRs of which the decoder's curves are simulated: QAM over a channel whose gain varies as it does over the
   allocation of a slot. Gaussian LLRs would not do: the bits of 16QAM and 64QAM are not equally reliable, and the interleaver of
   TS 38.212 clause 5.4.2.2 puts the systematic bits where they are most, so blocks need less information than Gaussian LLRs of
   equal reliability would (by 0.03 and 0.04 bit per coded bit at a rate of 1/2).
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
_DIVERSITY = 4  # branches of Rayleigh fading: between a slot without fades and one antenna pair's
_COHERENT = 24  # symbols that see the same gain
_SYMBOLS = 2**15  # of one level, for its mean information


def slot_information(llr: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """Return float[B] in 0..1 of LLRs float[B, N] (positive = 1) of `bits` float[B, N]."""
    import torch

    right = llr * (2.0 * bits - 1.0)
    best = torch.zeros(len(llr))
    for scale in SCALES:
        lost = torch.nn.functional.softplus(-scale * right).mean(dim=-1) / np.log(2.0)
        best = torch.maximum(best, 1.0 - lost)
    return best


class FadedQam:
    """QAM of `order` 2, 4, 6 bits a symbol, over independent gains every few symbols, with noise, demapped exactly."""

    def __init__(self, order: int) -> None:
        from sionna.phy.mapping import Demapper, Mapper

        self._map: Any = Mapper("qam", order)
        self._demap: Any = Demapper("app", "qam", order)

    def llrs(self, coded: torch.Tensor, level_db: float, generator: torch.Generator) -> torch.Tensor:
        """Send `coded` float[..., N], N a multiple of the order, at `level_db` of SNR; returns their LLRs (positive = 1)."""
        import torch

        symbols = self._map(coded)
        gains = torch.rand((*symbols.shape[:-1], -(-symbols.shape[-1] // _COHERENT), _DIVERSITY), generator=generator)
        gain = -gains.clamp(min=1e-12).log().mean(dim=-1).repeat_interleave(_COHERENT, dim=-1)[..., : symbols.shape[-1]]
        noise_power = 10.0 ** (-level_db / 10.0) / gain
        real, imaginary = torch.randn((2, *symbols.shape), generator=generator)
        llr: torch.Tensor = self._demap(symbols + torch.complex(real, imaginary) * (noise_power / 2.0).sqrt(), noise_power)
        return llr


@lru_cache(maxsize=8)
def mean_information(order: int) -> Floats:
    """Return float64 at LEVELS_DB: the mean information in bit per coded bit of `FadedQam(order)`, rising."""
    import torch

    qam, generator = FadedQam(order), torch.Generator().manual_seed(order)
    bits = torch.randint(0, 2, (1, _SYMBOLS * order), generator=generator).float()
    with torch.no_grad():
        found = [float(slot_information(qam.llrs(bits, float(level), generator), bits)) for level in LEVELS_DB]
    rising: Floats = np.maximum.accumulate(np.array(found))
    return rising


def level_of(order: int, information: float) -> float:
    """SNR in dB at which `FadedQam(order)` carries `information` (0..1) bit per coded bit on average."""
    return float(np.interp(information, mean_information(order), LEVELS_DB))
