"""Errands: parts of a mission besides its SLA, each done by one call: a flight, an alert, a computing task."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from policies.gym.alert_type import AlertType
from policies.gym.place import GeofenceSpec, Position
from policies.gym.task_spec import TaskSpec
from training.gym.tasks.gym_task import PlannedCall
from twins.gym.fleet import SEPARATION_M
from twins.gym.world import World

ONBOARD = ("detection", "mapping", "tracking", "thermal survey", "counting")
SERVER_TASKS = ("stitching", "inventory", "3d model", "route forecast", "archive")


@dataclass
class Errands:
    """The errands drawn so far: parts of the mission, allowed mutations, calls and phrases; flights take `reach_s` at most."""

    destinations: dict[str, Position] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    notified: dict[str, str] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    calls: list[PlannedCall] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    specs: dict[str, TaskSpec] = field(default_factory=dict)
    reach_s: float = 12.0


Errand = Callable[[random.Random, World, Errands], bool]


def fly(rng: random.Random, world: World, errands: Errands) -> bool:
    """Send a UAV without an errand of flight to a place that it reaches in a straight line."""
    free = [name for name in world.scenario.mission if name not in errands.destinations]
    if not free:
        return False
    uav = rng.choice(free)
    for _ in range(30):
        place = _place(rng, world.mission.fleet[uav].position, errands.reach_s * world.mission.fleet[uav].speed_mps)
        if place is not None and _clear(world, errands, uav, place):
            errands.destinations[uav] = place
            errands.allowed.append(f"flight {uav}")
            errands.calls.append(PlannedCall(tool="set_waypoint", arguments={"uav": uav, "position": place.model_dump()}))
            errands.phrases.append(rng.choice(_FLY).format(uav=uav, at=f"({place.x_m:g}, {place.y_m:g}) at {place.z_m:g} m"))
            return True
    return False


def alert(rng: random.Random, world: World, errands: Errands) -> bool:
    """Alert a UAV that has not been alerted yet."""
    free = [name for name in world.scenario.mission if name not in errands.notified]
    if not free:
        return False
    uav, kind = rng.choice(free), rng.choice(list(AlertType))
    errands.notified[uav] = kind.value
    errands.allowed.append(f"alert {uav}")
    errands.calls.append(PlannedCall(tool="send_alert", arguments={"uav": uav, "alert": kind.value}))
    errands.phrases.append(rng.choice(_ALERT).format(uav=uav, kind=kind.value.replace("_", " ")))
    return True


def on_board(rng: random.Random, world: World, errands: Errands) -> bool:
    """Run a computing task on board of a UAV."""
    name = rng.choice(ONBOARD)
    if name in errands.tasks:
        return False
    uav = rng.choice(world.scenario.mission)
    spec = TaskSpec(task=name, gcycles_per_job=round(rng.uniform(0.01, 0.06), 3), jobs_per_s=10.0)
    _compute(errands, spec, uav, PlannedCall(tool="assign_task", arguments={"uav": uav, "task": spec.model_dump()}))
    errands.phrases.append(rng.choice(_ON_BOARD).format(task=_described(spec), uav=uav))
    return True


def at_server(rng: random.Random, world: World, errands: Errands) -> bool:
    """Run a computing task at a server with a load below 0.6."""
    name = rng.choice(SERVER_TASKS)
    loads = {server: load for server, load in world.server_loads().items() if load < 0.6}
    if name in errands.tasks or not loads:
        return False
    server = rng.choice(sorted(loads))
    demand = world.scenario.servers[server].capacity_gcps * rng.uniform(0.02, 0.08)
    spec = TaskSpec(task=name, gcycles_per_job=round(demand / 5.0, 3), jobs_per_s=5.0)
    arguments = {"task": spec.model_dump(), "target": {"server": server}}
    _compute(errands, spec, server, PlannedCall(tool="edge_offload", arguments=arguments))
    errands.phrases.append(rng.choice(_AT_SERVER).format(task=_described(spec), server=server))
    return True


def _compute(errands: Errands, spec: TaskSpec, where: str, call: PlannedCall) -> None:
    errands.tasks[spec.task], errands.specs[spec.task] = where, spec
    errands.allowed.append(f"task {spec.task}")
    errands.calls.append(call)


def _described(spec: TaskSpec) -> str:
    return f"{spec.task} ({spec.gcycles_per_job:g} Gcycle a job, {spec.jobs_per_s:g} jobs/s)"


def _place(rng: random.Random, here: Position, reach_m: float) -> Position | None:
    """A place at a horizontal distance of 15 m to 0.8 `reach_m`, rounded to metres; None outside of the area."""
    distance, heading = rng.uniform(15.0, 0.8 * reach_m), rng.uniform(0.0, 2.0 * math.pi)
    z = round(min(max(here.z_m + rng.uniform(-20.0, 20.0), 35.0), 115.0))
    x, y = round(here.x_m + distance * math.cos(heading)), round(here.y_m + distance * math.sin(heading))
    return Position(x_m=x, y_m=y, z_m=z) if max(abs(x), abs(y)) < 4000.0 else None


def _clear(world: World, errands: Errands, uav: str, place: Position) -> bool:
    """Whether the straight path is allowed, and keeps clear of the positions and destinations of other UAVs."""
    here = world.mission.fleet[uav].position
    others = [state.position for name, state in world.mission.fleet.items() if name != uav]
    others += [there for name, there in errands.destinations.items() if name != uav]
    for step in range(21):
        at = _along(here, place, step / 20.0)
        if _too_close(world.scenario.geofence, at) or any(at.distance_m(other) < 3.0 * SEPARATION_M for other in others):
            return False
    return True


def _along(start: Position, end: Position, share: float) -> Position:
    return Position(
        **{axis: getattr(start, axis) + share * (getattr(end, axis) - getattr(start, axis)) for axis in ("x_m", "y_m", "z_m")}
    )


def _too_close(fence: GeofenceSpec, at: Position) -> bool:
    near = [zone for zone in fence.zones if math.hypot(at.x_m - zone.x_m, at.y_m - zone.y_m) < zone.radius_m + 5.0]
    return bool(fence.objections(at)) or any(at.z_m < zone.ceiling_m + 5.0 for zone in near)


_FLY = (
    "move {uav} to {at}",
    "{uav} has to hover over {at}",
    "reposition {uav}: {at}",
    "bring {uav} to {at} and keep it there",
    "fly {uav} over to {at}",
)
_ALERT = (
    "warn {uav} with a {kind} alert",
    "{uav} should receive the {kind} alert",
    "send {uav} a {kind} alert",
    "let the crew of {uav} have a {kind} alert",
)
_ON_BOARD = (
    "{uav} shall run {task} on board",
    "have {task} computed on {uav} itself",
    "put {task} onto {uav}",
    "assign {task} to {uav}",
)
_AT_SERVER = (
    "run {task} at {server}",
    "{task} belongs on {server}",
    "offload {task} to {server}",
    "let {server} take over {task}",
)
