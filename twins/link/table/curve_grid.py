"""The grid of decoder curves, and how a full set follows from those that are simulated.

1. For the usual decoder (offset min-sum, 8 iterations, one transmission) curves are simulated over modulation order, rate and
   block size, at the rates that the MCS tables 1 and 2 have for the order.
2. By how much another algorithm or number of iterations, and retransmissions multiply the threshold is simulated on a coarser
   grid (of 16QAM) and interpolated: threshold(decoder, transmissions) = usual · factor of the decoder · of the transmissions.
3. Where an order has no such rate, the curve of its nearest rate stands and is never read: `rows.coding_objections`.
4. Rates below 1/5 are not in Sionna's LDPC code (it does not repeat bits), nor rates below 1/3 with
   larger blocks: MCS 0 to 2 of table 1 have no curve and are not covered.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from twins.link.table.decoder_curve import Curve, CurveKey

RATES = (0.21, 0.3, 0.38, 0.48, 0.58, 0.66, 0.69, 0.78, 0.86, 0.93)
ORDER_RATES = {2: RATES[:8], 4: RATES[1:8], 6: RATES[2:]}
BLOCK_BITS = (120, 360, 1000, 2800, 8000)
USUAL = ("offset-minsum", 8)
DECODERS = (("offset-minsum", 4), USUAL, ("offset-minsum", 20), ("boxplus-phi", 8), ("boxplus-phi", 20))
TRANSMISSIONS = (1, 2, 3, 4)
_SHIFT_ORDER = 4
_SHIFT_RATES = (0.3, 0.48, 0.66, 0.86)
_SHIFT_BLOCKS = (360, 2800)
# Base graph 2 is for blocks of up to 3824 bits (TS 38.212 clause 6.2.2); below a rate of 1/3 base graph 1 would repeat bits.
LARGEST_AT_LOW_RATE = 3824
LOW_RATE = 1.0 / 3.0
LOWEST_RATE = 1.0 / 5.0

Floats = NDArray[np.float64]


def curve_keys() -> tuple[CurveKey, ...]:
    """Every curve to simulate."""
    usual = [
        CurveKey(order, rate, block, *USUAL, 1)
        for order, rates in ORDER_RATES.items()
        for rate, block in product(rates, BLOCK_BITS)
        if _exists(rate, block)
    ]
    shifts = [
        CurveKey(_SHIFT_ORDER, rate, block, *decoder, sent)
        for decoder, sent in [*((one, 1) for one in DECODERS), *((USUAL, sent) for sent in TRANSMISSIONS[1:])]
        for rate, block in product(_SHIFT_RATES, _SHIFT_BLOCKS)
    ]
    return tuple(dict.fromkeys([*usual, *shifts]))


def _exists(rate: float, block: int) -> bool:
    return block <= LARGEST_AT_LOW_RATE or rate > LOW_RATE


def assemble(curves: Mapping[CurveKey, Curve]) -> dict[str, Floats]:
    """Return `threshold` and `log_width` float64[order, decoder, transmissions, rate, block], orders as in ORDER_RATES.

    And `bit_errors` [order, rate, block, deficit] and `threshold_error` float64[], the root mean square standard error.
    """
    threshold = np.zeros((len(ORDER_RATES), len(DECODERS), len(TRANSMISSIONS), len(RATES), len(BLOCK_BITS)))
    log_width = np.zeros_like(threshold)
    grid = list(product(enumerate(ORDER_RATES), enumerate(RATES), enumerate(BLOCK_BITS)))
    usual = {(order, rate, block): _usual(curves, order, rate, block) for (_, order), (_, rate), (_, block) in grid}
    for (i, decoder), (j, sent) in product(enumerate(DECODERS), enumerate(TRANSMISSIONS)):
        by_decoder, by_sending = _shifts(curves, decoder, 1), _shifts(curves, USUAL, sent)
        for (o, order), (r, rate), (b, block) in grid:
            shift = _between(by_decoder, rate, block) + _between(by_sending, rate, block)
            one = usual[order, rate, block]
            threshold[o, i, j, r, b] = np.clip(one.threshold * np.exp(shift[0]), 0.005, 0.9995)
            log_width[o, i, j, r, b] = np.log(one.width) + shift[1]
    bit_errors = np.array(
        [[[usual[order, rate, block].bit_errors for block in BLOCK_BITS] for rate in RATES] for order in ORDER_RATES]
    )
    error = np.sqrt(np.mean([one.threshold_error**2 for one in curves.values()]))
    return {"threshold": threshold, "log_width": log_width, "bit_errors": bit_errors, "threshold_error": error}


def _usual(curves: Mapping[CurveKey, Curve], order: int, rate: float, block: int) -> Curve:
    """The usual decoder's curve; where a code has no such large block, that of the largest block that it has."""
    nearest = min(ORDER_RATES[order], key=lambda one: abs(one - rate))
    fitting = max(size for size in BLOCK_BITS if size <= block and _exists(nearest, size))
    return curves[CurveKey(order, nearest, fitting, *USUAL, 1)]


def _shifts(curves: Mapping[CurveKey, Curve], decoder: tuple[str, int], sent: int) -> Floats:
    """Shift of log threshold and log width against the usual decoder, float64[rate, block, 2] on the coarse grid."""
    shifts = np.zeros((len(_SHIFT_RATES), len(_SHIFT_BLOCKS), 2))
    for (r, rate), (b, block) in product(enumerate(_SHIFT_RATES), enumerate(_SHIFT_BLOCKS)):
        usual = curves[CurveKey(_SHIFT_ORDER, rate, block, *USUAL, 1)]
        other = curves[CurveKey(_SHIFT_ORDER, rate, block, *decoder, sent)]
        shifts[r, b] = np.log(other.threshold / usual.threshold), np.log(other.width / usual.width)
    return shifts


def _between(shifts: Floats, rate: float, block: int) -> Floats:
    """Interpolate shifts over rate and log block size; held at the ends of the coarse grid."""
    sizes = np.log(_SHIFT_BLOCKS)
    by_rate = [[np.interp(rate, _SHIFT_RATES, shifts[:, b, part]) for b in range(len(sizes))] for part in (0, 1)]
    return np.array([np.interp(np.log(block), sizes, values) for values in by_rate])
