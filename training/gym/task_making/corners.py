"""The best and the worst that a measured state may well be, by the Experiment Model's intervals.

Corners lie `REACH` of the way from the expected value to the bound of the 90 % interval: with 0.35, seven out of ten states lie
inside each. Farther out hardly a congested slice would make a task, and those are what slicing is about.
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
    """A state with its corners: `best` low latency, jitter and loss and high throughput, `worst` the other way round."""

    state: NetworkState
    best: NetworkState
    worst: NetworkState


def corners(world: World) -> Corners:
    """The corners of the last measurement, of a world over a network with intervals."""
    made = world.measured
    mean, *bounds = state_interval(world.scenario, made.layout, made.window, made.server_loads)
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
    """What other users of each slice get at the lower bounds of their 90 % intervals."""
    made = world.measured
    return bystanders(made.layout, made.window.model_copy(update={"flows": made.window.low}), world.scenario.mission)
