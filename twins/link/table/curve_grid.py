"""The grid of decoder curves, and how the full grid is derived from the simulated curves.

1. For the reference decoder (offset min-sum, 8 iterations, one transmission) curves are simulated over modulation order, rate
   and block size, at the rates that MCS tables 1 and 2 have for the order.
2. The factors by which another decoder and retransmissions change the threshold are simulated on a coarser grid (16QAM) and
   interpolated: threshold(decoder, transmissions) = reference · decoder factor · transmissions factor.
3. Where an order does not use a rate, the array holds the curve of its nearest rate, which is never read:
   `rows.violated_coding_limits`.
4. Sionna's LDPC code does not repeat bits, so it has no rates below 1/5, nor below 1/3 with larger blocks: MCS 0 to 2 of table 1
   have no curve and are not covered.
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
REFERENCE_DECODER = ("offset-minsum", 8)
DECODERS = (("offset-minsum", 4), REFERENCE_DECODER, ("offset-minsum", 20), ("boxplus-phi", 8), ("boxplus-phi", 20))
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
    """Return the keys of all curves to simulate."""
    reference = [
        CurveKey(order, rate, block, *REFERENCE_DECODER, 1)
        for order, rates in ORDER_RATES.items()
        for rate, block in product(rates, BLOCK_BITS)
        if _exists(rate, block)
    ]
    shifts = [
        CurveKey(_SHIFT_ORDER, rate, block, *decoder, sent)
        for decoder, sent in [*((name, 1) for name in DECODERS), *((REFERENCE_DECODER, sent) for sent in TRANSMISSIONS[1:])]
        for rate, block in product(_SHIFT_RATES, _SHIFT_BLOCKS)
    ]
    return tuple(dict.fromkeys([*reference, *shifts]))


def _exists(rate: float, block: int) -> bool:
    return block <= LARGEST_AT_LOW_RATE or rate > LOW_RATE


def assemble(curves: Mapping[CurveKey, Curve]) -> dict[str, Floats]:
    """Return the arrays of the full grid, orders as in ORDER_RATES.

    `threshold` and `log_width` float64[order, decoder, transmissions, rate, block], `bit_errors` [order, rate, block, deficit],
    and `threshold_error` float64[], the root mean square standard error of the thresholds.
    """
    threshold = np.zeros((len(ORDER_RATES), len(DECODERS), len(TRANSMISSIONS), len(RATES), len(BLOCK_BITS)))
    log_width = np.zeros_like(threshold)
    grid = list(product(enumerate(ORDER_RATES), enumerate(RATES), enumerate(BLOCK_BITS)))
    reference = {(order, rate, block): _reference(curves, order, rate, block) for (_, order), (_, rate), (_, block) in grid}
    for (i, decoder), (j, sent) in product(enumerate(DECODERS), enumerate(TRANSMISSIONS)):
        decoder_shifts, retransmission_shifts = _shifts(curves, decoder, 1), _shifts(curves, REFERENCE_DECODER, sent)
        for (o, order), (r, rate), (b, block) in grid:
            shift = _interpolate(decoder_shifts, rate, block) + _interpolate(retransmission_shifts, rate, block)
            curve = reference[order, rate, block]
            threshold[o, i, j, r, b] = np.clip(curve.threshold * np.exp(shift[0]), 0.005, 0.9995)
            log_width[o, i, j, r, b] = np.log(curve.width) + shift[1]
    bit_errors = np.array(
        [[[reference[order, rate, block].bit_errors for block in BLOCK_BITS] for rate in RATES] for order in ORDER_RATES]
    )
    error = np.sqrt(np.mean([curve.threshold_error**2 for curve in curves.values()]))
    return {"threshold": threshold, "log_width": log_width, "bit_errors": bit_errors, "threshold_error": error}


def _reference(curves: Mapping[CurveKey, Curve], order: int, rate: float, block: int) -> Curve:
    """The reference decoder's curve at the nearest rate of the order, for the largest existing block of at most `block` bits."""
    nearest = min(ORDER_RATES[order], key=lambda candidate: abs(candidate - rate))
    largest = max(size for size in BLOCK_BITS if size <= block and _exists(nearest, size))
    return curves[CurveKey(order, nearest, largest, *REFERENCE_DECODER, 1)]


def _shifts(curves: Mapping[CurveKey, Curve], decoder: tuple[str, int], sent: int) -> Floats:
    """Shift of log threshold and log width from the reference decoder, float64[rate, block, 2] on the coarse grid."""
    shifts = np.zeros((len(_SHIFT_RATES), len(_SHIFT_BLOCKS), 2))
    for (r, rate), (b, block) in product(enumerate(_SHIFT_RATES), enumerate(_SHIFT_BLOCKS)):
        reference = curves[CurveKey(_SHIFT_ORDER, rate, block, *REFERENCE_DECODER, 1)]
        curve = curves[CurveKey(_SHIFT_ORDER, rate, block, *decoder, sent)]
        shifts[r, b] = np.log(curve.threshold / reference.threshold), np.log(curve.width / reference.width)
    return shifts


def _interpolate(shifts: Floats, rate: float, block: int) -> Floats:
    """Interpolate shifts over rate and log block size, constant beyond the ends of the coarse grid."""
    sizes = np.log(_SHIFT_BLOCKS)
    by_rate = [[np.interp(rate, _SHIFT_RATES, shifts[:, b, part]) for b in range(len(sizes))] for part in (0, 1)]
    return np.array([np.interp(np.log(block), sizes, values) for values in by_rate])
