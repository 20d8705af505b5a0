"""The four Configuration tools of seed 001: they change the network, which is measured again before they answer."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.adjustment import DegradationSpec, ResourceSpec
from policies.gym.network_state import NetworkState
from policies.gym.offload import OffloadTarget
from policies.gym.task_spec import TaskSpec
from policies.slices import Slice
from tools.contract import Boundary, Tool, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, known_gnb
from twins.gym.changes import with_host, with_rates, with_share, with_slice
from twins.gym.layout import Layout
from twins.gym.servers import processing_ms

TIMEOUT_S = 300.0


class SwitchNetworkSlice(ToolRequest):
    """From which slice to which."""

    current: Slice = Field(description="slice that carries the mission now")
    target: Slice = Field(description="slice that shall carry it")


class GracefulDegradation(ToolRequest):
    """Whose traffic, and how much of it stays."""

    degradation: DegradationSpec


class EdgeOffload(ToolRequest):
    """Which task, and where to."""

    task: TaskSpec
    target: OffloadTarget


class TriggerSliceReallocation(ToolRequest):
    """Which slice, and what it gets."""

    slice: Slice
    resources: ResourceSpec


class OffloadResult(ToolValue):
    """Where the task is computed now, how loaded that server is, how long one job takes, and the network state."""

    task: str
    server: str
    load: float
    processing_ms: float
    state: NetworkState


def configured(context: GymContext, layout: Layout) -> NetworkState:
    """Put `layout` in force and return the state measured under it; raises ToolError permission, unavailable."""
    permitted(context)
    context.world.configure(layout)
    return measured(context)


def permitted(context: GymContext) -> None:
    """Raise ToolError("permission") unless this call was let through."""
    if not context.may_configure:
        raise ToolError(
            Boundary.PERMISSION, "this call was not let through: Configuration tools run only when the runner or the gate says so"
        )


def measured(context: GymContext) -> NetworkState:
    """Measure the world; a simulator that fails is an infrastructure error, not the agent's."""
    return context.world.measure().state


def told(state: NetworkState) -> str:
    """The state in one line."""
    return (
        f"{state.slice.value}: {state.latency_ms:.0f} ms, jitter {state.jitter_ms:.1f} ms, loss {state.loss:.2%},"
        f" {state.throughput_mbps:.2f} Mbit/s, edge load {state.edge_load:.0%}"
    )


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def switch_network_slice(context: GymContext, request: SwitchNetworkSlice) -> Evidence[NetworkState]:
    """Move the mission's traffic from the slice that carries it to another; answers with the network state after it."""
    world = context.world
    if request.current is not world.state.slice:
        raise ToolError(Boundary.REFUSED, f"current={request.current.value}: the mission is on {world.state.slice.value}")
    state = configured(context, with_slice(world.layout, world.scenario.mission, request.target))
    return answer(context, told(state), state)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def graceful_degradation(context: GymContext, request: GracefulDegradation) -> Evidence[NetworkState]:
    """Let the mission, or the other users of a slice, send only a share of their full rate; keep_rate 1 restores it."""
    world, spec = context.world, request.degradation
    mission, full = world.scenario.mission, world.scenario.layout.flows
    names = [
        name
        for name, flow in world.layout.flows.items()
        if (name in mission if spec.target == "mission" else flow.slice == spec.target)
    ]
    others = [name for name in names if spec.target == "mission" or name not in mission]
    state = configured(context, with_rates(world.layout, {name: full[name].mbps * spec.keep_rate for name in others}))
    return answer(context, told(state), state)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S, also_changes=("tasks",))
def edge_offload(context: GymContext, request: EdgeOffload) -> Evidence[OffloadResult]:
    """Compute a task at a server; the task "service" is the mission's own: its traffic then comes from that server."""
    permitted(context)
    world, server = context.world, request.target.server
    if server not in world.scenario.servers:
        raise ToolError(Boundary.ARGUMENTS, f"target.server={server!r} does not exist: {', '.join(world.scenario.servers)}")
    world.place(request.task, server)
    if request.task.task == world.scenario.service.task:
        world.configure(with_host(world.layout, world.scenario.mission, server))
    state, load = measured(context), world.measured.server_loads[server]
    took = processing_ms(world.scenario.servers[server], request.task, load)
    value = OffloadResult(task=request.task.task, server=server, load=round(load, 4), processing_ms=round(took, 3), state=state)
    return answer(context, f"{value.task} at {server}: load {load:.0%}, {took:.1f} ms a job; {told(state)}", value)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def trigger_slice_reallocation(context: GymContext, request: TriggerSliceReallocation) -> Evidence[NetworkState]:
    """Give a slice another share of the resource blocks; the others share the rest in the proportion that they had."""
    world, wanted = context.world, request.resources
    gnbs = [known_gnb(context, name) for name in wanted.gnbs]
    state = configured(context, with_share(world.layout, request.slice, wanted.share, gnbs))
    return answer(context, told(state), state)


CONFIGURATION: tuple[Tool[Any, Any], ...] = (
    switch_network_slice,
    graceful_degradation,
    edge_offload,
    trigger_slice_reallocation,
)
