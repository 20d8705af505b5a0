"""Mutual information: the one number by which a detected slot is handed to the decoder's curves.

1. `slot_information(llr, bits)` is the generalized mutual information (GMI) of a slot's LLRs, in bit per coded bit, with the best
   scaling of the LLRs: `max_s 1 - mean log2(1 + exp(-s (2 b - 1) llr))`. Receivers with wrong channel knowledge make LLRs that
   are too large or too small; LDPC decoders hardly mind the scale, and the best scaling says what they can use.
2. `gaussian_information(deviation)` is the same for consistent Gaussian LLRs (mean deviation^2 / 2): the J function of EXIT
   analysis (ten Brink 2001), with which the decoder's curves are simulated.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float64]
SCALES = (0.12, 0.25, 0.4, 0.6, 0.8, 1.0, 1.25)
_LARGEST_DEVIATION = 12.0


def slot_information(llr: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """Return float[B] in 0..1 of LLRs float[B, N] (positive = 1) of `bits` float[B, N]."""
    import torch

    right = llr * (2.0 * bits - 1.0)
    best = torch.zeros(len(llr))
    for scale in SCALES:
        lost = torch.nn.functional.softplus(-scale * right).mean(dim=-1) / np.log(2.0)
        best = torch.maximum(best, 1.0 - lost)
    return best


def gaussian_information(deviation: Floats) -> Floats:
    """J(deviation): bit per coded bit, 0..1, of LLRs N(deviation^2 / 2, deviation^2); `deviation` float64[...] >= 0."""
    points, weights = np.polynomial.hermite_e.hermegauss(120)
    sigma = np.asarray(deviation, dtype=np.float64)[..., None]
    lost = np.logaddexp(0.0, -(sigma**2 / 2.0 + sigma * points)) / np.log(2.0)
    result: Floats = 1.0 - (lost * weights).sum(-1) / weights.sum()
    return result


def gaussian_deviation(information: float) -> float:
    """Inverse of `gaussian_information`: the deviation of LLRs that carry `information` (0..1) bit per coded bit."""
    deviations, values = _inverse()
    return float(np.interp(information, values, deviations))


@lru_cache(maxsize=1)
def _inverse() -> tuple[Floats, Floats]:
    deviations = np.linspace(0.0, _LARGEST_DEVIATION, 2401)
    return deviations, gaussian_information(deviations)
