"""What theory says of a window: serving cells, SINR under the others' load, resource blocks that a flow needs and can get.

The Experiment Model's networks learn what ns-3 does beyond this. Loads of cells and SINR depend on one another: they are found by
a damped fixed point. Within a cell's slice, flows share resource blocks max-min fairly, which is what proportional fair comes to.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.compiled import compiled
from twins.gym.field import THERMAL_DBM, gains_db
from twins.learned.arrays import Floats, Ints, LayoutArrays, group_blocks, group_slices

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


@compiled
def received_dbm(arrays: LayoutArrays) -> Floats:
    """Power of each cell at each user, dBm per resource block, [n, m]."""
    return gains_db(arrays.sites, arrays.beams, arrays.places) + (arrays.power_dbm - 10.0 * math.log10(arrays.blocks))


@compiled
def next_cells(arrays: LayoutArrays, received: Floats, cells: Ints, ordered: NDArray[np.bool_]) -> Ints:
    """Serving cells after event A3: `cells` before, -1 for those yet to attach; `ordered` ones obey first."""
    found, nowhere_else = np.empty(len(cells), dtype=np.int64), arrays.barred.all()
    for user in range(len(cells)):
        best, most = -1, -math.inf
        for cell in range(len(arrays.barred)):
            if (nowhere_else or not arrays.barred[cell]) and received[user, cell] > most:
                best, most = cell, received[user, cell]
        now = arrays.ordered[user] if ordered[user] else cells[user]
        now = best if now < 0 else now
        # RSRP is reported in whole decibels, and a neighbour must be better by more than the offset.
        better = round(most) > round(received[user, now]) + arrays.offset_db[now]
        found[user] = best if better or arrays.barred[now] else now
    return found


@compiled
def physics(arrays: LayoutArrays, received: Floats, cells: Ints) -> Physics:
    """Return what theory says of the flows when `cells` [n] serve the users."""
    per_block = 10.0 * math.log10(arrays.blocks)
    jammer = gains_db(arrays.interferer, np.full((1, 2), math.nan), arrays.places)[:, 0]
    jam_w = 10.0 ** ((jammer + arrays.interferer_dbm - per_block) / 10.0)
    noise_w = 10.0 ** ((THERMAL_DBM + arrays.noise_db) / 10.0) + jam_w
    need, get, could, sinr, control, sharing, groups, use, loads = _solve(
        10.0 ** (received / 10.0),
        noise_w,
        cells,
        group_slices(arrays),
        float(group_blocks(arrays.blocks)),
        float(arrays.blocks),
        arrays.user,
        arrays.slice_of,
        arrays.mbps * (1.0 + HEADER_BYTES / arrays.bytes_),
    )
    serving, rsrp = cells[arrays.user], np.empty(len(arrays.user))
    for flow in range(len(rsrp)):
        rsrp[flow] = received[arrays.user[flow], serving[flow]]
    return Physics(need, get, could, 10.0 * np.log10(sinr), 10.0 * np.log10(control), rsrp, sharing, groups, use, loads, serving)


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
    use, spans = np.full((count, 3), 0.3), _group_spans(group_slice)
    need, get, could, sharing = np.zeros(flows), np.zeros(flows), np.zeros(flows), np.zeros(flows)
    sinr, control, demand = np.zeros(flows), np.zeros(flows), np.zeros(flows)
    order, ends = _by_key(3 * cells[user] + slice_of, 3 * count)
    for _ in range(ROUNDS):
        for flow in range(flows):
            one, cell = user[flow], cells[user[flow]]
            heard, everything = _heard(received_w[one], cell, slice_of[flow], use, group_slice, spans)
            sinr[flow] = received_w[one, cell] / (noise_w[one] + heard)
            control[flow] = received_w[one, cell] / (noise_w[one] + everything)
            bits = min(max(math.log2(1.0 + sinr[flow] / GAP), LEAST_BITS), MOST_BITS)
            need[flow] = mbps[flow] * 1e6 / (bits * BLOCK_HZ * DATA_SHARE)
        for cell in range(count):
            for slice_ in range(3):
                room, key = (spans[cell, slice_, 1] - spans[cell, slice_, 0]) * group_blocks, 3 * cell + slice_
                wanted = _share(order[ends[key] : ends[key + 1]], room, need, get, could, sharing, demand)
                use[cell, slice_] += DAMPING * (min(wanted, 1.0) - use[cell, slice_])
    loads, flow_groups = np.zeros(count), np.zeros(flows)
    for flow in range(flows):
        cell, slice_ = cells[user[flow]], slice_of[flow]
        loads[cell] += get[flow] / blocks
        flow_groups[flow] = spans[cell, slice_, 1] - spans[cell, slice_, 0]
    return need, get, could, sinr, control, sharing, flow_groups, demand, loads


@compiled
def _by_key(keys: Ints, count: int) -> tuple[Ints, Ints]:
    """Flows by key, those of key k from `ends[k]` to `ends[k + 1]`, in their order."""
    order, ends, at = np.empty(len(keys), dtype=np.int64), np.zeros(count + 1, dtype=np.int64), 0
    for key in range(count):
        for flow in range(len(keys)):
            if keys[flow] == key:
                order[at] = flow
                at += 1
        ends[key + 1] = at
    return order, ends


@compiled
def _group_spans(group_slice: Ints) -> Ints:
    """The resource block groups that each cell gives to each slice, from the first to before the last, [m, 3, 2]."""
    spans = np.zeros((group_slice.shape[0], 3, 2), dtype=np.int64)
    for cell in range(group_slice.shape[0]):
        for group in range(group_slice.shape[1]):
            slice_ = group_slice[cell, group]
            if slice_ >= 0:
                spans[cell, slice_, 0] = group if spans[cell, slice_, 1] == 0 else spans[cell, slice_, 0]
                spans[cell, slice_, 1] = group + 1
    return spans


@compiled
def _heard(received_w: Floats, cell: int, slice_: int, use: Floats, group_slice: Ints, spans: Ints) -> tuple[float, float]:
    """Interference per block of a slice's groups: by what others use of the same groups, and by all that they can send."""
    heard, everything = 0.0, 0.0
    begin, end = spans[cell, slice_]
    for other in range(len(received_w)):
        if other == cell:
            continue
        everything += received_w[other]
        last, part = -1, 0.0
        for group in range(begin, end):
            owner = group_slice[other, group]
            if owner != last:
                last, part = owner, (received_w[other] * use[other, owner] / (end - begin) if owner >= 0 else 0.0)
            heard += part
    return heard, everything


@compiled
def _share(members: Ints, room: float, need: Floats, get: Floats, could: Floats, sharing: Floats, demand: Floats) -> float:
    """Share `room` resource blocks among the flows of a cell's slice, into the columns; returns what is asked of them."""
    total, active = 0.0, 0.0
    for flow in members:
        total += need[flow]
        active += need[flow] > 0.0
    asked = total / max(room, 1e-9)
    level = room if total <= room else _water_level(members, need, room)
    for flow in members:
        get[flow], sharing[flow], demand[flow] = min(need[flow], level), active, asked
        could[flow] = max(level, room - total + need[flow]) if need[flow] > 0.0 else room
    return asked


@compiled
def _water_level(members: Ints, need: Floats, room: float) -> float:
    """The level to which max-min fair sharing fills the needs of a slice's flows with `room` resource blocks."""
    low, high = 0.0, room
    for _ in range(30):
        level, filled = 0.5 * (low + high), 0.0
        for flow in members:
            filled += min(need[flow], level)
        if filled <= room:
            low = level
        else:
            high = level
    return low
