"""The input features of the Experiment Model's networks per flow: theory of the window, previous window, changes between them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from twins.compiled import compiled
from twins.learned.arrays import Floats, Ints, LayoutArrays
from twins.learned.physics import Physics, next_cells, physics, received_dbm

NAMES = (
    "log_attainable_per_need",
    "log_granted_per_need",
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
    "before_log_attainable_per_need",
)
ATTAINABLE = NAMES.index("log_attainable_per_need")
AERIAL_M = 22.5
LATENCY_MS, JITTER_MS = 2000.0, 200.0  # upper bounds, also the values if nothing is delivered


class Memory(NamedTuple):
    """The previous window per flow: slice, cell, host, rate; latency and jitter in ms; loss, delivered share; `attainable`, the
    log of attainable over needed blocks.
    """

    slice_of: Ints
    cell: Ints
    host: Ints
    mbps: Floats
    latency_ms: Floats
    jitter_ms: Floats
    loss: Floats
    ratio: Floats
    attainable: Floats


@compiled
def log_attainable_per_need(theory: Physics) -> Floats:
    """Return the log of attainable over needed resource blocks per flow, -3..3."""
    return np.minimum(np.maximum(np.log((theory.attainable + 1e-3) / (theory.need + 1e-3)), -3.0), 3.0)


def empty_memory(count: int) -> Memory:
    """Return a placeholder for the first window, to be passed with `began` true."""
    none, zeros = np.zeros(count, dtype=np.int64), np.zeros(count)
    return Memory(none, none, none, zeros, zeros, zeros, zeros, zeros, zeros)


@compiled
def features(arrays: LayoutArrays, theory: Physics, memory: Memory, began: bool, settle_s: float) -> Floats:
    """Return the features of all flows, [k, len(NAMES)]; if the network just `began`, `memory` is ignored."""
    rows, attainable = np.empty((len(arrays.user), len(NAMES))), log_attainable_per_need(theory)
    for k in range(len(rows)):
        user, need, mbps = arrays.user[k], theory.need[k], arrays.mbps[k]
        current = (
            attainable[k],
            _within(math.log((theory.granted[k] + 1e-3) / (need + 1e-3)), -3.0, 0.0),
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
        previous = (
            (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, attainable[k])
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
                memory.attainable[k],
            )
        )
        rows[k] = np.array(current + previous)
    return rows


class ModelInputs(NamedTuple):
    """The inputs of a prediction: `received` [n, m] dBm per resource block, serving `cells` [n], theory, features [k, f]."""

    received: Floats
    cells: Ints
    theory: Physics
    features: Floats


@compiled
def model_inputs(arrays: LayoutArrays, cells: Ints, ordered: Ints, memory: Memory, began: bool, settle_s: float) -> ModelInputs:
    """Return the inputs for the window that follows one with serving `cells` [n], commanded handovers `ordered` [n] (-1: none)
    and `memory`.

    If the network just `began`, these three only provide shapes. A single compiled function, because each call from Python has a
    considerable overhead.
    """
    received = received_dbm(arrays)
    obeys = np.zeros(len(cells), dtype=np.bool_)
    for user in range(len(cells)):
        obeys[user] = not began and arrays.ordered[user] >= 0 and arrays.ordered[user] != ordered[user]
    served = next_cells(arrays, received, cells, obeys)
    theory = physics(arrays, received, served)
    return ModelInputs(received, served, theory, features(arrays, theory, memory, began, settle_s))


@compiled
def _flag(holds: bool) -> float:
    return 1.0 if holds else 0.0


@compiled
def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
