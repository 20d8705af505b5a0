"""Reasoning about a mission as a whole: its remaining steps, and whether it is complete."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.mission import MissionLog, MissionSpec, unmet
from policies.gym.network_state import NetworkState
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, require_gnb, require_uav
from twins.gym.mission_log import ALERT
from twins.gym.world import World


class UpdateMissionPlan(ToolRequest):
    """The mission's goals, and the state of its service."""

    mission: MissionSpec
    state: NetworkState = Field(description="as returned by check_network_state")


class ValidateMissionCompletion(ToolRequest):
    """The mission's goals, and its log."""

    mission: MissionSpec
    log: MissionLog = Field(description="read_telemetry's log")


class PlanStep(ToolValue):
    """One remaining step: its subject, the action, and what is missing."""

    subject: str
    action: str
    detail: str


class MissionPlan(ToolValue):
    """The remaining steps, in the order service, flights, handovers, tasks, alerts, batteries."""

    at_s: float
    steps: tuple[PlanStep, ...]


class ValidationResult(ToolValue):
    """Whether all goals of the mission are met, and a sentence for each goal that is not."""

    complete: bool
    unmet: tuple[str, ...]


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def update_mission_plan(context: GymContext, request: UpdateMissionPlan) -> Evidence[MissionPlan]:
    """List the remaining steps of a mission, given the state of its service, and write the plan into the mission's log."""
    world, spec = context.world, request.mission
    _check(context, spec)
    shortfalls = spec.sla.shortfalls(request.state) if spec.sla is not None else ()
    steps = [PlanStep(subject="service", action="restore", detail=shortfall) for shortfall in shortfalls]
    steps += [
        *_flights(world, spec),
        *_handovers(world, spec),
        *_tasks(world, spec),
        *_alerts(world, spec),
        *_batteries(world, spec),
    ]
    lines = [f"{step.action} {step.subject}: {step.detail}" for step in steps]
    entry = world.note("plan", "mission", "; ".join(lines) or "nothing to do")
    value = MissionPlan(at_s=entry.at_s, steps=tuple(steps))
    summary = "; ".join(lines[:3]) + (" …" if len(steps) > 3 else "")
    return answer(context, f"{len(steps)} steps{': ' if steps else ''}{summary}", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,))
def validate_mission_completion(context: GymContext, request: ValidateMissionCompletion) -> Evidence[ValidationResult]:
    """Check a mission's log against its goals; use it before reporting the mission as complete."""
    open_goals = unmet(request.mission, request.log)
    value = ValidationResult(complete=not open_goals, unmet=open_goals)
    return answer(context, "; ".join(open_goals) or "the mission is complete", value, kind="computation")


def _check(context: GymContext, spec: MissionSpec) -> None:
    """Raise ToolError for a name that does not exist or a destination that breaks the geofence."""
    world = context.world
    for uav in (*spec.destinations, *spec.serving, *spec.notified):
        require_uav(context, uav)
    for gnb in spec.serving.values():
        require_gnb(context, gnb)
    places = (*world.mission.fleet, *world.scenario.servers)
    for task, where in spec.tasks.items():
        if where not in places:
            raise ToolError(Boundary.ARGUMENTS, f"mission.tasks.{task}={where!r} is no UAV and no server: {', '.join(places)}")
    for uav, there in spec.destinations.items():
        if violations := world.scenario.geofence.objections(there):
            message = f"mission.destinations.{uav}: {'; '.join(violations)}: choose a place that check_geofence allows"
            raise ToolError(Boundary.REFUSED, message)


def _flights(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    for name, there in spec.destinations.items():
        uav = world.mission.fleet[name]
        distance = uav.position.distance_m(there)
        if distance > spec.tolerance_m:
            where = f"({there.x_m:g}, {there.y_m:g}, {there.z_m:g}) m"
            detail = f"{distance:.0f} m to {where}, {distance / uav.speed_mps:.0f} s at {uav.speed_mps:g} m/s"
            on_its_way = ", on its way" if uav.way and uav.way[-1] == there else ""
            yield PlanStep(subject=name, action="fly", detail=detail + on_its_way)


def _handovers(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    for name, gnb in spec.serving.items():
        ordered = world.mission.ordered.get(name)
        detail = f"to {gnb}: " + ("ordered, see check_handover_status" if ordered == gnb else "unless it serves already")
        yield PlanStep(subject=name, action="hand over", detail=detail)


def _tasks(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    hosts = {task.task: name for name, uav in world.mission.fleet.items() for task in uav.tasks}
    hosts |= {name: server for name, (_, server) in world.placed.items()}
    for task, where in spec.tasks.items():
        if hosts.get(task) != where:
            yield PlanStep(subject=task, action="compute", detail=f"at {where}, now {hosts.get(task, 'not ordered')}")


def _alerts(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    sent = {(entry.subject, entry.detail) for entry in world.mission.log if entry.kind == ALERT}
    for name, alert in spec.notified.items():
        if (name, alert) not in sent:
            yield PlanStep(subject=name, action="alert", detail=alert)


def _batteries(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    for name, uav in world.mission.fleet.items():
        if uav.charge < spec.min_charge:
            yield PlanStep(subject=name, action="spare", detail=f"{uav.charge:.0%} charge, {spec.min_charge:.0%} shall be left")
