"""The best and the worst that a measured state may really be, by the Experiment Model's intervals."""

from __future__ import annotations

from dataclasses import dataclass

from policies.gym.network_state import NetworkState
from policies.slices import Slice
from twins.gym.measurement import Service, bystanders
from twins.gym.world import World
from twins.learned.state_interval import state_interval


@dataclass(frozen=True)
class Corners:
    """A state with its corners: `best` low latency, jitter and loss and high throughput, `worst` the other way round."""

    state: NetworkState
    best: NetworkState
    worst: NetworkState


def corners(world: World) -> Corners:
    """The corners of the last measurement, of a world over a network with intervals."""
    made = world.measured
    mean, low, high = state_interval(world.scenario, made.layout, made.window, made.server_loads)
    return Corners(
        state=mean,
        best=low.model_copy(update={"throughput_mbps": high.throughput_mbps}),
        worst=high.model_copy(update={"throughput_mbps": low.throughput_mbps}),
    )


def worst_service(world: World) -> dict[Slice, Service]:
    """What other users of each slice get at the worst corner."""
    made = world.measured
    return bystanders(made.layout, made.window.model_copy(update={"flows": made.window.low}), world.scenario.mission)
