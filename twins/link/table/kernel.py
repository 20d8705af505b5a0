"""The table's compiled arithmetic: interpolate the information of a slot and map it to block and bit error rates.

1. Quantiles of slot information are interpolated over log delay spread, speed, log PRBs (linear) and SNR (monotone cubic,
   Fritsch and Carlson 1980, without overshoot or spurious extrema).
2. One transmission: the block error rate is the decoder curve averaged over the quantiles. Several: the information of
   independent transmissions is averaged at `PAIRINGS` points of a shifted rank-1 lattice, and the decoder curve for that number
   of transmissions applies.
3. A transport block is lost if any of its code blocks is lost; all code blocks of a slot have the same information.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.compiled import compiled

PAIRINGS = 127  # lattice points for retransmissions
_GENERATOR = (1, 29, 79, 53)  # lattice generators, below the prime PAIRINGS
_SHIFT = (0.5, 0.211, 0.733, 0.878)  # moves the lattice off the corner at which every transmission is the worst

Floats = NDArray[np.float64]


class Grid(NamedTuple):
    """A family: `information` float32[profile, spread, speed, DMRS, order, PRBs, SNR, Q]; axes float64, `snr` [order, SNR]."""

    information: NDArray[np.float32]
    log_spread: Floats
    speed: Floats
    log_prbs: Floats
    snr: Floats
    slots: Floats


class DecoderCurves(NamedTuple):
    """Decoder curves over their grid.

    `threshold`, `log_width` float64[order, decoder, transmissions, rate, block]; `bit_errors` float64[order, rate, block,
    deficit]; `rates`, `log_blocks` and `deficits` are the axes.
    """

    threshold: Floats
    log_width: Floats
    bit_errors: Floats
    rates: Floats
    log_blocks: Floats
    deficits: Floats


@compiled
def _position(axis: Floats, value: float) -> tuple[int, float]:
    """Cell and fraction of `value` on `axis`; the caller has checked that `value` is inside."""
    last = axis.shape[0] - 2
    if last < 0:
        return 0, 0.0
    cell = min(max(int(np.searchsorted(axis, value)) - 1, 0), last)
    return cell, min(max((value - axis[cell]) / (axis[cell + 1] - axis[cell]), 0.0), 1.0)


@compiled
def _slope(left: float, right: float, before: float, after: float) -> float:
    """Fritsch-Carlson slope at a point between secants `left` and `right` over intervals of width `before` and `after`."""
    if left * right <= 0.0:
        return 0.0
    first, second = 2.0 * after + before, after + 2.0 * before
    return (first + second) / (first / left + second / right)


@compiled
def _cubic(values: Floats, axis: Floats, cell: int, part: float) -> float:
    """Monotone cubic through `values` float64[4] at points cell-1..cell+2 of `axis`; at the ends the slope is the secant."""
    width = axis[cell + 1] - axis[cell]
    secant = (values[2] - values[1]) / width
    low, high = secant, secant
    if cell > 0:
        before = axis[cell] - axis[cell - 1]
        low = _slope((values[1] - values[0]) / before, secant, before, width)
    if cell + 2 < axis.shape[0]:
        after = axis[cell + 2] - axis[cell + 1]
        high = _slope(secant, (values[3] - values[2]) / after, width, after)
    square, cube = part * part, part * part * part
    return float(
        (2.0 * cube - 3.0 * square + 1.0) * values[1]
        + (cube - 2.0 * square + part) * width * low
        + (3.0 * square - 2.0 * cube) * values[2]
        + (cube - square) * width * high
    )


@compiled
def interpolate(grid: Grid, profile: int, dmrs: int, order: int, at: Floats, out: Floats) -> float:
    """Write the quantiles at `at` = (log spread, speed, log PRBs, SNR in dB) to `out` float64[Q]; returns the slots simulated."""
    d, d_part = _position(grid.log_spread, at[0])
    v, v_part = _position(grid.speed, at[1])
    p, p_part = _position(grid.log_prbs, at[2])
    axis = grid.snr[order]
    s, s_part = _position(axis, at[3])
    points = np.zeros(4)
    for q in range(out.shape[0]):
        for k in range(4):
            index = min(max(s - 1 + k, 0), axis.shape[0] - 1)
            total = 0.0
            for corner in range(8):
                i, j, m = corner & 1, (corner >> 1) & 1, corner >> 2
                weight = (d_part if i else 1.0 - d_part) * (v_part if j else 1.0 - v_part) * (p_part if m else 1.0 - p_part)
                if weight > 0.0:
                    total += weight * grid.information[profile, d + i, v + j, dmrs, order, p + m, index, q]
            points[k] = total
        out[q] = _cubic(points, axis, s, s_part)
    return float(grid.slots[p] * (1.0 - p_part) + (grid.slots[p + 1] * p_part if p_part > 0.0 else 0.0))


@compiled
def _bilinear(values: Floats, r: int, r_part: float, b: int, b_part: float) -> float:
    low = values[r, b] * (1.0 - b_part) + values[r, b + 1] * b_part
    high = values[r + 1, b] * (1.0 - b_part) + values[r + 1, b + 1] * b_part
    return float(low * (1.0 - r_part) + high * r_part)


@compiled
def _loss_probability(information: float, threshold: float, width: float, blocks: int) -> float:
    """Probability that a transport block of `blocks` code blocks is lost."""
    block_loss = 0.5 * math.erfc((information - threshold) / (width * math.sqrt(2.0)))
    return block_loss if blocks == 1 else 1.0 - (1.0 - block_loss) ** blocks


@compiled
def _wrong_bits(curves: DecoderCurves, order: int, r: int, r_part: float, b: int, b_part: float, deficit: float) -> float:
    """Share of wrong bits in a lost code block at a relative deficit of information."""
    cell, part = _position(curves.deficits, deficit)
    low = _bilinear(curves.bit_errors[order, :, :, cell], r, r_part, b, b_part)
    high = _bilinear(curves.bit_errors[order, :, :, cell + 1], r, r_part, b, b_part)
    return low * (1.0 - part) + high * part


@compiled
def error_rates(
    information: Floats,
    weights: Floats,
    levels: Floats,
    curves: DecoderCurves,
    order: int,
    decoder: int,
    transmissions: int,
    rate: float,
    block_bits: float,
    blocks: int,
    out: Floats,
) -> None:
    """Write to `out` float64[6]: BLER after 1 to 4 transmissions (NaN beyond `transmissions`), residual BER, variance over slots.

    `information` float64[Q] are quantiles at `levels` with `weights`. The variance is that of the loss probability after the last
    transmission, given the slot.
    """
    r, r_part = _position(curves.rates, rate)
    b, b_part = _position(curves.log_blocks, math.log(block_bits))
    for sent in range(4):
        out[sent] = math.nan
    for sent in range(transmissions):
        threshold = _bilinear(curves.threshold[order, decoder, sent], r, r_part, b, b_part)
        width = math.exp(_bilinear(curves.log_width[order, decoder, sent], r, r_part, b, b_part))
        total, squares, wrong = 0.0, 0.0, 0.0
        points = information.shape[0] if sent == 0 else PAIRINGS
        for point in range(points):
            if sent == 0:
                mean, weight = information[point], weights[point]
            else:
                mean, weight = 0.0, 1.0 / PAIRINGS
                for k in range(sent + 1):
                    level = ((point * _GENERATOR[k] / PAIRINGS) + _SHIFT[k]) % 1.0
                    cell, part = _position(levels, level)
                    mean += (information[cell] * (1.0 - part) + information[cell + 1] * part) / (sent + 1)
            loss = _loss_probability(mean, threshold, width, blocks)
            total += weight * loss
            squares += weight * loss * loss
            block_loss = _loss_probability(mean, threshold, width, 1)
            wrong += weight * block_loss * _wrong_bits(curves, order, r, r_part, b, b_part, (threshold - mean) / threshold)
        # Combining never increases the BLER: if the approximations contradict this, the lower value is used.
        out[sent] = total if sent == 0 else min(total, out[sent - 1])
        if sent == 0 or total <= out[sent - 1]:
            out[4] = wrong
        out[5] = max(squares - total * total, 0.0)


@compiled
def evaluate_rows(
    grid: Grid,
    curves: DecoderCurves,
    weights: Floats,
    levels: Floats,
    discrete: NDArray[np.int64],
    continuous: Floats,
    out: Floats,
) -> None:
    """Evaluate N links of one family.

    `discrete` int64[N, 6]: profile, DMRS, order, decoder, transmissions, code blocks; `continuous` float64[N, 6]: log spread,
    speed, log PRBs, SNR dB, code rate, code block bits; `out` float64[N, 7]: as `error_rates`, then slots.
    """
    information = np.zeros(weights.shape[0])
    for i in range(discrete.shape[0]):
        slots = interpolate(grid, discrete[i, 0], discrete[i, 1], discrete[i, 2], continuous[i, :4], information)
        error_rates(
            information,
            weights,
            levels,
            curves,
            discrete[i, 2],
            discrete[i, 3],
            discrete[i, 4],
            continuous[i, 4],
            continuous[i, 5],
            discrete[i, 5],
            out[i],
        )
        out[i, 6] = slots
