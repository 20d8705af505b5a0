"""The MCS that outer-loop link adaptation settles at: the highest that meets the BLER target under fading."""

from __future__ import annotations

from functools import lru_cache

BLER_TARGET = 0.1
_TRACES, _SAMPLES, _SEED = 64, 128, 1


@lru_cache(maxsize=64)
def fading_margin_db(sinr_db: float, delay_spread_ns: float, antennas: int, prbs: int, subcarrier_khz: int) -> float:
    """Return the fading margin, dB (at least 0): the mean `sinr_db` less the 10 % quantile of the slots' effective SINR.

    The effective SINR of a slot is the SINR with the slot's mean capacity over its `prbs` PRBs. `antennas` receive branches fade
    independently as TDL-C (TR 38.901 clause 7.7.2) with `delay_spread_ns`, under maximum ratio combining.
    """
    import numpy as np

    from twins.radio.fading import Fading, fading_pool

    fading = Fading(profile="TDL-C", delay_spread_ns=delay_spread_ns, subband_hz=12e3 * subcarrier_khz)
    pool = fading_pool(fading, _TRACES * antennas, _SAMPLES, prbs, _SEED)
    gain = pool.reshape(antennas, _TRACES, _SAMPLES, prbs).mean(axis=0, dtype=np.float64)
    capacity = np.log2(1.0 + 10.0 ** (sinr_db / 10.0) * gain).mean(axis=-1)
    worst = float(np.quantile(2.0**capacity - 1.0, BLER_TARGET))
    return max(sinr_db - 10.0 * float(np.log10(worst)), 0.0)


def matched_mcs(sinr_db: float, margin_db: float, prbs: int, data_elements_per_prb: int, mcs_table: int = 1) -> int:
    """Return the highest MCS index of `mcs_table` with a block error rate of at most 0.1 at `sinr_db` less `margin_db` (dB)."""
    from twins.radio.link_adaptation import allocations, mcs_for

    tables = allocations(prbs, data_elements_per_prb, BLER_TARGET, mcs_table)
    return int(mcs_for(tables, prbs, sinr_db - margin_db))
