"""How well the Experiment Model foretells ns-3: states along whole segments, next to two baselines.

1. The model is rolled out: it sees the layouts of a segment and its own windows, never a measured one. It meets each state of the
   segment as an agent in the gym would.
2. Persistence says that the last measured state stands. The linear baseline is a ridge regression from the last measured state,
   the action and the events. Both see measurements of ns-3 that the model does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from policies.gym.degradation import DegradationKind
from policies.gym.network_state import NetworkState
from training.gym.traces.row import TraceRow
from twins.gym.measurement import state_of
from twins.gym.world import WARM_UP_S, WINDOW_S, settle_s
from twins.learned.arrays import Floats
from twins.learned.ensemble import Ensemble
from twins.learned.network import LearnedNetwork
from twins.learned.state_interval import state_interval

DIMENSIONS = ("latency_ms", "jitter_ms", "loss", "throughput_mbps", "edge_load")


@dataclass(frozen=True)
class Foretold:
    """S states, [S, 5] in the order of `DIMENSIONS`: `truth` of ns-3, the model's `mean`, `low` and `high`, the state `before`.

    `first` marks the beginnings of segments, which have no state before; `known` are the inputs of the linear baseline.
    """

    truth: Floats
    mean: Floats
    low: Floats
    high: Floats
    before: Floats
    first: NDArray[np.bool_]
    known: Floats
    seed: NDArray[np.int64]


def foretold(rows: Iterable[TraceRow], ensemble: Ensemble) -> Foretold:
    """Roll the model out along every segment of `rows`."""
    columns: list[list[object]] = [[] for _ in range(8)]
    for _, segment in groupby(rows, key=lambda row: (row.family, row.seed, row.segment)):
        for values in _segment(list(segment), ensemble):
            for column, value in zip(columns, values, strict=True):
                column.append(value)
    return Foretold(*(np.array(column) for column in columns))


def _segment(rows: list[TraceRow], ensemble: Ensemble) -> Iterable[tuple[object, ...]]:
    made, network, before, last = rows[0].scenario(), LearnedNetwork(ensemble, intervals=True), None, None
    for row in rows:
        layout = row.measured_layout(made.layout)
        settle = WARM_UP_S if before is None else settle_s(before, layout)
        if before is None:
            network.begin(layout)
        window = network.run(layout, WINDOW_S, settle)
        truth = vector(state_of(made, layout, row.measured_window().flows, row.server_loads))
        mean, low, high = map(vector, state_interval(made, layout, window, row.server_loads))
        yield truth, mean, low, high, truth if last is None else last, last is None, _known(row, last, truth), row.seed
        before, last = layout, truth


def vector(state: NetworkState) -> Floats:
    """The state without its slice, [5]."""
    return np.array([getattr(state, name) for name in DIMENSIONS])


def _known(row: TraceRow, last: Floats | None, truth: Floats) -> Floats:
    """Inputs of the linear baseline: state before, slice, action and its number, magnitudes of the events."""
    events = {kind.value: 0.0 for kind in DegradationKind}
    for event in row.events:
        events[event["kind"]] = float(event["magnitude"])
    tools = ("switch_network_slice", "trigger_slice_reallocation", "graceful_degradation", "edge_offload", "set_waypoint",
             "request_handover", "steer_beam", "set_transmit_power", "set_handover_offset", "select_receiver")  # fmt: skip
    action = row.action or {"tool": "", "arguments": {}}
    arguments = action["arguments"]
    number = arguments.get("resources", {}).get("share", arguments.get("degradation", {}).get("keep_rate", 0.0))
    return np.array(
        [
            1.0,
            *(truth if last is None else last),
            *(1.0 if row.state["slice"] == name else 0.0 for name in ("eMBB", "URLLC", "mMTC")),
            *(1.0 if action["tool"] == tool else 0.0 for tool in tools),
            float(number),
            *events.values(),
        ]
    )


def linear(train: Foretold, test: Foretold) -> Floats:
    """Ridge regression fitted on `train`, told for `test`, [S, 5]."""
    x = train.known[~train.first]
    spread = x.std(0) + 1e-9
    spread[0] = 1.0
    scaled = x / spread
    weights = np.linalg.solve(scaled.T @ scaled + 1.0 * np.eye(scaled.shape[1]), scaled.T @ train.truth[~train.first])
    return np.asarray((test.known / spread) @ weights)


def scores(truth: Floats, told: Floats) -> list[dict[str, float]]:
    """Mean absolute error and R² of each dimension."""
    found = []
    for place in range(len(DIMENSIONS)):
        error, spread = told[:, place] - truth[:, place], truth[:, place] - truth[:, place].mean()
        found.append({"mae": float(np.abs(error).mean()), "r2": float(1.0 - (error**2).sum() / max((spread**2).sum(), 1e-12))})
    return found


def coverage(one: Foretold) -> Floats:
    """Share of states between `low` and `high`, by dimension; a hair of tolerance for values on a bound."""
    slack = 1e-6 + 1e-4 * np.abs(one.truth)
    inside = (one.truth >= one.low - slack) & (one.truth <= one.high + slack)
    return np.asarray(inside.mean(0))
