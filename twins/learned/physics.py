"""What theory says of a window: serving cells, SINR under the others' load, resource blocks that a flow needs and can get.

The Experiment Model's networks learn what ns-3 does beyond this. Loads of cells and SINR depend on one another: they are found by
a damped fixed point. Within a cell's slice, flows share resource blocks max-min fairly, which is what proportional fair comes to.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.gym.field import THERMAL_DBM, gains_db
from twins.learned.arrays import RBG_SIZE, Floats, Ints, LayoutArrays, group_slices
from twins.system.compiled import compiled

ROUNDS, DAMPING = 12, 0.6
GAP = -math.log(5.0 * 0.00005) / 1.5  # of ns-3's link adaptation (Piro et al.), SINR to spectral efficiency
MOST_BITS, LEAST_BITS = 5.5547, 0.1523  # TS 36.213 table 7.2.3-1
BLOCK_HZ, DATA_SHARE = 180e3, 0.75  # of a subframe's symbols, without control and reference signals
HEADER_BYTES = 8  # PDCP, RLC, MAC


class Physics(NamedTuple):
    """Of k flows: `need` resource blocks for all that is sent, `get` max-min fair, `could` if the flow wanted as many as it can.

    `sinr_db` under load, `control_db` with all cells on, `rsrp_dbm` per resource block; `sharing` flows in the cell's slice;
    `groups` of it; `use` of it 0..; `loads` [m] of cells 0..1; `cell` [k].
    """

    need: Floats
    get: Floats
    could: Floats
    sinr_db: Floats
    control_db: Floats
    rsrp_dbm: Floats
    sharing: Floats
    groups: Floats
    use: Floats
    loads: Floats
    cell: Ints


def received_dbm(arrays: LayoutArrays) -> Floats:
    """Power of each cell at each user, dBm per resource block, [n, m]."""
    return gains_db(arrays.sites, arrays.beams, arrays.places) + (arrays.power_dbm - 10.0 * math.log10(arrays.blocks))


def next_cells(arrays: LayoutArrays, received: Floats, cells: Ints, ordered: NDArray[np.bool_]) -> Ints:
    """Serving cells after event A3: `cells` before, -1 for those yet to attach; `ordered` users go where they are ordered first."""
    usable = np.where(arrays.barred, -np.inf, received)
    if not np.isfinite(usable).any():
        usable = received
    best = usable.argmax(axis=1)
    now = np.where(ordered, arrays.ordered, cells)
    now = np.where(now < 0, best, now)
    rows = np.arange(len(now))
    # RSRP is reported in whole decibels, and a neighbour must be better by more than the offset.
    better = np.round(usable[rows, best]) > np.round(received[rows, now]) + arrays.offset_db[now]
    return np.where((better | arrays.barred[now]) & np.isfinite(usable[rows, best]), best, now)


def physics(arrays: LayoutArrays, received: Floats, cells: Ints) -> Physics:
    """Return what theory says of the flows when `cells` [n] serve the users."""
    jammer = gains_db(arrays.interferer[None, :], np.full((1, 2), math.nan), arrays.places)[:, 0]
    jam_w = 10.0 ** ((jammer + arrays.interferer_dbm - 10.0 * math.log10(arrays.blocks)) / 10.0)
    noise_w = 10.0 ** ((THERMAL_DBM + arrays.noise_db) / 10.0) + jam_w
    rows = _solve(
        10.0 ** (received / 10.0),
        noise_w,
        cells,
        group_slices(arrays),
        float(RBG_SIZE[arrays.blocks]),
        float(arrays.blocks),
        arrays.user,
        arrays.slice_of,
        arrays.mbps * (1.0 + HEADER_BYTES / arrays.bytes_),
    )
    need, get, could, sinr, control, sharing, groups, use, loads = rows
    serving = cells[arrays.user]
    return Physics(
        need=need,
        get=get,
        could=could,
        sinr_db=10.0 * np.log10(sinr),
        control_db=10.0 * np.log10(control),
        rsrp_dbm=received[arrays.user, serving],
        sharing=sharing,
        groups=groups,
        use=use,
        loads=loads,
        cell=serving,
    )


@compiled
def _solve(
    received_w: Floats,
    noise_w: Floats,
    cells: Ints,
    group_slice: Ints,
    group_blocks: float,
    blocks: float,
    user: Ints,
    slice_of: Ints,
    mbps: Floats,
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats, Floats, Floats, Floats]:
    """The fixed point of loads and SINR; see `Physics`."""
    flows, count = len(user), received_w.shape[1]
    use = np.full((count, 3), 0.3)
    groups = np.zeros((count, 3))
    for cell in range(count):
        for slice_ in group_slice[cell]:
            if slice_ >= 0:
                groups[cell, slice_] += 1.0
    need, get, could = np.zeros(flows), np.zeros(flows), np.zeros(flows)
    sinr, control, sharing = np.zeros(flows), np.zeros(flows), np.zeros(flows)
    for _ in range(ROUNDS):
        for flow in range(flows):
            one, cell, slice_ = user[flow], cells[user[flow]], slice_of[flow]
            heard, everything = 0.0, 0.0
            for other in range(count):
                if other == cell:
                    continue
                everything += received_w[one, other]
                for group in range(group_slice.shape[1]):
                    if group_slice[cell, group] == slice_ and group_slice[other, group] >= 0:
                        heard += received_w[one, other] * use[other, group_slice[other, group]] / max(groups[cell, slice_], 1.0)
            sinr[flow] = received_w[one, cell] / (noise_w[one] + heard)
            control[flow] = received_w[one, cell] / (noise_w[one] + everything)
            bits = min(max(math.log2(1.0 + sinr[flow] / GAP), LEAST_BITS), MOST_BITS)
            need[flow] = mbps[flow] * 1e6 / (bits * BLOCK_HZ * DATA_SHARE)
        for cell in range(count):
            for slice_ in range(3):
                total, room, active = 0.0, groups[cell, slice_] * group_blocks, 0
                for flow in range(flows):
                    if cells[user[flow]] == cell and slice_of[flow] == slice_ and need[flow] > 0.0:
                        total += need[flow]
                        active += 1
                wanted = min(total / max(room, 1e-9), 1.0)
                use[cell, slice_] += DAMPING * (wanted - use[cell, slice_])
                level = _water_level(need, user, slice_of, cells, cell, slice_, room)
                for flow in range(flows):
                    if cells[user[flow]] == cell and slice_of[flow] == slice_:
                        get[flow] = min(need[flow], level)
                        sharing[flow] = active
                        could[flow] = max(level, room - total + need[flow]) if need[flow] > 0.0 else room
    loads = np.zeros(count)
    demand = np.zeros(flows)
    for flow in range(flows):
        loads[cells[user[flow]]] += get[flow] / blocks
    for flow in range(flows):
        cell, slice_ = cells[user[flow]], slice_of[flow]
        for other in range(flows):
            if cells[user[other]] == cell and slice_of[other] == slice_:
                demand[flow] += need[other] / max(groups[cell, slice_] * group_blocks, 1e-9)
    flow_groups = np.array([groups[cells[user[flow]], slice_of[flow]] for flow in range(flows)])
    return need, get, could, sinr, control, sharing, flow_groups, demand, loads


@compiled
def _water_level(need: Floats, user: Ints, slice_of: Ints, cells: Ints, cell: int, slice_: int, room: float) -> float:
    """The level to which max-min fair sharing fills flows of a cell's slice with `room` resource blocks."""
    low, high = 0.0, room
    for _ in range(30):
        level, filled = 0.5 * (low + high), 0.0
        for flow in range(len(need)):
            if cells[user[flow]] == cell and slice_of[flow] == slice_:
                filled += min(need[flow], level)
        if filled <= room:
            low = level
        else:
            high = level
    return low
