"""The configurations that an expert considers, and the search for the shortest sequence of them that meets an SLA.

The search is breadth-first over a fixed list of calls, on forks of the Experiment Model's world, so that its result is the
shortest sequence of these calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policies.slices import Slice
from tools.calls.caller import Caller
from tools.contract import Tool
from tools.gym.catalogue import gym_registry
from tools.gym.context import GymContext
from training.gym.tasks.gym_task import Domain, PlannedCall
from twins.gym.packet_network import InfrastructureError
from twins.gym.world import World
from twins.learned.network import LearnedNetwork

SHARES = (0.35, 0.5, 0.65)
KEEP_RATES = (0.8, 0.6)
ALLOWED: dict[Domain, tuple[str, ...]] = {
    Domain.SLICING: ("slice", "shares"),
    Domain.OFFLOADING: ("service",),
    Domain.UAV_CONTROL: ("slice", "service"),
    Domain.RECOVERY: ("slice", "shares", "service", "mission rate"),
    Domain.COORDINATION: ("slice", "shares", "service"),
}


@dataclass(frozen=True)
class Branch:
    """The world after `calls`."""

    calls: tuple[PlannedCall, ...]
    world: World


def _fork(world: World) -> World:
    """Fork a world over the Experiment Model."""
    assert isinstance(world.network, LearnedNetwork)
    return world.fork(world.network.copy())


def candidates(world: World, domain: Domain) -> Iterator[PlannedCall]:
    """Yield the calls to try next, within what the domain allows to change."""
    for name in ALLOWED[domain]:
        yield from _OPTIONS[name](world)


def _switches(world: World) -> Iterator[PlannedCall]:
    current = world.state.slice
    for target in Slice:
        if target is not current:
            yield PlannedCall(tool="switch_network_slice", arguments={"current": current.value, "target": target.value})


def _shares(world: World) -> Iterator[PlannedCall]:
    for share in SHARES:
        arguments = {"slice": world.state.slice.value, "resources": {"share": share, "gnbs": []}}
        yield PlannedCall(tool="trigger_slice_reallocation", arguments=arguments)


def _servers(world: World) -> Iterator[PlannedCall]:
    task = world.service_task().model_dump()
    for server in world.scenario.servers:
        if server != world.service_host:
            yield PlannedCall(tool="edge_offload", arguments={"task": task, "target": {"server": server}})


def _rates(world: World) -> Iterator[PlannedCall]:
    for keep in KEEP_RATES:
        yield PlannedCall(tool="graceful_degradation", arguments={"degradation": {"target": "mission", "keep_rate": keep}})


_OPTIONS: dict[str, Callable[[World], Iterator[PlannedCall]]] = {
    "slice": _switches,
    "shares": _shares,
    "service": _servers,
    "mission rate": _rates,
}


def after(branch: Branch, call: PlannedCall) -> Branch:
    """Return the branch extended by `call`, which takes no mission time here."""
    world = _fork(branch.world)
    context = GymContext(world, may_configure=True)
    caller = Caller(gym_registry(), lambda tool: context, Tool.run, infrastructure=(InfrastructureError,))
    caller.evidence(call.tool_call)
    return Branch((*branch.calls, call), world)


def branches(world: World, domain: Domain, depth: int) -> list[list[Branch]]:
    """Return all branches of 0 to `depth` calls, by number of calls; a branch uses no tool twice."""
    levels = [[Branch((), world)]]
    for _ in range(depth):
        levels.append(
            [
                after(branch, call)
                for branch in levels[-1]
                for call in candidates(branch.world, domain)
                if all(call.tool != earlier.tool for earlier in branch.calls)
            ]
        )
    return levels


def shortest(levels: list[list[Branch]], accept: Callable[[World], bool]) -> Branch | None:
    """Return the shortest branch whose world `accept` accepts; None if there is none."""
    return next((branch for level in levels for branch in level if accept(branch.world)), None)
