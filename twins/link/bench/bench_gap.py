"""Fidelity of the link twin: its BLER curves compared with the tables of Sionna's `PHYAbstraction`, at points of these tables.

1. The tables hold the BLER of one code block over AWGN, boxplus LDPC decoding with 20 iterations, at five block sizes and every
   1.6 to 1.8 dB. Interpolation between table points is far from a decoder's curve, so table points near 10 % are compared.
2. The twin sends one code block of nearly the same size and rate over its AWGN profile, with perfect CSI and the same decoder.
   The gap is the SNR at which it has the point's BLER, minus the point's SNR; it includes the CRC's slightly higher rate.
3. The PDSCH tables are used. A PUSCH without transform precoding has the MCS of the PDSCH (TS 38.214 clause 6.1.4.1), whereas
   the 64QAM rows of Sionna 2.2's PUSCH table 1 hold the PDSCH's curves of the next higher index, and thus a higher rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from policies.figure import Figure
from policies.word import Word
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.delay.operations import SlotShape
from twins.link.result import Estimate
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping

GAP_LIMIT_DB = 0.5
OFFSETS_DB = (-0.5, -0.1, 0.2, 0.6)
QUICK_OFFSETS_DB = (-0.3, 0.1, 0.5)
RATE_WEIGHT = 4.0  # one per cent of code rate shifts the curve about as much as four per cent of block size
PDSCH = 1  # Sionna's table category


class Point(NamedTuple):
    """A table point with a BLER near 10 %: modulation, MCS table and index, code block bits."""

    modulation: str
    mcs_table: int
    mcs_index: int
    code_block_bits: int


POINTS = (Point("QPSK", 1, 4, 500), Point("16QAM", 2, 7, 2000), Point("64QAM", 1, 23, 2000), Point("256QAM", 2, 20, 2000))


class GapSample(Word):
    """One point: its SNR in dB and BLER in the table, and the twin's curve around it with `configuration`."""

    modulation: str
    configuration: LinkConfiguration
    code_block_bits: int
    point_db: float
    point_bler: float
    snr_db: tuple[float, ...]
    bler: tuple[Estimate, ...]

    def gap_db(self) -> tuple[float, float, float] | None:
        """Return the gap in dB and the ends of its interval; None if the curve does not reach the point's BLER."""
        curves = (
            [estimate.value for estimate in self.bler],
            [estimate.interval.low for estimate in self.bler],
            [estimate.interval.high for estimate in self.bler],
        )
        crossings = [crossing(self.snr_db, curve, self.point_bler) for curve in curves]
        if any(snr is None for snr in crossings):
            return None
        value, low, high = (float(snr) - self.point_db for snr in crossings if snr is not None)
        return value, low, high


def figures(quick: bool) -> tuple[list[Figure], list[GapSample]]:
    """Return the gap of each modulation, with the simulated samples."""
    slots, offsets = (128, QUICK_OFFSETS_DB) if quick else (512, OFFSETS_DB)
    stopping = Stopping(half_width=0.01, min_slots=slots, max_slots=slots, batch=128)
    samples = [_sample(point, offsets, stopping) for point in POINTS[: 1 if quick else None]]
    return [_figure(sample) for sample in samples], samples


def crossing(snr_db: Sequence[float], bler: Sequence[float], level: float) -> float | None:
    """Return the SNR in dB at which a falling `bler` crosses `level`, interpolating its logarithm; None if it does not."""
    curve, target = np.log(np.clip(bler, 1e-4, 1.0)), np.log(level)
    below = np.flatnonzero(curve <= target)
    if not len(below) or below[0] == 0:
        return None
    after = int(below[0])
    fraction = (curve[after - 1] - target) / (curve[after - 1] - curve[after])
    return float(snr_db[after - 1] + fraction * (snr_db[after] - snr_db[after - 1]))


def _figure(sample: GapSample) -> Figure:
    link, gap = sample.configuration, sample.gap_db()
    name, target = f"SNR gap to Sionna's table near 10 % BLER, {sample.modulation}", f"|gap| < {GAP_LIMIT_DB} dB"
    note = (
        f"table {link.mcs_table} MCS {link.mcs_index}, {sample.code_block_bits} bits; point: BLER {sample.point_bler:.3f} at"
        f" {sample.point_db:.2f} dB"
    )
    if gap is None:
        return Figure(name=name, value=None, unit="dB", target=target, met=False, note=f"{note}; the curve does not reach it")
    interval = f"95 % interval {gap[1]:.2f} to {gap[2]:.2f} dB"
    return Figure(name=name, value=gap[0], unit="dB", target=target, met=abs(gap[0]) < GAP_LIMIT_DB, note=f"{note}; {interval}")


def _sample(point: Point, offsets: Sequence[float], stopping: Stopping) -> GapSample:
    configuration = _nearest(point)
    point_db, bler = _table_point(point)
    levels = tuple(point_db + offset for offset in offsets)
    channels = [ChannelConfiguration(profile="AWGN", snr_db=level) for level in levels]
    return GapSample(
        modulation=point.modulation,
        configuration=configuration,
        code_block_bits=SlotShape.of_pusch(configuration).graph.code_block_bits,
        point_db=point_db,
        point_bler=bler,
        snr_db=levels,
        bler=tuple(simulate(configuration, channel, stopping=stopping).bler for channel in channels),
    )


def _nearest(point: Point) -> LinkConfiguration:
    """The PRBs and DMRS symbols that best match the size and rate of one code block; with perfect CSI DMRS only takes up room."""
    candidates = (
        LinkConfiguration(
            mcs_table=1 if point.mcs_table == 1 else 2,
            mcs_index=point.mcs_index,
            prbs=prbs,
            dmrs_symbols=dmrs,
            rx_antennas=1,
            estimator="perfect",
            ldpc_algorithm="boxplus-phi",
            ldpc_iterations=20,
        )
        for prbs, dmrs in product(range(1, 9), range(1, 5))
    )
    return min(candidates, key=lambda candidate: _mismatch(SlotShape.of_pusch(candidate), point))


def _mismatch(shape: SlotShape, point: Point) -> float:
    size, rate = shape.graph.code_block_bits, shape.graph.code_block_bits / shape.coded_bits
    if shape.graph.code_blocks > 1:
        return np.inf
    return abs(size / point.code_block_bits - 1.0) + RATE_WEIGHT * abs(rate / shape.code_rate - 1.0)


def _table_point(point: Point) -> tuple[float, float]:
    """SNR in dB and BLER of the table point whose BLER is nearest to 10 %."""
    from sionna.sys import PHYAbstraction

    tables: Any = PHYAbstraction().bler_table["category"][PDSCH]["index"][point.mcs_table]["MCS"][point.mcs_index]
    pairs = zip(tables["SNR_db"], tables["CBS"][point.code_block_bits]["BLER"], strict=True)
    snr_db, bler = min(pairs, key=lambda pair: abs(np.log(max(pair[1], 1e-6) / 0.1)))
    return float(snr_db), float(bler)
