"""`LearnedNetwork`: the Experiment Model as a packet network, some thousand times as fast as the one it was learned from.

It keeps what a window leaves for the next (serving cells, delays, losses) and predicts window after window; the same layouts in
the same order give the same windows. What it says is about LTE/EPC, as its traces were.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from twins.gym.layout import Layout
from twins.gym.on_demand import OnDemand
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
        if self._cells is None or self._ordered is None:
            self._cells = self._ordered = np.full(len(arrays.places), -1)
        cells, ordered = self._cells, self._ordered
        memory = self._memory or nothing_before(len(arrays.user))
        seen = foreseen(arrays, cells, ordered, memory, began, settle_s)
        predicted = self.ensemble.predict(seen.features, arrays.host_ms, arrays.mbps > 0.0, self.intervals)
        moved = 0 if began else int(np.count_nonzero(seen.cells != cells))
        self._cells, self._ordered, self._memory = seen.cells, arrays.ordered, _memory(arrays, seen, predicted.mean)
        self._now_s += settle_s + seconds
        window = _window(layout, arrays, seen, predicted.mean, seconds, self._now_s, moved)
        if not self.intervals:
            return window
        return window.changed(low=_flows(layout, predicted.low, arrays), high=_flows(layout, predicted.high, arrays))


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
    cells = list(layout.cells)
    return Window.unchecked(
        seconds=seconds,
        now_s=round(now_s, 6),
        flows=_flows(layout, mean, arrays),
        users=OnDemand(layout.users, partial(_user, cells, arrays, seen)),
        prb_load=OnDemand(cells, partial(_load, seen.theory.loads)),
        handovers=moved,
        low={},
        high={},
    )


def _load(loads: Floats, cell: int) -> float:
    return float(np.round(min(loads[cell], 1.0), 4))


def _user(cells: list[str], arrays: LayoutArrays, seen: Foreseen, user: int) -> UserWindow:
    """The window of a user; its SINR is that of its last flow, and 0 dB where nothing is sent to it."""
    cell, flows = seen.cells[user], np.flatnonzero(arrays.user == user)
    rsrp = seen.received[user, cell] - 10.0 * math.log10(12.0)  # per resource element, of which a resource block has twelve
    sinr = seen.theory.sinr_db[flows[-1]] if len(flows) else 0.0
    return UserWindow.unchecked(cell=cells[cell], rsrp_dbm=float(np.round(rsrp, 2)), sinr_db=float(np.round(sinr, 2)), cqi=())


def _flows(layout: Layout, values: Floats, arrays: LayoutArrays) -> OnDemand[FlowWindow]:
    return OnDemand(layout.flows, partial(_flow, values.round(5), arrays.mbps))


def _flow(values: Floats, rates: Floats, flow: int) -> FlowWindow:
    """The window of a flow; None for the delay where hardly anything arrives."""
    (latency, jitter, loss, ratio), mbps = values[flow].tolist(), rates.item(flow)
    dead = mbps <= 0.0 or loss > _LOST or latency >= LATENCY_MS or math.isnan(latency)
    return FlowWindow.unchecked(
        latency_ms=None if dead else latency,
        jitter_ms=None if dead else jitter,
        loss=loss if mbps > 0.0 else 0.0,
        throughput_mbps=0.0 if mbps <= 0.0 else round(mbps * ratio, 5),
        offered_mbps=mbps,
    )
