"""SINR of each connected terminal in each subband, once per radio period.

signal = serving power x own fade; interference = noise + external + sum over the carrier's other cells of power x activity, the
strongest four with their own fades. The scheduler and link adaptation see the SINR of the period before (CQI delay); the
transmission meets the present one. EESM needs exp(-SINR / beta): it is kept per subband, so that any allocation's effective SINR is
one logarithm away. beta is that of the MCS that the wideband SINR suggests.
"""

from __future__ import annotations

import math

from twins.radio.abstraction import SINR_CEILING, SINR_FLOOR
from twins.radio.link_adaptation import cqi_of, mcs_for
from twins.system.compiled import compiled
from twins.system.kernel.constants import Constants
from twins.system.state import Records

_DB = 10.0 / math.log(10.0)


@compiled
def decibel(value: float) -> float:
    """Return 10 log10 of a positive number."""
    return _DB * math.log(value)


@compiled
def effective_db(mean_decay: float, beta: float) -> float:
    """Return EESM's effective SINR in dB (-30..30) from the mean of exp(-SINR / beta)."""
    if mean_decay <= 0.0:
        return 30.0
    return decibel(min(max(-beta * math.log(mean_decay), SINR_FLOOR), SINR_CEILING))


@compiled
def fade(constants: Constants, link: Records, doppler: float, tti: int, s: int) -> float:
    """Return the power fade of a link in a subband."""
    samples = constants.traces.shape[1]
    return float(constants.traces[link.trace, int(link.offset + doppler * tti) % samples, s])


@compiled
def interference_floor(ues: Records, links: Records, cells: Records, dominant: Records, u: int, c: int) -> float:
    """Return noise plus external plus what the cells outside the dominant ones send, mW per PRB."""
    total = cells[c].noise + ues[u].external
    for n in range(cells.shape[0]):
        if n != c and cells[n].on and cells[n].carrier == cells[c].carrier:
            total += links[u, n].power * cells[n].activity
    for k in range(dominant.shape[1]):
        n = dominant[u, k]
        if n >= 0 and n != c and cells[n].on:
            total -= links[u, n].power * cells[n].activity
    return max(total, cells[c].noise)


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
    """Renew the SINR, the reported CQI and what link adaptation expects, of every connected terminal."""
    for u in range(ues.shape[0]):
        ue = ues[u]
        if not ue.connected:
            continue
        c = ue.serving
        floor = interference_floor(ues, links, cells, dominant, u, c)
        total_db = 0.0
        subbands = bands.shape[1]
        beta = ue.beta
        own = links[u, c]
        fresh = beta == 0.0
        if fresh:
            beta = constants.link.beta[constants.link.lowest]
        decay_sum = 0.0
        power = own.power if cells[c].on else 0.0
        for s in range(subbands):
            level = floor
            for k in range(dominant.shape[1]):
                n = dominant[u, k]
                if n >= 0 and n != c and cells[n].on:
                    level += links[u, n].power * cells[n].activity * fade(constants, links[u, n], ue.doppler, tti, s)
            sinr = power * fade(constants, own, ue.doppler, tti, s) / level
            sinr = min(max(sinr, 1e-4), 1e4)
            band = bands[u, s]
            band.reported_decay = band.decay
            band.decay = math.exp(-sinr / beta)
            decay_sum += band.decay
            total_db += math.log(sinr)
            if fresh:
                band.reported_decay = band.decay
            band.metric = math.log2(1.0 + (-beta * math.log(max(band.reported_decay, 1e-300))))
        ue.wide_db = effective_db(decay_sum / subbands, beta)
        report(constants, ues, cqis, u, _DB * total_db / subbands, cells[c].prbs)


@compiled
def report(constants: Constants, ues: Records, cqis: Records, u: int, mean_db: float, prbs: int) -> None:
    """Count the wideband CQI and derive the beta of the next period and the expected bits per PRB."""
    ue = ues[u]
    cqis[ue.serving, ue.slice, cqi_of(constants.cqi_thresholds, ue.wide_db)] += 1.0
    ue.beta = constants.link.beta[mcs_for(constants.link, prbs // 4, mean_db - 1.0)]
    likely = mcs_for(constants.link, prbs // 4, ue.wide_db + ue.olla_db)
    ue.bits_per_prb = constants.slots * constants.link.bits[likely, prbs // 4] / (prbs // 4)
