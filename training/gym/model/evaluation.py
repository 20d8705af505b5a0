"""Accuracy of the Experiment Model against ns-3: predicted states along whole segments, compared with two baselines.

1. The model is rolled out: its inputs are the layouts of a segment and its own windows, never a measured one, so that it predicts
   each state of the segment as it does for an agent in the gym.
2. Persistence predicts the last measured state. The linear baseline is a ridge regression on the last measured state, the action
   and the events. Both use measurements of ns-3 that the model does not have.
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
from twins.learned.state_interval import DIMENSIONS, state_interval


@dataclass(frozen=True)
class Predictions:
    """S states, [S, 5] in the order of `DIMENSIONS`: `truth` of ns-3, the model's `mean`, `low` and `high`, the `previous` truth.

    `first` [S] marks the first state of a segment, which has no previous one; `linear_inputs` [S, k] are the inputs of the linear
    baseline; `seed` [S] is the topology.
    """

    truth: Floats
    mean: Floats
    low: Floats
    high: Floats
    previous: Floats
    first: NDArray[np.bool_]
    linear_inputs: Floats
    seed: NDArray[np.int64]


def predict(rows: Iterable[TraceRow], ensemble: Ensemble) -> Predictions:
    """Roll the model out along every segment of `rows`."""
    columns: list[list[object]] = [[] for _ in range(8)]
    for _, segment in groupby(rows, key=lambda row: (row.family, row.seed, row.segment)):
        for values in _segment(list(segment), ensemble):
            for column, value in zip(columns, values, strict=True):
                column.append(value)
    return Predictions(*(np.array(column) for column in columns))


def _segment(rows: list[TraceRow], ensemble: Ensemble) -> Iterable[tuple[object, ...]]:
    scenario, network, layout_before, last = rows[0].scenario(), LearnedNetwork(ensemble, intervals=True), None, None
    for row in rows:
        layout = row.measured_layout(scenario.layout)
        settle = WARM_UP_S if layout_before is None else settle_s(layout_before, layout)
        if layout_before is None:
            network.begin(layout)
        window = network.run(layout, WINDOW_S, settle)
        truth = vector(state_of(scenario, layout, row.measured_window().flows, row.server_loads))
        mean, low, high = map(vector, state_interval(scenario, layout, window, row.server_loads))
        previous = truth if last is None else last
        yield truth, mean, low, high, previous, last is None, _linear_inputs(row, previous), row.seed
        layout_before, last = layout, truth


def vector(state: NetworkState) -> Floats:
    """Return the state without its slice, [5]."""
    return np.array([getattr(state, name) for name in DIMENSIONS])


def _linear_inputs(row: TraceRow, previous: Floats) -> Floats:
    """Inputs of the linear baseline: previous state, slice, action and its parameter, magnitudes of the events."""
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
            *previous,
            *(1.0 if row.state["slice"] == name else 0.0 for name in ("eMBB", "URLLC", "mMTC")),
            *(1.0 if action["tool"] == tool else 0.0 for tool in tools),
            float(number),
            *events.values(),
        ]
    )


def linear(train: Predictions, test: Predictions) -> Floats:
    """Return the predictions for `test`, [S, 5], of a ridge regression fitted to `train`."""
    x = train.linear_inputs[~train.first]
    spread = x.std(0) + 1e-9
    spread[0] = 1.0
    scaled = x / spread
    weights = np.linalg.solve(scaled.T @ scaled + 1.0 * np.eye(scaled.shape[1]), scaled.T @ train.truth[~train.first])
    return np.asarray((test.linear_inputs / spread) @ weights)


def scores(truth: Floats, predicted: Floats) -> list[dict[str, float]]:
    """Mean absolute error and R² of each dimension, from [S, 5] each."""
    by_dimension = []
    for column in range(len(DIMENSIONS)):
        error, spread = predicted[:, column] - truth[:, column], truth[:, column] - truth[:, column].mean()
        r2 = float(1.0 - (error**2).sum() / max((spread**2).sum(), 1e-12))
        by_dimension.append({"mae": float(np.abs(error).mean()), "r2": r2})
    return by_dimension


def coverage(predictions: Predictions) -> Floats:
    """Share of states between `low` and `high`, 0..1, by dimension [5], with a small tolerance for values on a bound."""
    truth = predictions.truth
    slack = 1e-6 + 1e-4 * np.abs(truth)
    inside = (truth >= predictions.low - slack) & (truth <= predictions.high + slack)
    return np.asarray(inside.mean(0))
