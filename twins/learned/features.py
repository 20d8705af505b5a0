"""What the networks of the Experiment Model see of a flow: theory of this window, what the window before showed, what changed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from twins.compiled import compiled
from twins.learned.arrays import Floats, Ints, LayoutArrays
from twins.learned.physics import Physics, next_cells, physics, received_dbm

NAMES = (
    "log_could_per_need",
    "log_get_per_need",
    "slice_use",
    "log_need",
    "sinr_db",
    "control_db",
    "rsrp_dbm",
    "log_mbps",
    "log_host_ms",
    "packet_kb",
    "bursty",
    "embb",
    "urllc",
    "mmtc",
    "sharing",
    "groups",
    "cell_load",
    "settle_s",
    "speed",
    "aerial",
    "began",
    "slice_changed",
    "cell_changed",
    "host_changed",
    "log_rate_change",
    "before_latency",
    "before_jitter",
    "before_loss",
    "before_ratio",
    "before_log_could_per_need",
)
COULD = NAMES.index("log_could_per_need")
AERIAL_M = 22.5
LATENCY_MS, JITTER_MS = 2000.0, 200.0  # the most that is told; also what stands for "nothing arrived"


class Memory(NamedTuple):
    """What the window before left of each flow: slice, cell, host, rate; latency and jitter, ms; loss, share; could per need."""

    slice_of: Ints
    cell: Ints
    host: Ints
    mbps: Floats
    latency_ms: Floats
    jitter_ms: Floats
    loss: Floats
    ratio: Floats
    could: Floats


@compiled
def could_per_need(theory: Physics) -> Floats:
    """Log of what a flow could get over what it needs, -3..3."""
    return np.minimum(np.maximum(np.log((theory.could + 1e-3) / (theory.need + 1e-3)), -3.0), 3.0)


def nothing_before(count: int) -> Memory:
    """A memory to pass where there is none; `features` is told so by `began`."""
    none, zeros = np.zeros(count, dtype=np.int64), np.zeros(count)
    return Memory(none, none, none, zeros, zeros, zeros, zeros, zeros, zeros)


@compiled
def features(arrays: LayoutArrays, theory: Physics, memory: Memory, began: bool, settle_s: float) -> Floats:
    """Return the features of all flows, [k, len(NAMES)]; where the network `began` nothing changed, and nothing was measured."""
    rows, could = np.empty((len(arrays.user), len(NAMES))), could_per_need(theory)
    for k in range(len(rows)):
        user, need, mbps = arrays.user[k], theory.need[k], arrays.mbps[k]
        told = (
            could[k],
            _within(math.log((theory.get[k] + 1e-3) / (need + 1e-3)), -3.0, 0.0),
            min(theory.use[k], 4.0),
            math.log(need + 0.01),
            _within(theory.sinr_db[k], -15.0, 40.0) / 10.0,
            _within(theory.control_db[k], -15.0, 40.0) / 10.0,
            (_within(theory.rsrp_dbm[k], -130.0, -40.0) + 85.0) / 15.0,
            math.log(mbps + 0.01),
            math.log(arrays.host_ms[k]),
            arrays.bytes_[k] / 1000.0,
            arrays.bursty[k],
            _flag(arrays.slice_of[k] == 0),
            _flag(arrays.slice_of[k] == 1),
            _flag(arrays.slice_of[k] == 2),
            min(theory.sharing[k], 8.0) / 4.0,
            theory.groups[k] / 16.0,
            theory.loads[theory.cell[k]],
            settle_s,
            min(arrays.speeds[user], 25.0) / 10.0,
            _flag(arrays.places[user, 2] > AERIAL_M),
            _flag(began),
        )
        changed = (
            (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, could[k])
            if began
            else (
                _flag(memory.slice_of[k] != arrays.slice_of[k]),
                _flag(memory.cell[k] != theory.cell[k]),
                _flag(memory.host[k] != arrays.host[k]),
                _within(math.log((mbps + 0.01) / (memory.mbps[k] + 0.01)), -3.0, 3.0),
                math.log1p(memory.latency_ms[k]) / 3.0,
                math.log1p(memory.jitter_ms[k]),
                math.sqrt(memory.loss[k]),
                _within(memory.ratio[k], 0.0, 2.0),
                memory.could[k],
            )
        )
        rows[k] = np.array(told + changed)
    return rows


class Foreseen(NamedTuple):
    """What theory makes of a window: `received` [n, m] dBm per resource block, serving `cells` [n], theory, features [k, f]."""

    received: Floats
    cells: Ints
    theory: Physics
    features: Floats


@compiled
def foreseen(arrays: LayoutArrays, cells: Ints, ordered: Ints, memory: Memory, began: bool, settle_s: float) -> Foreseen:
    """Return what theory makes of the window after one with these serving `cells` and orders [n], -1 for none, and `memory`.

    Where the network `began` there was none: these three are only shapes. All in one, for each call from Python takes its time.
    """
    received = received_dbm(arrays)
    obeys = np.zeros(len(cells), dtype=np.bool_)
    for user in range(len(cells)):
        obeys[user] = not began and arrays.ordered[user] >= 0 and arrays.ordered[user] != ordered[user]
    served = next_cells(arrays, received, cells, obeys)
    theory = physics(arrays, received, served)
    return Foreseen(received, served, theory, features(arrays, theory, memory, began, settle_s))


@compiled
def _flag(holds: bool) -> float:
    return 1.0 if holds else 0.0


@compiled
def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
