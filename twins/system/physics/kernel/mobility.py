"""Measurements and their consequences: event A3, radio link failure, release of inactive terminals.

A3 (TS 38.331 clause 5.5.4.4): entering Mn + Ofn + Ocn - Hys > Ms + Ofs + Ocs + Off, leaving Mn + Ofn + Ocn + Hys < Ms + ...;
Ocn is the relation's cellIndividualOffset, Off the a3Offset; a slice's steering offset is added on both sides. Layer 3 filtering
as in clause 5.5.3.2. Radio link failure: wideband SINR below Qout for the failure time (T310 and N310 together).
"""

from __future__ import annotations

from twins.compiled import compiled
from twins.system.physics.kernel.connection import admits, fail_link, hand_over, is_open, leave
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.draws import MEASUREMENT, gaussian
from twins.system.physics.state import NEVER, Records, State


@compiled
def measure(tti: int, constants: Constants, state: State) -> None:
    """Evaluate every connected terminal; called once per measurement period."""
    ues, links, cells, shares, relations = state.ues, state.links, state.cells, state.shares, state.relations
    seed = state.clock[2]
    for u in range(ues.shape[0]):
        ue = ues[u]
        if not ue.connected:
            continue
        shares[ue.serving, ue.slice].connected_ttis += constants.measurement_period
        if is_inactive(tti, constants, ues, u):
            leave(constants, state, u)
            continue
        if is_lost(tti, constants, ues, u):
            fail_link(tti, constants, state, u)
            continue
        filter_levels(tti, constants, links, cells, seed, u)
        if tti >= ue.free_at:
            target = a3_target(tti, ues, links, cells, shares, relations, u)
            if target >= 0:
                hand_over(tti, constants, state, u, target)


@compiled
def is_inactive(tti: int, constants: Constants, ues: Records, u: int) -> bool:
    """Whether a terminal had no data for the inactivity time and is to be released."""
    ue = ues[u]
    return not ue.full_buffer and ue.buffered == 0 and tti - ue.data_at >= constants.inactivity


@compiled
def is_lost(tti: int, constants: Constants, ues: Records, u: int) -> bool:
    """Monitor a link; True once it has been out of sync for the failure time."""
    ue = ues[u]
    if ue.beta == 0.0 or ue.wide_db >= constants.out_of_sync_db:
        ue.lost_sync_at = NEVER
        return False
    if ue.lost_sync_at == NEVER:
        ue.lost_sync_at = tti
    return bool(tti - ue.lost_sync_at >= constants.failure_time)


@compiled
def filter_levels(tti: int, constants: Constants, links: Records, cells: Records, seed: int, u: int) -> None:
    """Feed one measurement of every radiating cell into the layer 3 filter."""
    for n in range(cells.shape[0]):
        if cells[n].on:
            link = links[u, n]
            noise = gaussian(seed, MEASUREMENT, u * cells.shape[0] + n, tti)
            level = link.power_dbm + constants.measurement_sigma_db * noise
            link.rsrp += constants.filter_weight * (level - link.rsrp)


@compiled
def a3_target(tti: int, ues: Records, links: Records, cells: Records, shares: Records, relations: Records, u: int) -> int:
    """Return the best neighbour whose entering condition has held for the time to trigger, or -1."""
    c, s = ues[u].serving, ues[u].slice
    cell = cells[c]
    own = links[u, c].rsrp + max(shares[c, s].steering_db, -100.0) + cell.a3_offset
    best, best_level = -1, -1e9
    for n in range(cells.shape[0]):
        link = links[u, n]
        if n == c or not relations[c, n].allowed or not is_open(cells, shares, n, s):
            link.entered = NEVER
            continue
        level = link.rsrp + relations[c, n].offset_db + shares[n, s].steering_db
        if level - cell.hysteresis > own and link.entered == NEVER:
            link.entered = tti
        elif level + cell.hysteresis < own:
            link.entered = NEVER
        triggered = link.entered != NEVER and tti - link.entered >= cell.time_to_trigger
        if triggered and level > best_level and admits(cells, shares, n, s):
            best, best_level = n, level
    return best
