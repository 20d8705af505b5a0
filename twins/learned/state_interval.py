"""From intervals of flows to an interval of the network state."""

from __future__ import annotations

from collections.abc import Mapping

from policies.gym.network_state import NetworkState
from twins.gym.layout import Layout
from twins.gym.measurement import state_of
from twins.gym.scenario import Scenario
from twins.gym.window import Window

_DIMENSIONS = ("latency_ms", "jitter_ms", "loss", "throughput_mbps", "edge_load")


def state_interval(
    scenario: Scenario, layout: Layout, window: Window, loads: Mapping[str, float]
) -> tuple[NetworkState, NetworkState, NetworkState]:
    """Return the state of a window with intervals, and the states between which 90 % lie, dimension by dimension.

    Means over flows are weighted by what each delivers, which differs between bounds: the interval is stretched to hold its mean.
    """
    mean, low, high = (state_of(scenario, layout, flows, loads) for flows in (window.flows, window.low, window.high))
    every = [(name, [getattr(one, name) for one in (mean, low, high)]) for name in _DIMENSIONS]
    return (
        mean,
        mean.model_copy(update={name: min(values) for name, values in every}),
        mean.model_copy(update={name: max(values) for name, values in every}),
    )
