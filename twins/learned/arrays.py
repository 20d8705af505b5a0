"""A layout as arrays: what the physics and the networks of the Experiment Model compute with."""

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
_PLACE = {one: place for place, one in enumerate(SLICES)}
_OMNI = (math.nan, math.nan)


class LayoutArrays(NamedTuple):
    """m cells, n users, k flows, in the order of the layout.

    `sites` [m, 3] m, `beams` [m, 2] degrees, NaN without; `power_dbm`, `offset_db` [m]; `barred` bool [m]; `shares` [m, 3];
    `places` [n, 3] m; `speeds` [n] m/s; `noise_db` [n]; `ordered` [n], a cell or -1; `user`, `slice_of` [k]; `mbps`, `bytes_`,
    `bursty`, `host_ms` [k]; `host` [k], an index of the layout's hosts; `interferer` [1, 3], its power, -inf: silent; `blocks`.
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
    jammer, hosts = layout.interferer, layout.hosts
    by_user = [(_xyz(one.position), math.hypot(*one.velocity_mps), one.noise_figure_db) for one in users]
    by_flow = np.array([(one.mbps, one.packet_bytes, one.bursty, hosts[one.host]) for one in flows]).T.copy()
    which = np.array([(user_index[one.user], _PLACE[one.slice], host_index[one.host]) for one in flows]).T.copy()
    return LayoutArrays(
        sites=np.array([_xyz(one.position) for one in cells]),
        beams=np.array([_OMNI if one.beam is None else (one.beam.azimuth_deg, one.beam.tilt_deg) for one in cells]),
        power_dbm=np.array([one.power_dbm for one in cells]),
        offset_db=np.array([one.a3_offset_db for one in cells]),
        barred=np.array([one.barred for one in cells]),
        shares=np.array([[one.shares[slice_] for slice_ in SLICES] for one in cells]),
        places=np.array([place for place, _, _ in by_user]),
        speeds=np.array([speed for _, speed, _ in by_user]),
        noise_db=np.array([noise for _, _, noise in by_user]),
        ordered=np.array([-1 if one.ordered_cell is None else cell_index[one.ordered_cell] for one in users]),
        user=which[0],
        slice_of=which[1],
        host=which[2],
        mbps=by_flow[0],
        bytes_=by_flow[1],
        bursty=by_flow[2],
        host_ms=by_flow[3],
        interferer=np.array([_xyz(jammer)]),
        interferer_dbm=-math.inf if layout.interferer_dbm is None else layout.interferer_dbm,
        blocks=layout.downlink_rbs,
    )


def _xyz(place: Position) -> tuple[float, float, float]:
    return place.x_m, place.y_m, place.z_m


@compiled
def group_blocks(blocks: int) -> int:
    """Resource blocks of a group, for the bandwidths of a `Layout`: TS 36.213 table 7.1.6.1-1."""
    return 2 if blocks == 25 else 3


@compiled
def group_slices(arrays: LayoutArrays) -> Ints:
    """Which slice each resource block group of each cell belongs to, [m, groups]; -1 to none: ranges in the order of slices."""
    groups = arrays.blocks // group_blocks(arrays.blocks)
    found = np.full((len(arrays.shares), groups), -1, dtype=np.int64)
    for cell in range(len(found)):
        until, begin = 0.0, 0
        for place in range(arrays.shares.shape[1]):
            until += arrays.shares[cell, place]
            end = min(math.floor(until * groups + 1e-9), groups)
            found[cell, begin:end] = place
            begin = end
    return found
