"""Radio conditions at a position, for the configuration in force and the cell loads of the last measurement."""

from __future__ import annotations

import math
from collections.abc import Mapping

from policies.gym.place import Position
from twins.gym.field import NOISE_FIGURE_DB, THERMAL_DBM, best_cell, interference_dbm, sinr_db
from twins.gym.world import World

RB_HZ = 180e3
ATTENUATION, MIN_SINR_DB, MAX_BPS_PER_HZ = 0.6, -10.0, 4.4  # TR 36.942 annex A.1, downlink


def loads(world: World) -> Mapping[str, float]:
    """Share of resource blocks in use by gNB, 0..1, from the last measurement."""
    return world.measured.window.prb_load


def noise_dbm(noise_figure_db: float = NOISE_FIGURE_DB) -> float:
    """Noise power in one resource block, dBm."""
    return THERMAL_DBM + noise_figure_db


def noise_rise_db(world: World, at: Position, serving: str, noise_figure_db: float = NOISE_FIGURE_DB) -> float:
    """Ratio of interference plus noise to noise alone at `at`, dB."""
    return interference_dbm(world.in_force, at, serving, loads(world), noise_figure_db) - noise_dbm(noise_figure_db)


def serving_or_best(world: World, uav: str) -> str:
    """The gNB that served `uav` in the last measurement; if none did, the best one at its position."""
    cell = world.measured.window.users[uav].cell
    return cell if cell is not None else best_cell(world.in_force, world.mission.fleet[uav].position)


def uav_sinr_db(world: World, uav: str, gnb: str) -> float:
    """SINR that `uav` would have from `gnb` at its current position, dB."""
    layout = world.in_force
    user = layout.users[uav]
    return sinr_db(layout, user.position, gnb, loads(world), user.noise_figure_db)


def attainable_mbps(sinr: float, blocks: float) -> float:
    """Rate of `blocks` resource blocks at an SINR of `sinr` dB, Mbit/s: truncated Shannon bound, TR 36.942 annex A.1."""
    if sinr < MIN_SINR_DB:
        return 0.0
    efficiency = min(ATTENUATION * math.log2(1.0 + 10.0 ** (sinr / 10.0)), MAX_BPS_PER_HZ)
    return efficiency * blocks * RB_HZ / 1e6
