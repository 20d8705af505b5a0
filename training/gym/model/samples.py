"""Training samples from traces: features and targets of every active flow of every row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from training.gym.traces.row import TraceRow
from twins.gym.window import Window
from twins.gym.world import settle_s
from twins.learned.arrays import Floats, Ints, LayoutArrays, layout_arrays
from twins.learned.ensemble import transformed
from twins.learned.features import ATTAINABLE, JITTER_MS, LATENCY_MS, Memory, empty_memory, model_inputs
from twins.learned.physics import Physics


@dataclass(frozen=True)
class Samples:
    """N flows: features `x` [N, f], transformed targets `y` [N, 4]; `host_ms`, `mbps`, `seed` and `row`, its index, [N] each."""

    x: Floats
    y: Floats
    host_ms: Floats
    mbps: Floats
    seed: Ints
    row: Ints


def samples(rows: Iterable[TraceRow]) -> Samples:
    """Return the samples of `rows`, segment by segment; the previous window of each is the measured one."""
    parts: list[tuple[Floats, ...]] = []
    count = 0
    for _, segment in groupby(rows, key=lambda row: (row.family, row.seed, row.segment)):
        for part in _segment(list(segment)):
            x, y, host, mbps, seed = part
            active = mbps > 0.0
            parts.append((x[active], y[active], host[active], mbps[active], seed[active], np.full(int(active.sum()), count)))
            count += 1
    x, y, host, mbps, seed, row = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Samples(x, y, host, mbps, seed.astype(np.int64), row.astype(np.int64))


def _segment(rows: list[TraceRow]) -> Iterable[tuple[Floats, Floats, Floats, Floats, Floats]]:
    base, before, memory = rows[0].scenario().layout, None, None
    cells: Ints | None = None
    ordered: Ints | None = None
    for row in rows:
        layout, window = row.measured_layout(base), row.measured_window()
        arrays = layout_arrays(layout)
        settle = 1.0 if before is None else settle_s(before, layout)
        unset = np.full(len(arrays.places), -1)
        start, orders = unset if cells is None else cells, unset if ordered is None else ordered
        inputs = model_inputs(arrays, start, orders, memory or empty_memory(len(arrays.user)), memory is None, settle)
        targets = _targets(arrays, list(layout.flows), window)
        yield (
            inputs.features,
            transformed(*targets, arrays.host_ms),
            arrays.host_ms,
            arrays.mbps,
            np.full(len(arrays.user), float(row.seed)),
        )
        served = _served(list(layout.cells), arrays, window, inputs.theory, list(layout.users))
        attainable = inputs.features[:, ATTAINABLE]
        memory = Memory(arrays.slice_of, served[arrays.user], arrays.host, arrays.mbps, *targets, attainable)
        before, cells, ordered = layout, served, arrays.ordered


def _served(names: list[str], arrays: LayoutArrays, window: Window, theory: Physics, users: list[str]) -> Ints:
    """The measured serving cells; the predicted one for a user without a measured cell."""
    predicted = dict(zip(arrays.user.tolist(), theory.cell.tolist(), strict=True))
    return np.array(
        [
            predicted.get(index, 0) if window.users[name].cell is None else names.index(str(window.users[name].cell))
            for index, name in enumerate(users)
        ]
    )


def _targets(arrays: LayoutArrays, names: list[str], window: Window) -> tuple[Floats, Floats, Floats, Floats]:
    flows = [window.flows[name] for name in names]
    latency = np.array([LATENCY_MS if flow.latency_ms is None else min(flow.latency_ms, LATENCY_MS) for flow in flows])
    jitter = np.array([JITTER_MS if flow.jitter_ms is None else min(flow.jitter_ms, JITTER_MS) for flow in flows])
    # A flow that delivered nothing counts as lost, even if its loss has not been measured yet.
    silent = np.array([flow.throughput_mbps <= 0.0 for flow in flows]) & (arrays.mbps > 0.0)
    loss = np.where(silent, 1.0, np.array([flow.loss for flow in flows]))
    offered = np.where(arrays.mbps > 0.0, arrays.mbps, 1.0)
    ratio = np.minimum(np.array([flow.throughput_mbps for flow in flows]) / offered, 3.0)
    return latency, jitter, loss, ratio
