"""The grid of decoder curves, and how a full set follows from those that are simulated.

1. For the usual decoder (offset min-sum, 8 iterations, one transmission) curves are simulated over rate and block size.
2. What another algorithm or number of iterations, and what retransmissions add to the threshold is simulated on a coarser grid
   and interpolated: threshold(decoder, transmissions) = usual + shift of the decoder + shift of the transmissions.
3. Rates below 1/5 are not in Sionna's LDPC code (it does not repeat bits), nor rates below 1/3 with
   larger blocks: MCS 0 to 2 of table 1 have no curve and are not covered.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from twins.link.table.decoder_curve import Curve, CurveKey

RATES = (0.21, 0.3, 0.38, 0.48, 0.58, 0.66, 0.69, 0.78, 0.86, 0.93)
BLOCK_BITS = (120, 360, 1000, 2800, 8000)
USUAL = ("offset-minsum", 8)
DECODERS = (("offset-minsum", 4), USUAL, ("offset-minsum", 20), ("boxplus-phi", 8), ("boxplus-phi", 20))
TRANSMISSIONS = (1, 2, 3, 4)
_SHIFT_RATES = (0.3, 0.48, 0.66, 0.86)
_SHIFT_BLOCKS = (360, 2800)
# Base graph 2 is for blocks of up to 3824 bits (TS 38.212 clause 6.2.2); below a rate of 1/3 base graph 1 would repeat bits.
LARGEST_AT_LOW_RATE = 3824
LOW_RATE = 1.0 / 3.0

Floats = NDArray[np.float64]


def curve_keys() -> tuple[CurveKey, ...]:
    """Every curve to simulate."""
    usual = [CurveKey(rate, block, *USUAL, 1) for rate, block in product(RATES, BLOCK_BITS) if _exists(rate, block)]
    shifts = [
        CurveKey(rate, block, *decoder, sent)
        for decoder, sent in [*((one, 1) for one in DECODERS if one != USUAL), *((USUAL, sent) for sent in TRANSMISSIONS[1:])]
        for rate, block in product(_SHIFT_RATES, _SHIFT_BLOCKS)
    ]
    at_shifts = [CurveKey(rate, block, *USUAL, 1) for rate, block in product(_SHIFT_RATES, _SHIFT_BLOCKS)]
    return tuple(dict.fromkeys([*usual, *at_shifts, *shifts]))


def _exists(rate: float, block: int) -> bool:
    return block <= LARGEST_AT_LOW_RATE or rate > LOW_RATE


def assemble(curves: Mapping[CurveKey, Curve]) -> dict[str, Floats]:
    """Return `threshold` and `log_width` float64[decoder, transmissions, rate, block], `bit_errors` [rate, block, deficit].

    And `threshold_error` float64[], the root mean square standard error of the thresholds.
    """
    threshold = np.zeros((len(DECODERS), len(TRANSMISSIONS), len(RATES), len(BLOCK_BITS)))
    log_width = np.zeros_like(threshold)
    usual = {(rate, block): _usual(curves, rate, block) for rate, block in product(RATES, BLOCK_BITS)}
    for (i, decoder), (j, sent) in product(enumerate(DECODERS), enumerate(TRANSMISSIONS)):
        by_decoder, by_sending = _shifts(curves, decoder, 1), _shifts(curves, USUAL, sent)
        for (r, rate), (b, block) in product(enumerate(RATES), enumerate(BLOCK_BITS)):
            shift = _between(by_decoder, rate, block) + _between(by_sending, rate, block)
            one = usual[rate, block]
            threshold[i, j, r, b] = np.clip(one.threshold + shift[0], 0.005, 0.9995)
            log_width[i, j, r, b] = np.log(one.width) + shift[1]
    bit_errors = np.array([[usual[rate, block].bit_errors for block in BLOCK_BITS] for rate in RATES])
    error = np.sqrt(np.mean([one.threshold_error**2 for one in curves.values()]))
    return {"threshold": threshold, "log_width": log_width, "bit_errors": bit_errors, "threshold_error": error}


def _usual(curves: Mapping[CurveKey, Curve], rate: float, block: int) -> Curve:
    """The usual decoder's curve; where a code has no such large block, that of the largest block that it has."""
    fitting = max(size for size in BLOCK_BITS if size <= block and _exists(rate, size))
    return curves[CurveKey(rate, fitting, *USUAL, 1)]


def _shifts(curves: Mapping[CurveKey, Curve], decoder: tuple[str, int], sent: int) -> Floats:
    """Shift of threshold and log width against the usual decoder, float64[rate, block, 2] on the coarse grid."""
    shifts = np.zeros((len(_SHIFT_RATES), len(_SHIFT_BLOCKS), 2))
    for (r, rate), (b, block) in product(enumerate(_SHIFT_RATES), enumerate(_SHIFT_BLOCKS)):
        usual, other = curves[CurveKey(rate, block, *USUAL, 1)], curves[CurveKey(rate, block, *decoder, sent)]
        shifts[r, b] = other.threshold - usual.threshold, np.log(other.width / usual.width)
    return shifts


def _between(shifts: Floats, rate: float, block: int) -> Floats:
    """Interpolate shifts over rate and log block size; held at the ends of the coarse grid."""
    sizes = np.log(_SHIFT_BLOCKS)
    by_rate = [[np.interp(rate, _SHIFT_RATES, shifts[:, b, part]) for b in range(len(sizes))] for part in (0, 1)]
    return np.array([np.interp(np.log(block), sizes, values) for values in by_rate])
