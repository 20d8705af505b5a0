"""SINR of each connected terminal in each subband, updated once per radio period.

signal = serving power x its fading; interference = noise + external + sum over the carrier's other cells of power x activity, the
strongest four with their own fading. Scheduler and link adaptation use the SINR of the previous period (CQI delay), the
transmission the current one. EESM needs exp(-SINR / beta), which is stored per subband, so that the effective SINR of any
allocation takes one logarithm. beta is that of the MCS selected by the wideband SINR.
"""

from __future__ import annotations

import math

import numpy as np

from twins.compiled import compiled
from twins.radio.abstraction import SINR_CEILING, SINR_FLOOR
from twins.radio.link_adaptation import cqi_of, mcs_for
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.state import Records

_DB = 10.0 / math.log(10.0)
NEGLIGIBLE = 0.02  # of the interference floor: weaker interferers are modelled without fading


@compiled
def decibel(value: float) -> float:
    """Return 10 log10 of a positive number."""
    return _DB * math.log(value)


@compiled
def effective(mean_decay: float, beta: float) -> float:
    """Return EESM's effective SINR (1e-3..1e3) from the mean of exp(-SINR / beta)."""
    if mean_decay <= 0.0:
        return SINR_CEILING
    return min(max(-beta * math.log(mean_decay), SINR_FLOOR), SINR_CEILING)


@compiled
def effective_db(mean_decay: float, beta: float) -> float:
    """Return the same in dB (-30..30)."""
    return decibel(effective(mean_decay, beta))


@compiled
def interference_floor(ues: Records, links: Records, cells: Records, dominant: Records, u: int, c: int) -> float:
    """Return noise, external interference and the interference of all non-dominant cells, mW per PRB."""
    total = cells[c].noise + ues[u].external
    for n in range(cells.shape[0]):
        if n != c and cells[n].on and cells[n].carrier == cells[c].carrier:
            total += links[u, n].power * cells[n].activity
    for k in range(dominant.shape[1]):
        n = dominant[u, k]
        if n >= 0 and n != c and cells[n].on:
            total -= links[u, n].power * cells[n].activity
    return float(max(total, cells[c].noise))


@compiled
def refresh(
    tti: int,
    constants: Constants,
    ues: Records,
    links: Records,
    bands: Records,
    dominant: Records,
    cells: Records,
    cqis: Records,
) -> None:
    """Update SINR, reported CQI and expected bits per PRB of every connected terminal."""
    # Arrays are extracted from the tuples once: each extraction counts references, which costs more than the loop's own work.
    traces, link_tables, thresholds = constants.traces, constants.link, constants.cqi_thresholds
    betas = link_tables.beta
    samples, subbands = traces.shape[1], bands.shape[1]
    level = np.empty(subbands)
    for u in range(ues.shape[0]):
        ue = ues[u]
        if not ue.connected:
            continue
        c = ue.serving
        floor = interference_floor(ues, links, cells, dominant, u, c)
        level[:] = floor
        elapsed = ue.doppler * tti
        for k in range(dominant.shape[1]):
            n = dominant[u, k]
            if n >= 0 and n != c and cells[n].on:
                link = links[u, n]
                power = link.power * cells[n].activity
                if power > NEGLIGIBLE * floor:
                    sample = int(link.offset + elapsed) % samples
                    for s in range(subbands):
                        level[s] += power * traces[link.trace, sample, s]
                else:
                    level += power
        own = links[u, c]
        power = own.power if cells[c].on else 0.0
        sample = int(own.offset + elapsed) % samples
        product = 1.0
        for s in range(subbands):
            level[s] = min(max(power * traces[own.trace, sample, s] / level[s], 1e-4), 1e4)
            product *= level[s]
        prbs = cells[c].prbs // 4
        wideband_mcs = mcs_for(link_tables, prbs, decibel(max(product, 1e-300)) / subbands - 1.0)
        ue.reported_beta, ue.beta = ue.beta, betas[wideband_mcs]
        ue.wide_db = effective_db(renew_bands(bands, u, level, ue.beta, ue.reported_beta == 0.0), ue.beta)
        if ue.reported_beta == 0.0:
            ue.reported_beta = ue.beta
        cqis[c, ue.slice, cqi_of(thresholds, ue.wide_db)] += 1.0
        expected_mcs = mcs_for(link_tables, prbs, ue.wide_db + ue.olla_db)
        ue.bits_per_prb = constants.slots * link_tables.bits[expected_mcs, prbs] / prbs


@compiled
def renew_bands(bands: Records, u: int, sinr: Records, beta: float, fresh: bool) -> float:
    """Store the SINR per subband; the previous values become the reported ones. Returns the mean of exp(-SINR / beta)."""
    total = 0.0
    for s in range(sinr.shape[0]):
        band = bands[u, s]
        decay, rate = math.exp(-sinr[s] / beta), math.log2(1.0 + sinr[s])
        band.reported_decay = decay if fresh else band.decay
        band.reported_rate = rate if fresh else band.rate
        band.decay, band.rate = decay, rate
        total += decay
    return float(total / sinr.shape[0])
