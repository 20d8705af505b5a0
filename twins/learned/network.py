"""`LearnedNetwork`: the Experiment Model as a packet network, some thousand times as fast as the one it was learned from.

It keeps what a window leaves for the next (serving cells, delays, losses) and predicts window after window; the same layouts in
the same order give the same windows. What it says is about LTE/EPC, as its traces were.
"""

from __future__ import annotations

import math

import numpy as np

from twins.gym.layout import Layout
from twins.gym.window import FlowWindow, UserWindow, Window
from twins.learned.arrays import Floats, Ints, LayoutArrays, layout_arrays
from twins.learned.ensemble import TARGETS, Ensemble, Prediction
from twins.learned.features import JITTER_MS, LATENCY_MS, Memory, could_per_need, features, nothing_before
from twins.learned.physics import Physics, next_cells, physics, received_dbm

_SILENT = (LATENCY_MS, JITTER_MS, 0.0, 0.0)
_LOST = 0.985  # beyond it, what little arrives says nothing about delay


class LearnedNetwork:
    """Carries a layout's flows by prediction; see `twins.gym.packet_network`."""

    label = "Experiment Model, learned on ns-3 LTE/EPC"

    def __init__(self, ensemble: Ensemble | None = None, intervals: bool = False) -> None:
        """With `intervals` windows tell how sure they are, which takes half as long again."""
        self.ensemble, self.intervals = ensemble or Ensemble.load(), intervals
        self._cells: Ints | None = None
        self._memory: Memory | None = None
        self._ordered: Ints | None = None
        self._now_s = 0.0

    def copy(self) -> LearnedNetwork:
        """A network that goes on from here on its own: what a search over actions needs."""
        other = LearnedNetwork(self.ensemble, self.intervals)
        other._cells, other._memory, other._ordered, other._now_s = self._cells, self._memory, self._ordered, self._now_s
        return other

    def begin(self, layout: Layout) -> None:
        """Start anew with `layout`."""
        self._cells, self._memory, self._ordered, self._now_s = None, None, None, 0.0

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        """Return the window of `seconds` after `settle_s` under `layout`."""
        arrays = layout_arrays(layout)
        received = received_dbm(arrays)
        cells = self._served(arrays, received)
        moved = 0 if self._cells is None else int((cells != self._cells).sum())
        theory = physics(arrays, received, cells)
        memory = self._memory or nothing_before(len(arrays.user))
        predicted = self._predicted(arrays, features(arrays, theory, memory, self._memory is None, settle_s))
        self._cells, self._ordered, self._memory = cells, arrays.ordered, _memory(arrays, theory, predicted.mean)
        self._now_s += settle_s + seconds
        window = _window(layout, arrays, theory, predicted.mean, cells, received, seconds, self._now_s, moved)
        if not self.intervals:
            return window
        rates = arrays.mbps.tolist()
        return window.model_copy(
            update={"low": _flows(layout, predicted.low, rates), "high": _flows(layout, predicted.high, rates)}
        )

    def _predicted(self, arrays: LayoutArrays, seen: Floats) -> Prediction:
        """What the ensemble says of the flows that send; those that do not are told as the traces tell them."""
        sends = arrays.mbps > 0.0
        told = self.ensemble.predict(seen[sends], arrays.host_ms[sends], self.intervals)
        every = []
        for part in (told.mean, told.low, told.high) if self.intervals else (told.mean,):
            whole = np.empty((len(sends), len(TARGETS)))
            whole[:] = _SILENT
            whole[sends] = part
            every.append(whole)
        return Prediction(every[0], every[-2 if self.intervals else 0], every[-1])

    def _served(self, arrays: LayoutArrays, received: Floats) -> Ints:
        before = np.full(len(arrays.places), -1) if self._cells is None else self._cells
        asked = arrays.ordered >= 0
        ordered = asked if self._ordered is None else asked & (arrays.ordered != self._ordered)
        return next_cells(arrays, received, before, ordered & (self._cells is not None))


def _memory(arrays: LayoutArrays, theory: Physics, told: Floats) -> Memory:
    return Memory(
        slice_of=arrays.slice_of,
        cell=theory.cell,
        host=arrays.host,
        mbps=arrays.mbps,
        latency_ms=told[:, 0],
        jitter_ms=told[:, 1],
        loss=told[:, 2],
        ratio=told[:, 3],
        could=could_per_need(theory),
    )


def _window(
    layout: Layout,
    arrays: LayoutArrays,
    theory: Physics,
    mean: Floats,
    cells: Ints,
    received: Floats,
    seconds: float,
    now_s: float,
    moved: int,
) -> Window:
    names, rates, sinr = list(layout.cells), arrays.mbps.tolist(), np.zeros(len(cells))
    sinr[arrays.user] = theory.sinr_db
    # RSRP is per resource element, of which a resource block has twelve.
    rsrp = received[np.arange(len(cells)), cells] - 10.0 * math.log10(12.0)
    rows = zip(layout.users, cells.tolist(), np.round(rsrp, 2).tolist(), np.round(sinr, 2).tolist(), strict=True)
    loads = np.round(np.minimum(theory.loads, 1.0), 4).tolist()
    return Window.trusted(
        seconds=seconds,
        now_s=round(now_s, 6),
        flows=_flows(layout, mean, rates),
        users={name: UserWindow.trusted(cell=names[cell], rsrp_dbm=rs, sinr_db=si, cqi=()) for name, cell, rs, si in rows},
        prb_load=dict(zip(names, loads, strict=True)),
        handovers=moved,
        low={},
        high={},
    )


def _flows(layout: Layout, values: Floats, rates: list[float]) -> dict[str, FlowWindow]:
    """Flow windows; None for the delay of a flow of which hardly anything arrives."""
    found = {}
    for name, (latency, jitter, loss, ratio), mbps in zip(layout.flows, np.round(values, 5).tolist(), rates, strict=True):
        dead = mbps <= 0.0 or loss > _LOST or latency >= LATENCY_MS or math.isnan(latency)
        found[name] = FlowWindow.trusted(
            latency_ms=None if dead else latency,
            jitter_ms=None if dead else jitter,
            loss=loss if mbps > 0.0 else 0.0,
            throughput_mbps=0.0 if mbps <= 0.0 else round(mbps * ratio, 5),
            offered_mbps=mbps,
        )
    return found
