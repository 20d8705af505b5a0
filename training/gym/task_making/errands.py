"""Errands: parts of a mission besides its SLA, each one call: fly somewhere, be alerted, compute something somewhere."""

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
    """What was asked so far: the mission's parts, what may be changed, the calls, and the words; ways take `reach_s` at most."""

    destinations: dict[str, Position] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    notified: dict[str, str] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    calls: list[PlannedCall] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    specs: dict[str, TaskSpec] = field(default_factory=dict)
    reach_s: float = 12.0


Errand = Callable[[random.Random, World, Errands], bool]


def fly(chance: random.Random, world: World, asked: Errands) -> bool:
    """Send a UAV that was not sent yet to a place that it reaches on a straight way."""
    free = [name for name in world.scenario.mission if name not in asked.destinations]
    if not free:
        return False
    uav = chance.choice(free)
    for _ in range(30):
        place = _place(chance, world.mission.fleet[uav].position, asked.reach_s * world.mission.fleet[uav].speed_mps)
        if place is not None and _clear(world, asked, uav, place):
            asked.destinations[uav] = place
            asked.allowed.append(f"flight {uav}")
            asked.calls.append(PlannedCall(tool="set_waypoint", arguments={"uav": uav, "position": place.model_dump()}))
            asked.words.append(chance.choice(_FLY).format(uav=uav, at=f"({place.x_m:g}, {place.y_m:g}) at {place.z_m:g} m"))
            return True
    return False


def alert(chance: random.Random, world: World, asked: Errands) -> bool:
    """Alert a UAV that was not alerted yet."""
    free = [name for name in world.scenario.mission if name not in asked.notified]
    if not free:
        return False
    uav, kind = chance.choice(free), chance.choice(list(AlertType))
    asked.notified[uav] = kind.value
    asked.allowed.append(f"alert {uav}")
    asked.calls.append(PlannedCall(tool="send_alert", arguments={"uav": uav, "alert": kind.value}))
    asked.words.append(chance.choice(_ALERT).format(uav=uav, kind=kind.value.replace("_", " ")))
    return True


def on_board(chance: random.Random, world: World, asked: Errands) -> bool:
    """Let a UAV compute a task on board."""
    name = chance.choice(ONBOARD)
    if name in asked.tasks:
        return False
    uav = chance.choice(world.scenario.mission)
    spec = TaskSpec(task=name, gcycles_per_job=round(chance.uniform(0.01, 0.06), 3), jobs_per_s=10.0)
    _compute(asked, spec, uav, PlannedCall(tool="assign_task", arguments={"uav": uav, "task": spec.model_dump()}))
    asked.words.append(chance.choice(_ON_BOARD).format(task=_described(spec), uav=uav))
    return True


def at_server(chance: random.Random, world: World, asked: Errands) -> bool:
    """Let a server compute a task, one that has room for it."""
    name = chance.choice(SERVER_TASKS)
    loads = {one: load for one, load in world.server_loads().items() if load < 0.6}
    if name in asked.tasks or not loads:
        return False
    server = chance.choice(sorted(loads))
    demand = world.scenario.servers[server].capacity_gcps * chance.uniform(0.02, 0.08)
    spec = TaskSpec(task=name, gcycles_per_job=round(demand / 5.0, 3), jobs_per_s=5.0)
    arguments = {"task": spec.model_dump(), "target": {"server": server}}
    _compute(asked, spec, server, PlannedCall(tool="edge_offload", arguments=arguments))
    asked.words.append(chance.choice(_AT_SERVER).format(task=_described(spec), server=server))
    return True


def _compute(asked: Errands, spec: TaskSpec, where: str, call: PlannedCall) -> None:
    asked.tasks[spec.task], asked.specs[spec.task] = where, spec
    asked.allowed.append(f"task {spec.task}")
    asked.calls.append(call)


def _described(spec: TaskSpec) -> str:
    return f"{spec.task} ({spec.gcycles_per_job:g} Gcycle a job, {spec.jobs_per_s:g} jobs/s)"


def _place(chance: random.Random, here: Position, reach_m: float) -> Position | None:
    """A place 15 m to `reach_m` away across the ground, on a raster of one metre."""
    distance, heading = chance.uniform(15.0, 0.8 * reach_m), chance.uniform(0.0, 2.0 * math.pi)
    z = round(min(max(here.z_m + chance.uniform(-20.0, 20.0), 35.0), 115.0))
    x, y = round(here.x_m + distance * math.cos(heading)), round(here.y_m + distance * math.sin(heading))
    return Position(x_m=x, y_m=y, z_m=z) if max(abs(x), abs(y)) < 4000.0 else None


def _clear(world: World, asked: Errands, uav: str, place: Position) -> bool:
    """Whether the straight way is allowed, and stays clear of where other UAVs are and will be."""
    here = world.mission.fleet[uav].position
    others = [one.position for name, one in world.mission.fleet.items() if name != uav]
    others += [there for name, there in asked.destinations.items() if name != uav]
    for step in range(21):
        at = _along(here, place, step / 20.0)
        if _objected(world.scenario.geofence, at) or any(at.distance_m(other) < 3.0 * SEPARATION_M for other in others):
            return False
    return True


def _along(one: Position, other: Position, share: float) -> Position:
    return Position(
        **{axis: getattr(one, axis) + share * (getattr(other, axis) - getattr(one, axis)) for axis in ("x_m", "y_m", "z_m")}
    )


def _objected(fence: GeofenceSpec, at: Position) -> bool:
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
