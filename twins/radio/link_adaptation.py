"""Link adaptation by lookup: the MCS for an effective SINR, the transport block size, and the reported CQI.

1. `Allocations` tabulates, for each MCS and number of PRBs, the transport block size, the row of the BLER table, the number of
   code blocks, and the lowest SINR at which the transport block error rate is within the target. A scheduler only looks up.
2. `mcs_for` follows Sionna's inner-loop link adaptation: the highest MCS within the target, else the lowest that has a table.
3. CQI thresholds follow TS 38.214 clause 5.2.2.1 (error rate 0.1): an index's threshold is the Shannon limit of its efficiency
   plus the gap to that limit in the BLER tables at that efficiency (beyond the tables, the gap at the nearest efficiency).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.compiled import compiled
from twins.radio.abstraction import (
    SNR_MIN_DB,
    SNR_STEP_DB,
    LinkTable,
    code_block_index,
    load_link_table,
    snr_index,
    transport_bler,
)
from twins.radio.propagation import Floats
from twins.radio.transport_block import transport_block

UNREACHABLE_DB = 1e9
CQI_BLER = 0.1
CQI_CODE_BLOCK_BITS = 2000

# TS 38.214 tables 5.2.2.1-2 (64QAM) and 5.2.2.1-3 (256QAM): efficiency in bits per symbol of CQI 1..15.
CQI_EFFICIENCY = {
    1: (0.1523, 0.2344, 0.3770, 0.6016, 0.8770, 1.1758, 1.4766, 1.9141, 2.4063, 2.7305, 3.3223, 3.9023, 4.5234, 5.1152, 5.5547),
    2: (0.1523, 0.3770, 0.8770, 1.4766, 1.9141, 2.4063, 2.7305, 3.3223, 3.9023, 4.5234, 5.1152, 5.5547, 6.2266, 6.9141, 7.4063),
}


class Allocations(NamedTuple):
    """Transport format of each allocation, for M MCS indices and 0..P PRBs.

    `bits` int64[M, P + 1] transport block size; `row` int64[M, P + 1] code block row of the BLER table; `blocks` int64[M, P + 1]
    code blocks; `threshold_db` float64[P + 1, M]: lowest SINR within the error rate target, 1e9 if unreachable; `lowest`: the
    lowest available MCS; `bler` and `beta` float64[M] of the link table.
    """

    bits: NDArray[np.int64]
    row: NDArray[np.int64]
    blocks: NDArray[np.int64]
    threshold_db: Floats
    lowest: int
    bler: NDArray[np.float32]
    beta: Floats


@lru_cache(maxsize=8)
def allocations(prbs: int, resource_elements_per_prb: int, bler_target: float = 0.1, mcs_table: int = 1) -> Allocations:
    """Tabulate allocations of 0..`prbs` PRBs (1..275) with `resource_elements_per_prb` data elements each (1..168) in a slot.

    Raises ValueError outside these ranges (TS 38.211 clause 4.4.4.1; 12 subcarriers x 14 symbols) or a target outside (0, 1).
    """
    if not 1 <= prbs <= 275:
        raise ValueError(f"prbs={prbs} is outside [1, 275] (TS 38.211 clause 4.4.4.1): give the carrier's PRBs")
    if not 1 <= resource_elements_per_prb <= 168:
        raise ValueError(
            f"resource_elements_per_prb={resource_elements_per_prb} is outside [1, 168] (12 x 14): give the number per slot"
        )
    if not 0.0 < bler_target < 1.0:
        raise ValueError(f"bler_target={bler_target} is outside (0, 1): give a probability, usually 0.1")
    table = load_link_table(mcs_table)
    bits, row, blocks, threshold = _tabulate(table, prbs, resource_elements_per_prb, bler_target)
    return Allocations(bits, row, blocks, threshold, int(np.argmax(table.available)), table.bler, table.beta)


@compiled
def _tabulate(
    table: LinkTable, prbs: int, elements: int, target: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
    count = table.modulation_order.shape[0]
    shape = (count, prbs + 1)
    bits, row, blocks = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    threshold = np.full((prbs + 1, count), UNREACHABLE_DB)
    for mcs in range(count):
        for n in range(1, prbs + 1):
            size, block, parts = transport_block(table.modulation_order[mcs], table.code_rate[mcs], n * elements)
            bits[mcs, n], blocks[mcs, n] = size, parts
            row[mcs, n] = code_block_index(block, table.bler.shape[1])
            if table.available[mcs]:
                threshold[n, mcs] = _threshold_db(table.bler[mcs, row[mcs, n]], parts, target)
    return bits, row, blocks, threshold


@compiled
def _threshold_db(curve: NDArray[np.float32], code_blocks: int, target: float) -> float:
    """Lowest SINR above which the curve stays within the target, minus half a step, because lookups use the nearest point."""
    index = curve.shape[0]
    while index > 0 and transport_bler(float(curve[index - 1]), code_blocks) <= target:
        index -= 1
    if index == curve.shape[0]:
        return UNREACHABLE_DB
    return -UNREACHABLE_DB if index == 0 else SNR_MIN_DB + (index - 0.5) * SNR_STEP_DB


@compiled
def mcs_for(tables: Allocations, prbs: int, sinr_db: float) -> int:
    """Highest MCS within the error target on `prbs` PRBs at effective SINR `sinr_db` (dB), else the lowest available."""
    thresholds, lowest = tables.threshold_db, tables.lowest  # read once: each access counts references
    for mcs in range(thresholds.shape[1] - 1, lowest, -1):
        if sinr_db >= thresholds[prbs, mcs]:
            return mcs
    return lowest


@compiled
def transport_bler_of(tables: Allocations, mcs: int, prbs: int, sinr_db: float) -> float:
    """Transport block error rate (0..1) of `mcs` on `prbs` PRBs at effective SINR `sinr_db`."""
    bler = float(tables.bler[mcs, tables.row[mcs, prbs], snr_index(sinr_db, tables.bler.shape[2])])
    return transport_bler(bler, tables.blocks[mcs, prbs])


@lru_cache(maxsize=2)
def cqi_thresholds_db(mcs_table: int = 1) -> Floats:
    """Return the lowest effective SINR in dB at which each CQI 1..15 is reported, float64[15], for MCS table 1 or 2."""
    table = load_link_table(mcs_table)
    row = code_block_index(CQI_CODE_BLOCK_BITS, table.bler.shape[1])
    thresholds = np.array([_threshold_db(curve, 1, CQI_BLER) for curve in table.bler[:, row]])
    reachable = np.flatnonzero(thresholds < UNREACHABLE_DB)
    efficiency = (table.modulation_order * table.code_rate)[reachable]
    gaps = thresholds[reachable] - np.array([_shannon_db(value) for value in efficiency])
    order = np.argsort(efficiency)
    cqi_efficiency = CQI_EFFICIENCY[mcs_table]
    gap = np.interp(cqi_efficiency, efficiency[order], gaps[order])
    return np.maximum.accumulate(np.array([_shannon_db(value) for value in cqi_efficiency]) + gap)


def _shannon_db(efficiency: float) -> float:
    return 10.0 * math.log10(2.0**efficiency - 1.0)


@compiled
def cqi_of(thresholds_db: Floats, sinr_db: float) -> int:
    """CQI 0..15 at effective SINR `sinr_db`; 0 means out of range (TS 38.214 clause 5.2.2.1)."""
    cqi = 0
    while cqi < thresholds_db.shape[0] and sinr_db >= thresholds_db[cqi]:
        cqi += 1
    return cqi
