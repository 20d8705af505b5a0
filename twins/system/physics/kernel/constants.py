"""The scenario parameters of the kernels, constant during a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.radio.link_adaptation import Allocations


class Constants(NamedTuple):
    """Periods in TTIs, probabilities, tables; C cells, S subbands, T traces of N samples."""

    tti_ms: float
    slots: int  # per TTI
    radio_period: int
    measurement_period: int
    harq_round_trip: int
    harq_attempts: int
    interruption: int
    setup: int
    barring: int
    inactivity: int
    failure_time: int
    ping_pong_time: int
    out_of_sync_db: float
    measurement_sigma_db: float
    filter_weight: float
    olla_up_db: float
    olla_down_db: float
    averaging: float
    min_dbm: float
    idle_activity: float
    subband_prbs: NDArray[np.int64]  # [C, S]
    traces: NDArray[np.float32]  # [T, N, S]
    cqi_thresholds: NDArray[np.float64]  # [15]
    link: Allocations
