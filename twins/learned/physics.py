"""Theory of a window: serving cells, SINR under the load of other cells, resource blocks that a flow needs and can get.

The Experiment Model's networks learn the deviation of ns-3 from this theory. Cell loads and SINR depend on each other and are
computed by a damped fixed-point iteration. Flows of a cell's slice share resource blocks max-min fairly, which approximates
proportional fair.
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
GAP = -math.log(5.0 * 0.00005) / 1.5  # SNR gap of ns-3's link adaptation (Piro et al.)
MAX_BITS, MIN_BITS = 5.5547, 0.1523  # spectral efficiency, TS 36.213 table 7.2.3-1
BLOCK_HZ, DATA_SHARE = 180e3, 0.75  # bandwidth of a block; share of symbols without control and reference signals
HEADER_BYTES = 8  # PDCP, RLC, MAC


class Physics(NamedTuple):
    """Theory of k flows: resource blocks per subframe that a flow needs (`need`), gets by max-min fairness (`granted`), and would
    get with unlimited demand (`attainable`).

    `sinr_db` under load, `control_db` with all other cells fully loaded, `rsrp_dbm` per resource block; of the flow's cell and
    slice: number of `sharing` flows, resource block `groups`, `use` (demand over capacity, may exceed 1); `loads` [m] of cells
    0..1; serving `cell` [k].
    """

    need: Floats
    granted: Floats
    attainable: Floats
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
    """Return the received power of each cell at each user, dBm per resource block, [n, m]."""
    return gains_db(arrays.sites, arrays.beams, arrays.places) + (arrays.power_dbm - 10.0 * math.log10(arrays.blocks))


@compiled
def next_cells(arrays: LayoutArrays, received: Floats, cells: Ints, ordered: NDArray[np.bool_]) -> Ints:
    """Return the serving cells [n] after commanded handovers (where `ordered` [n]) and event A3.

    `cells` [n] are the previous serving cells, -1 for users that have not attached yet.
    """
    serving, all_barred = np.empty(len(cells), dtype=np.int64), arrays.barred.all()
    for user in range(len(cells)):
        best, best_dbm = -1, -math.inf
        for cell in range(len(arrays.barred)):
            if (all_barred or not arrays.barred[cell]) and received[user, cell] > best_dbm:
                best, best_dbm = cell, received[user, cell]
        current = arrays.ordered[user] if ordered[user] else cells[user]
        current = best if current < 0 else current
        # RSRP is reported in whole decibels, and a neighbour must be better by more than the offset.
        better = round(best_dbm) > round(received[user, current]) + arrays.offset_db[current]
        serving[user] = best if better or arrays.barred[current] else current
    return serving


@compiled
def physics(arrays: LayoutArrays, received: Floats, cells: Ints) -> Physics:
    """Return the theory of the flows for the serving cells `cells` [n]."""
    per_block = 10.0 * math.log10(arrays.blocks)
    interferer_gain = gains_db(arrays.interferer, np.full((1, 2), math.nan), arrays.places)[:, 0]
    interferer_w = 10.0 ** ((interferer_gain + arrays.interferer_dbm - per_block) / 10.0)
    noise_w = 10.0 ** ((THERMAL_DBM + arrays.noise_db) / 10.0) + interferer_w
    need, granted, attainable, sinr, control, sharing, groups, use, loads = _solve(
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
    sinr_db, control_db = 10.0 * np.log10(sinr), 10.0 * np.log10(control)
    return Physics(need, granted, attainable, sinr_db, control_db, rsrp, sharing, groups, use, loads, serving)


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
    """Iterate loads and SINR to their fixed point; for the results see `Physics`."""
    flows, count = len(user), received_w.shape[1]
    use, spans = np.full((count, 3), 0.3), _group_spans(group_slice)
    need, granted, attainable, sharing = np.zeros(flows), np.zeros(flows), np.zeros(flows), np.zeros(flows)
    sinr, control, demand = np.zeros(flows), np.zeros(flows), np.zeros(flows)
    order, ends = _by_key(3 * cells[user] + slice_of, 3 * count)
    for _ in range(ROUNDS):
        for flow in range(flows):
            receiver, cell = user[flow], cells[user[flow]]
            loaded, full = _interference(received_w[receiver], cell, slice_of[flow], use, group_slice, spans)
            sinr[flow] = received_w[receiver, cell] / (noise_w[receiver] + loaded)
            control[flow] = received_w[receiver, cell] / (noise_w[receiver] + full)
            bits = min(max(math.log2(1.0 + sinr[flow] / GAP), MIN_BITS), MAX_BITS)
            need[flow] = mbps[flow] * 1e6 / (bits * BLOCK_HZ * DATA_SHARE)
        for cell in range(count):
            for slice_ in range(3):
                capacity, key = (spans[cell, slice_, 1] - spans[cell, slice_, 0]) * group_blocks, 3 * cell + slice_
                load = _share(order[ends[key] : ends[key + 1]], capacity, need, granted, attainable, sharing, demand)
                use[cell, slice_] += DAMPING * (min(load, 1.0) - use[cell, slice_])
    loads, flow_groups = np.zeros(count), np.zeros(flows)
    for flow in range(flows):
        cell, slice_ = cells[user[flow]], slice_of[flow]
        loads[cell] += granted[flow] / blocks
        flow_groups[flow] = spans[cell, slice_, 1] - spans[cell, slice_, 0]
    return need, granted, attainable, sinr, control, sharing, flow_groups, demand, loads


@compiled
def _by_key(keys: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the flows grouped by key, in their order: those of key k from `ends[k]` to `ends[k + 1]`."""
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
    """Return the range of resource block groups of each slice in each cell, [first, last + 1], [m, 3, 2]."""
    spans = np.zeros((group_slice.shape[0], 3, 2), dtype=np.int64)
    for cell in range(group_slice.shape[0]):
        for group in range(group_slice.shape[1]):
            slice_ = group_slice[cell, group]
            if slice_ >= 0:
                spans[cell, slice_, 0] = group if spans[cell, slice_, 1] == 0 else spans[cell, slice_, 0]
                spans[cell, slice_, 1] = group + 1
    return spans


@compiled
def _interference(received_w: Floats, cell: int, slice_: int, use: Floats, group_slice: Ints, spans: Ints) -> tuple[float, float]:
    """Return the interference per block in a slice's groups: under the current use by other cells, and under full load."""
    loaded, full = 0.0, 0.0
    begin, end = spans[cell, slice_]
    for other in range(len(received_w)):
        if other == cell:
            continue
        full += received_w[other]
        last, part = -1, 0.0
        for group in range(begin, end):
            owner = group_slice[other, group]
            if owner != last:
                last, part = owner, (received_w[other] * use[other, owner] / (end - begin) if owner >= 0 else 0.0)
            loaded += part
    return loaded, full


@compiled
def _share(
    members: Ints, capacity: float, need: Floats, granted: Floats, attainable: Floats, sharing: Floats, demand: Floats
) -> float:
    """Share `capacity` resource blocks among the flows of a cell's slice, writing the columns; returns demand over capacity."""
    total, active = 0.0, 0.0
    for flow in members:
        total += need[flow]
        active += need[flow] > 0.0
    load = total / max(capacity, 1e-9)
    level = capacity if total <= capacity else _water_level(members, need, capacity)
    for flow in members:
        granted[flow], sharing[flow], demand[flow] = min(need[flow], level), active, load
        attainable[flow] = max(level, capacity - total + need[flow]) if need[flow] > 0.0 else capacity
    return load


@compiled
def _water_level(members: Ints, need: Floats, capacity: float) -> float:
    """Return the max-min fair level: the maximum number of blocks per flow when a slice's flows share `capacity` blocks."""
    low, high = 0.0, capacity
    for _ in range(30):
        level, filled = 0.5 * (low + high), 0.0
        for flow in members:
            filled += min(need[flow], level)
        if filled <= capacity:
            low = level
        else:
            high = level
    return low
