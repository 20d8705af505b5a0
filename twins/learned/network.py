"""`LearnedNetwork`: the Experiment Model as a packet network, some thousand times as fast as the ns-3 network it was trained on.

It predicts window after window and carries over serving cells, delays and losses; the same sequence of layouts gives the same
windows. Like its training traces, its predictions are for LTE/EPC.
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
from twins.learned.features import ATTAINABLE, LATENCY_MS, Memory, ModelInputs, empty_memory, model_inputs

_LOST = 0.985  # above this loss, too few packets arrive to measure delay


class LearnedNetwork:
    """Carries a layout's flows by prediction; see `twins.gym.packet_network`."""

    label = "Experiment Model, learned on ns-3 LTE/EPC"

    def __init__(self, ensemble: Ensemble | None = None, intervals: bool = False) -> None:
        """Create a network; with `intervals`, windows include 90 % prediction intervals, at 1.5 times the cost."""
        self.ensemble, self.intervals = ensemble or Ensemble.load(), intervals
        self._cells: Ints | None = None
        self._memory: Memory | None = None
        self._ordered: Ints | None = None
        self._now_s = 0.0

    def copy(self) -> LearnedNetwork:
        """Return an independent copy in the same state, for example for a search over actions."""
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
        memory = self._memory or empty_memory(len(arrays.user))
        inputs = model_inputs(arrays, cells, ordered, memory, began, settle_s)
        predicted = self.ensemble.predict(inputs.features, arrays.host_ms, arrays.mbps > 0.0, self.intervals)
        handovers = 0 if began else int(np.count_nonzero(inputs.cells != cells))
        self._cells, self._ordered, self._memory = inputs.cells, arrays.ordered, _memory(arrays, inputs, predicted.mean)
        self._now_s += settle_s + seconds
        window = _window(layout, arrays, inputs, predicted.mean, seconds, self._now_s, handovers)
        if not self.intervals:
            return window
        return window.changed(low=_flows(layout, predicted.low, arrays), high=_flows(layout, predicted.high, arrays))


def _memory(arrays: LayoutArrays, inputs: ModelInputs, mean: Floats) -> Memory:
    return Memory(
        slice_of=arrays.slice_of,
        cell=inputs.theory.cell,
        host=arrays.host,
        mbps=arrays.mbps,
        latency_ms=mean[:, 0],
        jitter_ms=mean[:, 1],
        loss=mean[:, 2],
        ratio=mean[:, 3],
        attainable=inputs.features[:, ATTAINABLE],
    )


def _window(
    layout: Layout, arrays: LayoutArrays, inputs: ModelInputs, mean: Floats, seconds: float, now_s: float, handovers: int
) -> Window:
    cells = list(layout.cells)
    return Window.unchecked(
        seconds=seconds,
        now_s=round(now_s, 6),
        flows=_flows(layout, mean, arrays),
        users=OnDemand(layout.users, partial(_user, cells, arrays, inputs)),
        prb_load=OnDemand(cells, partial(_load, inputs.theory.loads)),
        handovers=handovers,
        low={},
        high={},
    )


def _load(loads: Floats, cell: int) -> float:
    return float(np.round(min(loads[cell], 1.0), 4))


def _user(cells: list[str], arrays: LayoutArrays, inputs: ModelInputs, user: int) -> UserWindow:
    """Return the window of a user; its SINR is that of its last flow, 0 dB without a flow."""
    cell, flows = inputs.cells[user], np.flatnonzero(arrays.user == user)
    rsrp = inputs.received[user, cell] - 10.0 * math.log10(12.0)  # per resource element, 12 in a resource block
    sinr = inputs.theory.sinr_db[flows[-1]] if len(flows) else 0.0
    return UserWindow.unchecked(cell=cells[cell], rsrp_dbm=float(np.round(rsrp, 2)), sinr_db=float(np.round(sinr, 2)), cqi=())


def _flows(layout: Layout, values: Floats, arrays: LayoutArrays) -> OnDemand[FlowWindow]:
    return OnDemand(layout.flows, partial(_flow, values.round(5), arrays.mbps))


def _flow(values: Floats, rates: Floats, flow: int) -> FlowWindow:
    """Return the window of a flow; latency and jitter are None if hardly anything is delivered."""
    (latency, jitter, loss, ratio), mbps = values[flow].tolist(), rates.item(flow)
    dead = mbps <= 0.0 or loss > _LOST or latency >= LATENCY_MS or math.isnan(latency)
    return FlowWindow.unchecked(
        latency_ms=None if dead else latency,
        jitter_ms=None if dead else jitter,
        loss=loss if mbps > 0.0 else 0.0,
        throughput_mbps=0.0 if mbps <= 0.0 else round(mbps * ratio, 5),
        offered_mbps=mbps,
    )
