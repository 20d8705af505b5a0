"""Measurements and what follows from them: event A3, radio link failure, release of inactive terminals.

A3 (TS 38.331 clause 5.5.4.4): entering Mn + Ofn + Ocn - Hys > Ms + Ofs + Ocs + Off, leaving Mn + Ofn + Ocn + Hys < Ms + ...; Ocn is
the relation's cellIndividualOffset, Off the a3Offset; a slice's steering offset stands on both sides. Layer 3 filtering as in
clause 5.5.3.2. Radio link failure: wideband SINR under Qout for the failure time (T310 and N310 together).
"""

from __future__ import annotations

from twins.system.compiled import compiled
from twins.system.kernel.connection import admits, fail_link, hand_over, is_open, leave
from twins.system.kernel.constants import Constants
from twins.system.kernel.draws import MEASUREMENT, gaussian
from twins.system.state import NEVER, State


@compiled
def measure(tti: int, constants: Constants, state: State) -> None:
    """Evaluate every connected terminal once per measurement period."""
    for u in range(state.ues.shape[0]):
        ue = state.ues[u]
        if not ue.connected:
            continue
        state.shares[ue.serving, ue.slice].connected_ttis += constants.measurement_period
        if release(tti, constants, state, u) or lose(tti, constants, state, u):
            continue
        filter_levels(tti, constants, state, u)
        if tti >= ue.free_at:
            target = a3_target(tti, state, u)
            if target >= 0:
                hand_over(tti, constants, state, u, target)


@compiled
def release(tti: int, constants: Constants, state: State, u: int) -> bool:
    """Let an inactive terminal go idle."""
    ue = state.ues[u]
    if ue.full_buffer or ue.buffered > 0 or tti - ue.data_at < constants.inactivity:
        return False
    leave(constants, state, u)
    return True


@compiled
def lose(tti: int, constants: Constants, state: State, u: int) -> bool:
    """Watch the link; True where it failed."""
    ue = state.ues[u]
    if ue.beta == 0.0 or ue.wide_db >= constants.out_of_sync_db:
        ue.lost_sync_at = NEVER
        return False
    if ue.lost_sync_at == NEVER:
        ue.lost_sync_at = tti
    if tti - ue.lost_sync_at < constants.failure_time:
        return False
    fail_link(tti, constants, state, u)
    return True


@compiled
def filter_levels(tti: int, constants: Constants, state: State, u: int) -> None:
    """Take one measurement of every radiating cell into the layer 3 filter."""
    cells = state.cells.shape[0]
    for n in range(cells):
        link = state.links[u, n]
        if state.cells[n].on:
            noise = gaussian(state.clock[2], MEASUREMENT, u * cells + n, tti)
            level = link.power_dbm + constants.measurement_sigma_db * noise
            link.rsrp += constants.filter_weight * (level - link.rsrp)


@compiled
def a3_target(tti: int, state: State, u: int) -> int:
    """Return the best neighbour whose entering condition held for the time to trigger, or -1."""
    ue = state.ues[u]
    c, s = ue.serving, ue.slice
    cell = state.cells[c]
    own = state.links[u, c].rsrp + max(state.shares[c, s].steering_db, -100.0) + cell.a3_offset
    best, best_level = -1, -1e9
    for n in range(state.cells.shape[0]):
        if n == c or not state.relations[c, n].allowed or not is_open(state, n, s):
            state.links[u, n].entered = NEVER
            continue
        link = state.links[u, n]
        level = link.rsrp + state.relations[c, n].offset_db + state.shares[n, s].steering_db
        if level - cell.hysteresis > own and link.entered == NEVER:
            link.entered = tti
        elif level + cell.hysteresis < own:
            link.entered = NEVER
        ripe = link.entered != NEVER and tti - link.entered >= cell.time_to_trigger
        if ripe and level > best_level and admits(state, n, s):
            best, best_level = n, level
    return best
