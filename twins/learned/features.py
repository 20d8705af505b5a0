"""What the networks of the Experiment Model see of a flow: theory of this window, what the window before showed, what changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twins.learned.arrays import Floats, Ints, LayoutArrays
from twins.learned.physics import Physics

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


def could_per_need(theory: Physics) -> Floats:
    """Log of what a flow could get over what it needs, -3..3."""
    return np.clip(np.log((theory.could + 1e-3) / (theory.need + 1e-3)), -3.0, 3.0)


def features(arrays: LayoutArrays, theory: Physics, memory: Memory | None, settle_s: float) -> Floats:
    """Return the features of all flows, [k, len(NAMES)]."""
    count = len(arrays.user)
    could = could_per_need(theory)
    before = memory or _nothing(arrays, theory, could)
    columns = (
        could,
        np.minimum(np.maximum(np.log((theory.get + 1e-3) / (theory.need + 1e-3)), -3.0), 0.0),
        np.minimum(theory.use, 4.0),
        np.log(theory.need + 0.01),
        np.minimum(np.maximum(theory.sinr_db, -15.0), 40.0) / 10.0,
        np.minimum(np.maximum(theory.control_db, -15.0), 40.0) / 10.0,
        (np.clip(theory.rsrp_dbm, -130.0, -40.0) + 85.0) / 15.0,
        np.log(arrays.mbps + 0.01),
        np.log(arrays.host_ms),
        arrays.bytes_ / 1000.0,
        arrays.bursty,
        *(arrays.slice_of == place for place in range(3)),
        np.minimum(theory.sharing, 8.0) / 4.0,
        theory.groups / 16.0,
        theory.loads[theory.cell],
        np.full(count, settle_s),
        np.minimum(arrays.speeds[arrays.user], 25.0) / 10.0,
        arrays.places[arrays.user, 2] > AERIAL_M,
        np.full(count, 1.0 if memory is None else 0.0),
        before.slice_of != arrays.slice_of,
        before.cell != theory.cell,
        before.host != arrays.host,
        np.minimum(np.maximum(np.log((arrays.mbps + 0.01) / (before.mbps + 0.01)), -3.0), 3.0),
        np.log1p(before.latency_ms) / 3.0,
        np.log1p(before.jitter_ms),
        np.sqrt(before.loss),
        np.minimum(np.maximum(before.ratio, 0.0), 2.0),
        before.could,
    )
    return np.array(columns, dtype=np.float64).T


def _nothing(arrays: LayoutArrays, theory: Physics, could: Floats) -> Memory:
    """At the beginning nothing changed, and nothing was measured."""
    zeros = np.zeros(len(arrays.user))
    return Memory(arrays.slice_of, theory.cell, arrays.host, arrays.mbps, zeros, zeros, zeros, zeros + 1.0, could)
