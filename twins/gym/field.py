"""The radio field of a layout: received power and SINR at any place, by path loss alone, without fading.

Near the ground TR 38.901 UMa without line of sight, above 22.5 m TR 36.777 UMa-AV with it (table B-2).
"""

from __future__ import annotations

import math

from policies.gym.place import Position
from twins.gym.layout import Layout
from twins.radio.propagation import SCENARIO_CODES, link_path_loss_db

CARRIER_GHZ = 2.12  # downlink of EARFCN 100
AERIAL_M = 22.5  # TR 36.777 table B-1
NOISE_DBM = -174.0 + 10.0 * math.log10(180e3) + 9.0  # of one resource block, noise figure 9 dB


def path_loss_db(transmitter: Position, at: Position) -> float:
    """Loss in dB between a site and a place, at least 10 m apart."""
    distance, height = max(transmitter.distance_m(at), 10.0), min(transmitter.z_m, at.z_m)
    if height > AERIAL_M:
        return 28.0 + 22.0 * math.log10(distance) + 20.0 * math.log10(CARRIER_GHZ)
    across = math.hypot(transmitter.x_m - at.x_m, transmitter.y_m - at.y_m)
    higher = max(transmitter.z_m, at.z_m)
    return float(link_path_loss_db(SCENARIO_CODES["UMa"], across, higher, height, CARRIER_GHZ, False))


def rsrp_dbm(layout: Layout, at: Position) -> dict[str, float]:
    """Reference signal received power of each cell at `at`, dBm per resource element."""
    elements = 10.0 * math.log10(12 * layout.downlink_rbs)
    return {name: cell.power_dbm - elements - path_loss_db(cell.position, at) for name, cell in layout.cells.items()}


def best_cell(layout: Layout, at: Position) -> str:
    """The cell that is received best at `at` and not barred; of all where every one is barred."""
    levels = rsrp_dbm(layout, at)
    usable = [name for name in levels if not layout.cells[name].barred] or list(levels)
    return max(usable, key=lambda name: levels[name])


def interference_dbm(layout: Layout, at: Position, serving: str, loads: dict[str, float]) -> float:
    """Interference and noise per resource block at `at`, dBm: other cells by their `loads` 0..1, the interferer, noise."""
    blocks = 10.0 * math.log10(layout.downlink_rbs)
    total = 10.0 ** (NOISE_DBM / 10.0)
    for name, cell in layout.cells.items():
        if name != serving:
            level = cell.power_dbm - blocks - path_loss_db(cell.position, at)
            total += loads.get(name, 1.0) * 10.0 ** (level / 10.0)
    if layout.interferer_dbm is not None:
        total += 10.0 ** ((layout.interferer_dbm - blocks - path_loss_db(layout.interferer, at)) / 10.0)
    return 10.0 * math.log10(total)


def sinr_db(layout: Layout, at: Position, serving: str, loads: dict[str, float]) -> float:
    """Signal over interference and noise of one resource block of `serving` at `at`, dB."""
    blocks = 10.0 * math.log10(layout.downlink_rbs)
    cell = layout.cells[serving]
    signal = cell.power_dbm - blocks - path_loss_db(cell.position, at)
    return signal - interference_dbm(layout, at, serving, loads)
