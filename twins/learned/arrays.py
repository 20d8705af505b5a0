"""A layout as arrays, the input of the Experiment Model's physics and networks."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.gym.place import Position
from policies.slices import Slice
from twins.compiled import compiled
from twins.gym.layout import Layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SLICES = tuple(Slice)
_INDEX = {slice_: index for index, slice_ in enumerate(SLICES)}
_OMNI = (math.nan, math.nan)


class LayoutArrays(NamedTuple):
    """m cells, n users, k flows, in the order of the layout.

    `sites` [m, 3] m, `beams` [m, 2] degrees, NaN for omni; `power_dbm`, `offset_db` [m]; `barred` bool [m]; `shares` [m, 3];
    `places` [n, 3] m; `speeds` [n] m/s; `noise_db` [n]; `ordered` [n], a cell or -1; `user`, `slice_of` [k]; `mbps`, `bytes_`,
    `bursty`, `host_ms` [k]; `host` [k], an index of the layout's hosts; `interferer` [1, 3] m and its power, -inf if off;
    `blocks`, the downlink resource blocks.
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
    cells, users, flows = layout.cells.values(), layout.users.values(), layout.flows.values()
    cell_index = {name: index for index, name in enumerate(layout.cells)}
    user_index = {name: index for index, name in enumerate(layout.users)}
    host_index = {name: index for index, name in enumerate(layout.hosts)}
    interferer, hosts = layout.interferer, layout.hosts
    by_user = [(_xyz(user.position), math.hypot(*user.velocity_mps), user.noise_figure_db) for user in users]
    by_flow = np.array([(flow.mbps, flow.packet_bytes, flow.bursty, hosts[flow.host]) for flow in flows]).T.copy()
    indices = np.array([(user_index[flow.user], _INDEX[flow.slice], host_index[flow.host]) for flow in flows]).T.copy()
    return LayoutArrays(
        sites=np.array([_xyz(cell.position) for cell in cells]),
        beams=np.array([_OMNI if cell.beam is None else (cell.beam.azimuth_deg, cell.beam.tilt_deg) for cell in cells]),
        power_dbm=np.array([cell.power_dbm for cell in cells]),
        offset_db=np.array([cell.a3_offset_db for cell in cells]),
        barred=np.array([cell.barred for cell in cells]),
        shares=np.array([[cell.shares[slice_] for slice_ in SLICES] for cell in cells]),
        places=np.array([place for place, _, _ in by_user]),
        speeds=np.array([speed for _, speed, _ in by_user]),
        noise_db=np.array([noise for _, _, noise in by_user]),
        ordered=np.array([-1 if user.ordered_cell is None else cell_index[user.ordered_cell] for user in users]),
        user=indices[0],
        slice_of=indices[1],
        host=indices[2],
        mbps=by_flow[0],
        bytes_=by_flow[1],
        bursty=by_flow[2],
        host_ms=by_flow[3],
        interferer=np.array([_xyz(interferer)]),
        interferer_dbm=-math.inf if layout.interferer_dbm is None else layout.interferer_dbm,
        blocks=layout.downlink_rbs,
    )


def _xyz(place: Position) -> tuple[float, float, float]:
    return place.x_m, place.y_m, place.z_m


@compiled
def group_blocks(blocks: int) -> int:
    """Return the resource blocks per group for the bandwidths of a `Layout`: TS 36.213 table 7.1.6.1-1."""
    return 2 if blocks == 25 else 3


@compiled
def group_slices(arrays: LayoutArrays) -> Ints:
    """Return the slice of each resource block group of each cell, [m, groups], -1: none; contiguous ranges in slice order."""
    groups = arrays.blocks // group_blocks(arrays.blocks)
    slices = np.full((len(arrays.shares), groups), -1, dtype=np.int64)
    for cell in range(len(slices)):
        cumulative, begin = 0.0, 0
        for slice_ in range(arrays.shares.shape[1]):
            cumulative += arrays.shares[cell, slice_]
            end = min(math.floor(cumulative * groups + 1e-9), groups)
            slices[cell, begin:end] = slice_
            begin = end
    return slices
