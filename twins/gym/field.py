"""The radio field of a layout: received power and SINR at any position, from path loss and antennas, without fading.

Path loss is TR 38.901 UMa NLOS near the ground and TR 36.777 UMa-AV LOS (table B-2) above 22.5 m.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from policies.gym.place import Position
from twins.compiled import compiled
from twins.gym.layout import CellLayout, Layout
from twins.radio.antenna import element_gain_dbi
from twins.radio.propagation import SCENARIO_CODES, link_path_loss_db

Floats = NDArray[np.float64]
CARRIER_GHZ = 2.12  # downlink of EARFCN 100
AERIAL_M = 22.5  # TR 36.777 table B-1
NOISE_FIGURE_DB = 9.0
THERMAL_DBM = -174.0 + 10.0 * math.log10(180e3)  # of one resource block
_UMA = SCENARIO_CODES["UMa"]
_MIN_DISTANCE_M = 10.0


@compiled
def gain_db(site: Floats, beam: Floats, at: Floats) -> float:
    """Return the gain in dB (negative) from a site (x, y, z) with a beam (azimuth, tilt in degrees; NaN: omni) to a position."""
    dx, dy, dz = at[0] - site[0], at[1] - site[1], at[2] - site[2]
    across = math.sqrt(dx * dx + dy * dy)
    distance = max(math.sqrt(across * across + dz * dz), _MIN_DISTANCE_M)
    height = min(site[2], at[2])
    if height > AERIAL_M:
        gain = -(28.0 + 22.0 * math.log10(distance) + 20.0 * math.log10(CARRIER_GHZ))
    else:
        gain = -link_path_loss_db(_UMA, across, max(site[2], at[2]), height, CARRIER_GHZ, False)
    if not math.isnan(beam[0]):
        elevation, azimuth = math.degrees(math.atan2(dz, across)), math.degrees(math.atan2(dy, dx))
        gain += element_gain_dbi(elevation + beam[1], azimuth - beam[0])
    return gain


@compiled
def gains_db(sites: Floats, beams: Floats, places: Floats) -> Floats:
    """Return the gain in dB of each position (rows of [n, 3]) from each site ([m, 3], beams [m, 2]): [n, m]."""
    gains = np.empty((places.shape[0], sites.shape[0]))
    for row in range(places.shape[0]):
        for column in range(sites.shape[0]):
            gains[row, column] = gain_db(sites[column], beams[column], places[row])
    return gains


def triple(position: Position) -> Floats:
    """Return the position as an array [x, y, z], m."""
    return np.array([position.x_m, position.y_m, position.z_m])


def beam_row(cell: CellLayout) -> Floats:
    """Return the cell's beam as an array [azimuth, tilt] in degrees, NaN without a beam."""
    return np.array([math.nan, math.nan] if cell.beam is None else [cell.beam.azimuth_deg, cell.beam.tilt_deg])


def path_gain_db(cell: CellLayout, at: Position) -> float:
    """Return the gain in dB from the cell's transmitter to `at`, including the antenna."""
    return float(gain_db(triple(cell.position), beam_row(cell), triple(at)))


def rsrp_dbm(layout: Layout, at: Position) -> dict[str, float]:
    """Return the RSRP of each cell at `at`, dBm per resource element."""
    elements = 10.0 * math.log10(12 * layout.downlink_rbs)
    return {name: cell.power_dbm - elements + path_gain_db(cell, at) for name, cell in layout.cells.items()}


def best_cell(layout: Layout, at: Position) -> str:
    """Return the cell with the highest RSRP at `at` among those not barred, or among all if every cell is barred."""
    levels = rsrp_dbm(layout, at)
    usable = [name for name in levels if not layout.cells[name].barred] or list(levels)
    return max(usable, key=lambda name: levels[name])


def interferer_gain_db(layout: Layout, at: Position) -> float:
    """Return the gain in dB from the omnidirectional interferer to `at`."""
    return float(gain_db(triple(layout.interferer), np.array([math.nan, math.nan]), triple(at)))


def interference_dbm(
    layout: Layout, at: Position, serving: str, loads: Mapping[str, float], noise_figure_db: float = NOISE_FIGURE_DB
) -> float:
    """Return interference plus noise per resource block at `at`, dBm: other cells weighted by `loads` 0..1, interferer, noise."""
    blocks = 10.0 * math.log10(layout.downlink_rbs)
    total = 10.0 ** ((THERMAL_DBM + noise_figure_db) / 10.0)
    for name, cell in layout.cells.items():
        if name != serving:
            total += loads.get(name, 1.0) * 10.0 ** ((cell.power_dbm - blocks + path_gain_db(cell, at)) / 10.0)
    if layout.interferer_dbm is not None:
        total += 10.0 ** ((layout.interferer_dbm - blocks + interferer_gain_db(layout, at)) / 10.0)
    return 10.0 * math.log10(total)


def sinr_db(
    layout: Layout, at: Position, serving: str, loads: Mapping[str, float], noise_figure_db: float = NOISE_FIGURE_DB
) -> float:
    """Return the SINR of a resource block of `serving` at `at`, dB."""
    blocks = 10.0 * math.log10(layout.downlink_rbs)
    cell = layout.cells[serving]
    signal = cell.power_dbm - blocks + path_gain_db(cell, at)
    return signal - interference_dbm(layout, at, serving, loads, noise_figure_db)
