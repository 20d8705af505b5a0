"""Connection management: cell selection, admission, set-up, handover, release."""

from __future__ import annotations

from twins.compiled import compiled
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.meters import close_throughput
from twins.system.physics.kernel.queue import give_back
from twins.system.physics.state import NEVER, Records, State

EXCLUDED_DB = -500.0  # a steering offset below this forbids the cell to the slice


@compiled
def is_open(cells: Records, shares: Records, c: int, s: int) -> bool:
    """Whether a cell may be selected by terminals of a slice."""
    cell = cells[c]
    return bool(cell.on and not cell.barred and shares[c, s].steering_db > EXCLUDED_DB)


@compiled
def admits(cells: Records, shares: Records, c: int, s: int) -> bool:
    """Whether admission control accepts one more connection of the slice."""
    share = shares[c, s]
    return bool(cells[c].usage <= share.admit_usage and share.connected < share.admit_ues)


@compiled
def best_cell(constants: Constants, state: State, u: int) -> int:
    """Return the strongest open cell, steering offset included, or -1 without coverage."""
    best, best_dbm = -1, -1e9
    s = state.ues[u].slice
    for c in range(state.cells.shape[0]):
        if not is_open(state.cells, state.shares, c, s) or state.links[u, c].power_dbm < constants.min_dbm:
            continue
        level = state.links[u, c].power_dbm + state.shares[c, s].steering_db
        if level > best_dbm:
            best, best_dbm = c, level
    return best


@compiled
def set_up(tti: int, constants: Constants, state: State, u: int) -> None:
    """Request a connection in the best cell; after a rejection the terminal waits (T302)."""
    ue = state.ues[u]
    if tti < ue.barred_until:
        return
    c = best_cell(constants, state, u)
    if c < 0:
        ue.barred_until = tti + constants.barring
        return
    share = state.shares[c, ue.slice]
    share.attempts += 1.0
    if not admits(state.cells, state.shares, c, ue.slice):
        share.rejections += 1.0
        ue.barred_until = tti + constants.barring
        return
    join(tti, state, u, c)
    ue.free_at = tti + constants.setup
    ue.data_at = tti
    ue.previous = -1


@compiled
def join(tti: int, state: State, u: int, c: int) -> None:
    """Connect a terminal to a cell and reset its measurements and link adaptation."""
    ue = state.ues[u]
    ue.serving, ue.connected = c, 1
    state.members[c, state.cells[c].members] = u
    state.places[u] = state.cells[c].members
    state.cells[c].members += 1
    state.shares[c, ue.slice].connected += 1
    ue.beta, ue.olla_db, ue.lost_sync_at, ue.changed_at = 0.0, 0.0, NEVER, tti
    ue.bits_per_prb, ue.average = 0.0, max(ue.average, 1.0)
    for n in range(state.cells.shape[0]):
        state.links[u, n].entered = NEVER
        state.links[u, n].rsrp = state.links[u, n].power_dbm
    rank_interferers(state, u)


@compiled
def rank_interferers(state: State, u: int) -> None:
    """List the strongest other cells on the serving cell's carrier."""
    c = state.ues[u].serving
    for k in range(state.dominant.shape[1]):
        best = -1
        for n in range(state.cells.shape[0]):
            listed = n == c or state.cells[n].carrier != state.cells[c].carrier
            for j in range(k):
                listed = listed or state.dominant[u, j] == n
            if not listed and (best < 0 or state.links[u, n].gain_db > state.links[u, best].gain_db):
                best = n
        state.dominant[u, k] = best


@compiled
def leave(constants: Constants, state: State, u: int) -> None:
    """Disconnect a terminal from its cell; it keeps its queue."""
    ue = state.ues[u]
    c = ue.serving
    give_back(state.ues, state.packets, state.processes, u)
    close_throughput(state.clock, state.ues, state.shares, state.samples, u, constants.tti_ms)
    last = state.members[c, state.cells[c].members - 1]
    state.members[c, state.places[u]] = last
    state.places[last] = state.places[u]
    state.cells[c].members -= 1
    state.shares[c, ue.slice].connected -= 1
    ue.connected = 0


@compiled
def hand_over(tti: int, constants: Constants, state: State, u: int, target: int) -> None:
    """Move a connected terminal to `target`; data waits during the interruption (TS 38.133 clause 6.1.1)."""
    ue = state.ues[u]
    source, since = ue.serving, ue.changed_at
    state.cells[source].handovers += 1.0
    state.relations[source, target].handovers += 1.0
    if ue.previous == target and tti - since < constants.ping_pong_time:
        state.cells[source].ping_pongs += 1.0
    leave(constants, state, u)
    join(tti, state, u, target)
    ue.previous = source
    ue.free_at = tti + constants.interruption


@compiled
def discard(state: State, u: int) -> None:
    """Drop the queued data of a terminal that lost its connection, and count it as lost in its last cell."""
    ue = state.ues[u]
    ring = state.packets.shape[1]
    for sequence in range(ue.head, ue.tail):
        packet = state.packets[u, sequence % ring]
        if packet.unacked > 0:
            share = state.shares[ue.serving, ue.slice]
            share.lost_sdus += packet.unacked / 12_000.0 if packet.bits > 12_000 else 1.0
    ue.head, ue.send, ue.backlog, ue.buffered = ue.tail, ue.tail, 0, 0


@compiled
def fail_link(tti: int, constants: Constants, state: State, u: int) -> None:
    """Declare a radio link failure and re-establish in the best open cell, or drop the connection."""
    ue = state.ues[u]
    state.cells[ue.serving].link_failures += 1.0
    leave(constants, state, u)
    c = best_cell(constants, state, u)
    if c < 0 or not admits(state.cells, state.shares, c, ue.slice):
        discard(state, u)
        ue.barred_until = tti + constants.barring
        return
    join(tti, state, u, c)
    ue.previous = -1
    ue.free_at = tti + 5 * constants.interruption


@compiled
def evacuate(tti: int, constants: Constants, state: State, c: int) -> None:
    """Hand over every terminal of a cell about to be switched off to its strongest other cell, regardless of relations."""
    state.cells[c].barred = 1
    while state.cells[c].members > 0:
        u = state.members[c, 0]
        target = best_cell(constants, state, u)
        if target >= 0 and admits(state.cells, state.shares, target, state.ues[u].slice):
            hand_over(tti, constants, state, u, target)
        else:
            leave(constants, state, u)
            discard(state, u)
            state.ues[u].barred_until = tti + constants.barring
