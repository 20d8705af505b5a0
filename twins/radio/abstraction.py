"""Physical-layer abstraction: effective SINR and block error rates, from Sionna's own tables, without torch at run time.

1. The tables are exported from the installed Sionna by `python -m twins.radio.export_tables` into `data/link_tables.npz`, with a
   data card beside it. They are the PDSCH tables of `sionna.sys.PHYAbstraction`, for MCS tables 1 (64QAM) and 2 (256QAM) of
   TS 38.214 clause 5.1.3.1, on Sionna's own grid: SNR -5..30 dB in steps of 0.1 dB, code block sizes 24..2024 bits in steps of
   100. Lookups use the nearest grid point, as in Sionna. Larger code blocks use the row of 2024 bits.
2. MCS indices for which Sionna has no table (table 1: 0..2, table 2: 0, 1) have `available` False and a BLER of 1.
3. Effective SINR is the exponential mapping (EESM): -beta ln(mean(exp(-SINR / beta))), with Sionna's beta of each MCS.

All functions here are numba kernels: they take scalars, arrays and a `LinkTable`, and are callable from other kernels.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.compiled import compiled
from twins.radio.propagation import Floats

TABLES_PATH = Path(__file__).parent / "data" / "link_tables.npz"
SNR_MIN_DB, SNR_STEP_DB = -5.0, 0.1
CODE_BLOCK_MIN, CODE_BLOCK_STEP = 24, 100
SINR_FLOOR, SINR_CEILING = 1e-3, 1e3  # effective SINR is clipped to -30..30 dB, as in Sionna's EESM


class LinkTable(NamedTuple):
    """An MCS table of TS 38.214 with M indices, and its BLER curves.

    `modulation_order` int64[M] bits per symbol, `code_rate` float64[M], `beta` float64[M] of EESM, `available` bool[M],
    `bler` float32[M, 21, 351] over code block size and SNR.
    """

    modulation_order: NDArray[np.int64]
    code_rate: Floats
    beta: Floats
    available: NDArray[np.bool_]
    bler: NDArray[np.float32]


@lru_cache(maxsize=2)
def load_link_table(index: int = 1) -> LinkTable:
    """Return MCS table 1 (64QAM) or 2 (256QAM) of TS 38.214 clause 5.1.3.1 for the PDSCH; raises ValueError for other tables."""
    if index not in (1, 2):
        raise ValueError(f"mcs_table={index} is neither 1 (64QAM) nor 2 (256QAM) (TS 38.214 clause 5.1.3.1): use one of them")
    with np.load(TABLES_PATH) as stored:
        return LinkTable(*(np.ascontiguousarray(stored[f"{name}_{index}"]) for name in LinkTable._fields))


@compiled
def effective_sinr(sinr: Floats, beta: float) -> float:
    """EESM effective SINR (linear, 1e-3..1e3) over the positive values of linear `sinr` float64[K]; 0 if no value is positive."""
    total, used = 0.0, 0
    for value in sinr:
        if value > 0.0:
            total += math.exp(-value / beta)
            used += 1
    if used == 0:
        return 0.0
    mean = total / used
    if mean <= 0.0:  # all exponentials underflowed: far above the ceiling for any beta
        return SINR_CEILING
    return min(max(-beta * math.log(mean), SINR_FLOOR), SINR_CEILING)


@compiled
def snr_index(sinr_db: float, points: int) -> int:
    """Index of the nearest point of the SNR grid, clamped to its ends."""
    return min(max(round((sinr_db - SNR_MIN_DB) / SNR_STEP_DB), 0), points - 1)


@compiled
def code_block_index(code_block_bits: int, points: int) -> int:
    """Index of the nearest point of the code block grid, clamped to its ends."""
    return min(max(round((code_block_bits - CODE_BLOCK_MIN) / CODE_BLOCK_STEP), 0), points - 1)


@compiled
def bler_of(table: LinkTable, mcs: int, code_block_bits: int, sinr_db: float) -> float:
    """Block error rate (0..1) of a code block of `code_block_bits` at effective SINR `sinr_db`; 1 if the MCS has no table."""
    row = code_block_index(code_block_bits, table.bler.shape[1])
    return float(table.bler[mcs, row, snr_index(sinr_db, table.bler.shape[2])])


@compiled
def transport_bler(code_block_bler: float, code_blocks: int) -> float:
    """Probability (0..1) that at least one of `code_blocks` independent blocks is lost."""
    if code_blocks == 1:
        return code_block_bler
    return 1.0 - (1.0 - code_block_bler) ** code_blocks
