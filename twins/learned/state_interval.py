"""Prediction interval of the network state from the intervals of its flows."""

from __future__ import annotations

from collections.abc import Mapping

from policies.gym.network_state import NetworkState
from twins.gym.layout import Layout
from twins.gym.measurement import state_of
from twins.gym.scenario import Scenario
from twins.gym.window import Window

DIMENSIONS = ("latency_ms", "jitter_ms", "loss", "throughput_mbps", "edge_load")


def state_interval(
    scenario: Scenario, layout: Layout, window: Window, loads: Mapping[str, float]
) -> tuple[NetworkState, NetworkState, NetworkState]:
    """Return the state of a window with intervals, and the lower and upper bounds of the 90 % interval of each dimension.

    Means over flows are weighted by delivered traffic, which differs between the bounds: the interval is extended to contain the
    mean.
    """
    mean, low, high = (state_of(scenario, layout, flows, loads) for flows in (window.flows, window.low, window.high))
    dimensions = [(name, [getattr(state, name) for state in (mean, low, high)]) for name in DIMENSIONS]
    return (
        mean,
        mean.model_copy(update={name: min(values) for name, values in dimensions}),
        mean.model_copy(update={name: max(values) for name, values in dimensions}),
    )
