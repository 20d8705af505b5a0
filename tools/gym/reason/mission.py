"""Reasoning about a mission as a whole: what is still to be done, and whether it is done."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.mission import MissionLog, MissionSpec, unmet
from policies.gym.network_state import NetworkState
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, known_gnb, known_uav
from twins.gym.mission_log import ALERT
from twins.gym.world import World


class UpdateMissionPlan(ToolRequest):
    """What the mission shall achieve, and the state of its service."""

    mission: MissionSpec
    state: NetworkState = Field(description="as check_network_state answers it")


class ValidateMissionCompletion(ToolRequest):
    """What the mission shall achieve, and what is known of it."""

    mission: MissionSpec
    log: MissionLog = Field(description="read_telemetry's log")


class PlanStep(ToolValue):
    """One thing that is still to be done: to whom, what, and how far it is from that."""

    subject: str
    action: str
    detail: str


class MissionPlan(ToolValue):
    """What is still to be done, in the order service, flights, handovers, tasks, alerts, batteries."""

    at_s: float
    steps: tuple[PlanStep, ...]


class ValidationResult(ToolValue):
    """Whether everything that the mission shall achieve holds, and a sentence for each thing that does not."""

    complete: bool
    unmet: tuple[str, ...]


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def update_mission_plan(context: GymContext, request: UpdateMissionPlan) -> Evidence[MissionPlan]:
    """List what is still to be done for a mission, given the state of its service, and write the plan into the mission's log."""
    world, spec = context.world, request.mission
    _check(context, spec)
    short = spec.sla.shortfalls(request.state) if spec.sla is not None else ()
    steps = [PlanStep(subject="service", action="restore", detail=said) for said in short]
    steps += [
        *_flights(world, spec),
        *_handovers(world, spec),
        *_tasks(world, spec),
        *_alerts(world, spec),
        *_batteries(world, spec),
    ]
    entry = world.note(
        "plan", "mission", "; ".join(f"{one.action} {one.subject}: {one.detail}" for one in steps) or "nothing to do"
    )
    value = MissionPlan(at_s=entry.at_s, steps=tuple(steps))
    said = "; ".join(f"{one.action} {one.subject}: {one.detail}" for one in steps[:3]) + (" …" if len(steps) > 3 else "")
    return answer(context, f"{len(steps)} steps{': ' if steps else ''}{said}", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,))
def validate_mission_completion(context: GymContext, request: ValidateMissionCompletion) -> Evidence[ValidationResult]:
    """Check a mission's log against what it shall achieve; use it before saying that the mission is done."""
    said = unmet(request.mission, request.log)
    value = ValidationResult(complete=not said, unmet=said)
    return answer(context, "the mission is complete" if not said else "; ".join(said), value, kind="computation")


def _check(context: GymContext, spec: MissionSpec) -> None:
    """Raise ToolError for a name that does not exist and a destination outside of the geofence."""
    world = context.world
    for uav in (*spec.destinations, *spec.serving, *spec.notified):
        known_uav(context, uav)
    for gnb in spec.serving.values():
        known_gnb(context, gnb)
    places = (*world.mission.fleet, *world.scenario.servers)
    for task, where in spec.tasks.items():
        if where not in places:
            raise ToolError(Boundary.ARGUMENTS, f"mission.tasks.{task}={where!r} is no UAV and no server: {', '.join(places)}")
    for uav, there in spec.destinations.items():
        if broken := world.scenario.geofence.objections(there):
            raise ToolError(
                Boundary.REFUSED, f"mission.destinations.{uav}: {'; '.join(broken)}: choose a place that check_geofence allows"
            )


def _flights(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    for name, there in spec.destinations.items():
        uav = world.mission.fleet[name]
        far = uav.position.distance_m(there)
        if far > spec.tolerance_m:
            where = f"({there.x_m:g}, {there.y_m:g}, {there.z_m:g}) m"
            detail = f"{far:.0f} m to {where}, {far / uav.speed_mps:.0f} s at {uav.speed_mps:g} m/s"
            yield PlanStep(
                subject=name, action="fly", detail=detail + (", on its way" if uav.way and uav.way[-1] == there else "")
            )


def _handovers(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    for name, gnb in spec.serving.items():
        ordered = world.mission.ordered.get(name)
        detail = f"to {gnb}: " + ("ordered, see check_handover_status" if ordered == gnb else "unless it serves already")
        yield PlanStep(subject=name, action="hand over", detail=detail)


def _tasks(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    at = {task.task: name for name, uav in world.mission.fleet.items() for task in uav.tasks}
    at |= {name: server for name, (_, server) in world.placed.items()}
    for task, where in spec.tasks.items():
        if at.get(task) != where:
            yield PlanStep(subject=task, action="compute", detail=f"at {where}, now {at.get(task, 'not ordered')}")


def _alerts(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    sent = {(entry.subject, entry.detail) for entry in world.mission.log if entry.kind == ALERT}
    for name, alert in spec.notified.items():
        if (name, alert) not in sent:
            yield PlanStep(subject=name, action="alert", detail=alert)


def _batteries(world: World, spec: MissionSpec) -> Iterator[PlanStep]:
    for name, uav in world.mission.fleet.items():
        if uav.charge < spec.min_charge:
            yield PlanStep(subject=name, action="spare", detail=f"{uav.charge:.0%} charge, {spec.min_charge:.0%} shall be left")
