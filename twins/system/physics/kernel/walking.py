"""Positions and packet rates of terminals, updated every control period: waypoints, event attendance, bursts."""

from __future__ import annotations

import math

from twins.compiled import compiled
from twins.system.physics.kernel.connection import leave, rank_interferers
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.draws import SWITCH, WALK, exponential, uniform
from twins.system.physics.state import Records, State


@compiled
def walk(constants: Constants, state: State, seconds: float, jump: bool) -> None:
    """Move every terminal by `seconds`; with `jump`, travel to and from an event takes no time."""
    tti, seed = state.clock[0], state.clock[2]
    for u in range(state.ues.shape[0]):
        path = state.walks[u]
        away = 1 if path.arrives <= tti < path.leaves else 0
        if away != path.away:
            path.away = away
            choose_target(state.walks, u, seed)
            if jump:
                relocate(constants, state, u)
        step_towards(state.ues, state.walks, u, seed, seconds)


@compiled
def choose_target(walks: Records, u: int, seed: int) -> None:
    """Draw the next waypoint, uniformly over the terminal's current circle (home or venue)."""
    path = walks[u]
    path.legs += 1
    x, y, r = path.home_x, path.home_y, path.home_r
    if path.away:
        x, y, r = path.venue_x, path.venue_y, path.venue_r
    distance = r * math.sqrt(uniform(seed, WALK, u, 2 * path.legs))
    angle = 2.0 * math.pi * uniform(seed, WALK, u, 2 * path.legs + 1)
    path.target_x, path.target_y = x + distance * math.cos(angle), y + distance * math.sin(angle)


@compiled
def relocate(constants: Constants, state: State, u: int) -> None:
    """Place a terminal at its target, disconnected and with an empty queue."""
    ue = state.ues[u]
    ue.x, ue.y = state.walks[u].target_x, state.walks[u].target_y
    if ue.connected:
        leave(constants, state, u)
        ue.head, ue.send, ue.backlog, ue.buffered = ue.tail, ue.tail, 0, 0


@compiled
def step_towards(ues: Records, walks: Records, u: int, seed: int, seconds: float) -> None:
    """Walk towards the target; draw the next one on arrival."""
    ue, path = ues[u], walks[u]
    if path.speed <= 0.0:
        return
    dx, dy = path.target_x - ue.x, path.target_y - ue.y
    distance, reach = math.sqrt(dx * dx + dy * dy), path.speed * seconds
    if distance <= reach:
        ue.x, ue.y = path.target_x, path.target_y
        choose_target(walks, u, seed)
    else:
        ue.x += dx / distance * reach
        ue.y += dy / distance * reach


@compiled
def set_rates(state: State) -> None:
    """Set every terminal's packet rate: base rate x factor; zero while off, or for `only_at_event` terminals while not there."""
    tti, seed = state.clock[0], state.clock[2]
    for u in range(state.ues.shape[0]):
        path = state.walks[u]
        if path.mean_on > 0.0:
            while tti >= path.switch_at:
                path.on = 1 - path.on
                path.switches += 1
                mean = path.mean_on if path.on else path.mean_off
                path.switch_at += mean * exponential(seed, SWITCH, u, path.switches)
        present = path.away or not path.only_at_event
        state.ues[u].rate = path.base_rate * path.factor if path.on and present else 0.0


@compiled
def moved(state: State, min_distance_m: float, out: Records) -> int:
    """List in `out` the terminals that moved `min_distance_m` since their gains were computed; returns their number."""
    count = 0
    for u in range(state.ues.shape[0]):
        ue, path = state.ues[u], state.walks[u]
        dx, dy = ue.x - path.measured_x, ue.y - path.measured_y
        if dx * dx + dy * dy >= min_distance_m * min_distance_m:
            out[count] = u
            path.measured_x, path.measured_y = ue.x, ue.y
            count += 1
    return count


@compiled
def store_gains(state: State, who: Records, gains: Records, prb_dbm: Records) -> None:
    """Store the gains float64[N, C] in dB of the terminals `who`; `prb_dbm` float64[C] is the transmit power per PRB."""
    for i in range(who.shape[0]):
        for c in range(gains.shape[1]):
            link = state.links[who[i], c]
            link.gain_db = gains[i, c]
            link.power_dbm = prb_dbm[c] + gains[i, c]
            link.power = 10.0 ** (0.1 * link.power_dbm)
        if state.ues[who[i]].connected:
            rank_interferers(state, who[i])
