"""The best and the worst plausible value of a measured state, from the Experiment Model's intervals.

A corner lies at `REACH` of the distance from the expected value to the bound of the 90 % interval: at 0.35, about 70 % of states
lie inside each of them. With wider corners hardly any congested slice would make a task, and slicing is about those.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.gym.network_state import NetworkState
from policies.slices import Slice
from twins.gym.measurement import Service, bystanders
from twins.gym.world import World
from twins.learned.state_interval import state_interval

REACH = 0.35


@dataclass(frozen=True)
class Corners:
    """A state with its corners: `best` has low latency, jitter and loss and high throughput, `worst` the opposite."""

    state: NetworkState
    best: NetworkState
    worst: NetworkState


def corners(world: World) -> Corners:
    """Return the corners of the last measurement of a world whose network predicts intervals."""
    measured = world.measured
    mean, *bounds = state_interval(world.scenario, measured.layout, measured.window, measured.server_loads)
    low, high = (_toward(mean, bound) for bound in bounds)
    return Corners(
        state=mean,
        best=low.model_copy(update={"throughput_mbps": high.throughput_mbps}),
        worst=high.model_copy(update={"throughput_mbps": low.throughput_mbps}),
    )


def _toward(mean: NetworkState, bound: NetworkState) -> NetworkState:
    names = ("latency_ms", "jitter_ms", "loss", "throughput_mbps", "edge_load")
    return mean.model_copy(
        update={name: getattr(mean, name) + REACH * (getattr(bound, name) - getattr(mean, name)) for name in names}
    )


def worst_service(world: World) -> dict[Slice, Service]:
    """Service of the other users of each slice at the lower bounds of their 90 % intervals."""
    measured = world.measured
    window = measured.window.model_copy(update={"flows": measured.window.low})
    return bystanders(measured.layout, window, world.scenario.mission)
