"""A layout as arrays: what the physics and the networks of the Experiment Model compute with."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.slices import Slice
from twins.gym.layout import CellLayout, Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SLICES = tuple(Slice)
RBG_SIZE = {25: 2, 50: 3}  # TS 36.213 table 7.1.6.1-1


class LayoutArrays(NamedTuple):
    """m cells, n users, k flows, in the order of the layout.

    `sites` [m, 3] m, `beams` [m, 2] degrees, NaN without; `power_dbm`, `offset_db` [m]; `barred` bool [m]; `shares` [m, 3];
    `places` [n, 3] m; `speeds` [n] m/s; `noise_db` [n]; `ordered` [n], a cell or -1; `user`, `slice_of` [k]; `mbps`, `bytes_`,
    `bursty`, `host_ms` [k]; `host` [k], an index of the layout's hosts; `interferer` [3], its power, -inf when silent; `blocks`.
    """

    sites: Floats
    beams: Floats
    power_dbm: Floats
    offset_db: Floats
    barred: NDArray[np.bool_]
    shares: Floats
    places: Floats
    speeds: Floats
    noise_db: Floats
    ordered: Ints
    user: Ints
    slice_of: Ints
    mbps: Floats
    bytes_: Floats
    bursty: Floats
    host_ms: Floats
    host: Ints
    interferer: Floats
    interferer_dbm: float
    blocks: int


def layout_arrays(layout: Layout) -> LayoutArrays:
    """Return the arrays of `layout`."""
    users, flows = list(layout.users.values()), list(layout.flows.values())
    cell_index = {name: index for index, name in enumerate(layout.cells)}
    user_index = {name: index for index, name in enumerate(layout.users)}
    host_index = {name: index for index, name in enumerate(layout.hosts)}
    jammer = layout.interferer
    return LayoutArrays(
        *_cell_arrays(layout.cells),
        places=np.array([(one.position.x_m, one.position.y_m, one.position.z_m) for one in users]),
        speeds=np.array([math.hypot(*one.velocity_mps) for one in users]),
        noise_db=np.array([one.noise_figure_db for one in users]),
        ordered=np.array([-1 if one.ordered_cell is None else cell_index[one.ordered_cell] for one in users]),
        user=np.array([user_index[one.user] for one in flows]),
        slice_of=np.array([SLICES.index(one.slice) for one in flows]),
        mbps=np.array([one.mbps for one in flows]),
        bytes_=np.array([float(one.packet_bytes) for one in flows]),
        bursty=np.array([float(one.bursty) for one in flows]),
        host_ms=np.array([layout.hosts[one.host] for one in flows]),
        host=np.array([host_index[one.host] for one in flows]),
        interferer=np.array([jammer.x_m, jammer.y_m, jammer.z_m]),
        interferer_dbm=-math.inf if layout.interferer_dbm is None else layout.interferer_dbm,
        blocks=layout.downlink_rbs,
    )


def _cell_arrays(cells: dict[str, CellLayout]) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.bool_], Floats]:
    """The first six fields."""
    every, nowhere = list(cells.values()), (math.nan, math.nan)
    return (
        np.array([(one.position.x_m, one.position.y_m, one.position.z_m) for one in every]),
        np.array([nowhere if one.beam is None else (one.beam.azimuth_deg, one.beam.tilt_deg) for one in every]),
        np.array([one.power_dbm for one in every]),
        np.array([one.a3_offset_db for one in every]),
        np.array([one.barred for one in every]),
        np.array([[one.shares[slice_] for slice_ in SLICES] for one in every]),
    )


def group_slices(arrays: LayoutArrays) -> Ints:
    """Which slice each resource block group of each cell belongs to, [m, groups]; -1 to none: ranges in the order of slices."""
    groups = arrays.blocks // RBG_SIZE[arrays.blocks]
    edges = np.concatenate([np.zeros((len(arrays.shares), 1)), np.cumsum(arrays.shares, axis=1)], axis=1)
    bounds = np.floor(edges * groups + 1e-9).astype(np.int64)
    found = np.full((len(arrays.shares), groups), -1, dtype=np.int64)
    for cell, row in enumerate(bounds.tolist()):
        for place in range(len(SLICES)):
            found[cell, row[place] : row[place + 1]] = place
    return found
