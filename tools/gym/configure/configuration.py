"""The four Configuration tools of seed 001: each changes the network and answers after a new measurement."""

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
from tools.gym.context import GymContext, answer, require_gnb
from tools.gym.state_summary import state_summary
from twins.gym.changes import with_host, with_rates, with_share, with_slice
from twins.gym.layout import Layout
from twins.gym.servers import processing_ms

TIMEOUT_S = 300.0


class SwitchNetworkSlice(ToolRequest):
    """The slice to leave and the slice to join."""

    current: Slice = Field(description="slice that carries the mission now")
    target: Slice = Field(description="slice to move it to")


class GracefulDegradation(ToolRequest):
    """Whose traffic is reduced, and to which share of its full rate."""

    degradation: DegradationSpec


class EdgeOffload(ToolRequest):
    """The task and the server to run it."""

    task: TaskSpec
    target: OffloadTarget


class TriggerSliceReallocation(ToolRequest):
    """The slice and its new share of resource blocks."""

    slice: Slice
    resources: ResourceSpec


class OffloadResult(ToolValue):
    """Server that now runs the task, its load 0..1, the time of one job in ms, and the network state."""

    task: str
    server: str
    load: float
    processing_ms: float
    state: NetworkState


def configure_and_measure(context: GymContext, layout: Layout) -> NetworkState:
    """Put `layout` in force and return the state measured under it; raises ToolError("permission") and InfrastructureError."""
    require_permission(context)
    context.world.configure(layout)
    return context.world.measure().state


def require_permission(context: GymContext) -> None:
    """Raise ToolError("permission") unless the runner or the gate let this call through."""
    if not context.may_configure:
        raise ToolError(
            Boundary.PERMISSION, "this call was not let through: Configuration tools run only when the runner or the gate says so"
        )


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def switch_network_slice(context: GymContext, request: SwitchNetworkSlice) -> Evidence[NetworkState]:
    """Move the mission's traffic from its current slice to another one; returns the network state after the move."""
    world = context.world
    if request.current is not world.state.slice:
        raise ToolError(Boundary.REFUSED, f"current={request.current.value}: the mission is on {world.state.slice.value}")
    state = configure_and_measure(context, with_slice(world.layout, world.scenario.mission, request.target))
    return answer(context, state_summary(state), state)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def graceful_degradation(context: GymContext, request: GracefulDegradation) -> Evidence[NetworkState]:
    """Limit the mission, or the other users of a slice, to a share of their full rate; keep_rate 1 restores the full rate."""
    world, spec = context.world, request.degradation
    mission, full = world.scenario.mission, world.scenario.layout.flows
    names = [
        name
        for name, flow in world.layout.flows.items()
        if (name in mission if spec.target == "mission" else flow.slice == spec.target)
    ]
    limited = [name for name in names if spec.target == "mission" or name not in mission]
    state = configure_and_measure(context, with_rates(world.layout, {name: full[name].mbps * spec.keep_rate for name in limited}))
    return answer(context, state_summary(state), state)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S, also_changes=("tasks",))
def edge_offload(context: GymContext, request: EdgeOffload) -> Evidence[OffloadResult]:
    """Run a task at a server; the task "service" is the mission's own: its traffic then comes from that server."""
    require_permission(context)
    world, server = context.world, request.target.server
    if server not in world.scenario.servers:
        raise ToolError(Boundary.ARGUMENTS, f"target.server={server!r} does not exist: {', '.join(world.scenario.servers)}")
    world.place(request.task, server)
    if request.task.task == world.scenario.service.task:
        world.configure(with_host(world.layout, world.scenario.mission, server))
    state, load = world.measure().state, world.measured.server_loads[server]
    job_ms = processing_ms(world.scenario.servers[server], request.task, load)
    value = OffloadResult(task=request.task.task, server=server, load=round(load, 4), processing_ms=round(job_ms, 3), state=state)
    return answer(context, f"{value.task} at {server}: load {load:.0%}, {job_ms:.1f} ms a job; {state_summary(state)}", value)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def trigger_slice_reallocation(context: GymContext, request: TriggerSliceReallocation) -> Evidence[NetworkState]:
    """Set a slice's share of the resource blocks; the other slices divide the rest in their previous proportion."""
    world, resources = context.world, request.resources
    gnbs = [require_gnb(context, name) for name in resources.gnbs]
    state = configure_and_measure(context, with_share(world.layout, request.slice, resources.share, gnbs))
    return answer(context, state_summary(state), state)


CONFIGURATION: tuple[Tool[Any, Any], ...] = (
    switch_network_slice,
    graceful_degradation,
    edge_offload,
    trigger_slice_reallocation,
)
