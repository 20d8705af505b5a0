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
from twins.learned.ensemble import Ensemble
from twins.learned.features import COULD, LATENCY_MS, Foreseen, Memory, foreseen, nothing_before

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
        arrays, began = layout_arrays(layout), self._memory is None
        nobody = np.full(len(arrays.places), -1)
        cells, ordered = (nobody if kept is None else kept for kept in (self._cells, self._ordered))
        memory = self._memory or nothing_before(len(arrays.user))
        seen = foreseen(arrays, cells, ordered, memory, began, settle_s)
        predicted = self.ensemble.predict(seen.features, arrays.host_ms, arrays.mbps > 0.0, self.intervals)
        moved = 0 if began else int((seen.cells != cells).sum())
        self._cells, self._ordered, self._memory = seen.cells, arrays.ordered, _memory(arrays, seen, predicted.mean)
        self._now_s += settle_s + seconds
        window = _window(layout, arrays, seen, predicted.mean, seconds, self._now_s, moved)
        if not self.intervals:
            return window
        rates = arrays.mbps.tolist()
        return window.model_copy(
            update={"low": _flows(layout, predicted.low, rates), "high": _flows(layout, predicted.high, rates)}
        )


def _memory(arrays: LayoutArrays, seen: Foreseen, told: Floats) -> Memory:
    return Memory(
        slice_of=arrays.slice_of,
        cell=seen.theory.cell,
        host=arrays.host,
        mbps=arrays.mbps,
        latency_ms=told[:, 0],
        jitter_ms=told[:, 1],
        loss=told[:, 2],
        ratio=told[:, 3],
        could=seen.features[:, COULD],
    )


def _window(
    layout: Layout, arrays: LayoutArrays, seen: Foreseen, mean: Floats, seconds: float, now_s: float, moved: int
) -> Window:
    names, rates, sinr, cells = list(layout.cells), arrays.mbps.tolist(), np.zeros(len(seen.cells)), seen.cells
    sinr[arrays.user] = seen.theory.sinr_db
    # RSRP is per resource element, of which a resource block has twelve.
    rsrp = seen.received[np.arange(len(cells)), cells] - 10.0 * math.log10(12.0)
    rows = zip(layout.users, cells.tolist(), np.round(rsrp, 2).tolist(), np.round(sinr, 2).tolist(), strict=True)
    loads = np.round(np.minimum(seen.theory.loads, 1.0), 4).tolist()
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
