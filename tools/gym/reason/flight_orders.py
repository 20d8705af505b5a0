"""Orders of flight: waypoint, altitude, speed, formation. They change the mission's fleet, never the network."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.mission import SwarmSpec
from policies.gym.place import GeofenceSpec, Position, Waypoints
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, known_uav
from tools.gym.requests import UAV
from tools.gym.route import crossed
from twins.gym.fleet import SPEED_MPS, propulsion_w

Finite = Annotated[float, Field(allow_inf_nan=False)]


class SetWaypoint(ToolRequest):
    """Which UAV flies where."""

    uav: str = Field(description=UAV)
    position: Position = Field(description="inside the mission's geofence")


class AdjustAltitude(ToolRequest):
    """Which UAV flies how high."""

    uav: str = Field(description=UAV)
    altitude_m: Finite = Field(description="above ground, m; within the mission's geofence")


class AdjustSpeed(ToolRequest):
    """Which UAV flies how fast."""

    uav: str = Field(description=UAV)
    speed_mps: Finite = Field(description=f"cruise speed, m/s, {SPEED_MPS[0]:g} to {SPEED_MPS[1]:g}")


class SwarmFormation(ToolRequest):
    """Which UAVs, in which formation, and the way whose last point is where it shall stand."""

    swarm: SwarmSpec
    waypoints: Waypoints = Field(description="the formation's lead stands at the last point")


class WaypointAck(ToolValue):
    """The UAV flies straight there, instead of where it was going; `crosses` names the zones that lie in between."""

    uav: str
    position: Position
    distance_m: float
    flight_s: float
    crosses: tuple[str, ...]


class AltitudeAck(ToolValue):
    """The UAV climbs or sinks where it is, and then goes on to where it was going, at the new altitude."""

    uav: str
    altitude_m: float
    before_m: float
    crosses: tuple[str, ...]


class SpeedAck(ToolValue):
    """The UAV's cruise speed, and the power that level flight takes at it, W."""

    uav: str
    speed_mps: float
    before_mps: float
    power_w: float


class FormationCmd(ToolValue):
    """Where each UAV was sent, straight from where it is; `crosses` names the zones in between, by UAV."""

    formation: str
    places: dict[str, Position]
    crosses: dict[str, tuple[str, ...]]


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("waypoints",))
def set_waypoint(context: GymContext, request: SetWaypoint) -> Evidence[WaypointAck]:
    """Send a UAV straight to a place, m, instead of where it was going; for a way of several points send the next on arrival."""
    uav, there, fence = known_uav(context, request.uav), request.position, context.world.scenario.geofence
    _must_keep(fence, "position", [there])
    here, speed = context.world.mission.fleet[uav].position, context.world.mission.fleet[uav].speed_mps
    context.world.command(uav, way=(there,))
    value = WaypointAck(
        uav=uav,
        position=there,
        distance_m=round(here.distance_m(there), 2),
        flight_s=round(here.distance_m(there) / speed, 1),
        crosses=crossed(fence, here, there),
    )
    said = f"{uav} flies {value.distance_m:.0f} m to {_told(there)}, {value.flight_s:.0f} s at {speed:g} m/s"
    return answer(context, said + _warned(value.crosses), value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("waypoints",))
def adjust_altitude(context: GymContext, request: AdjustAltitude) -> Evidence[AltitudeAck]:
    """Let a UAV climb or sink to an altitude, m above ground, where it is, and fly on at it."""
    uav, fence, height = known_uav(context, request.uav), context.world.scenario.geofence, request.altitude_m
    if not fence.min_altitude_m <= height <= fence.max_altitude_m:
        allowed = f"{fence.min_altitude_m:g}..{fence.max_altitude_m:g} m (the mission's geofence)"
        raise ToolError(Boundary.REFUSED, f"altitude_m={height:g} is outside {allowed}: choose an altitude within it")
    one = context.world.mission.fleet[uav]
    way = tuple(place.model_copy(update={"z_m": height}) for place in (one.position, *one.way))
    _must_keep(fence, "altitude_m", way)
    context.world.command(uav, way=way)
    crosses = tuple(dict.fromkeys(name for here, there in pairwise((one.position, *way)) for name in crossed(fence, here, there)))
    value = AltitudeAck(uav=uav, altitude_m=height, before_m=round(one.position.z_m, 2), crosses=crosses)
    said = f"{uav} goes from {value.before_m:g} to {height:g} m"
    return answer(context, said + _warned(crosses), value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("speed",))
def adjust_speed(context: GymContext, request: AdjustSpeed) -> Evidence[SpeedAck]:
    """Set a UAV's cruise speed, m/s; the power of flight changes with it, least near 10 m/s."""
    uav, speed = known_uav(context, request.uav), request.speed_mps
    if not SPEED_MPS[0] <= speed <= SPEED_MPS[1]:
        allowed = f"{SPEED_MPS[0]:g}..{SPEED_MPS[1]:g} m/s (the airframe, twins.gym.fleet.SPEED_MPS)"
        raise ToolError(Boundary.REFUSED, f"speed_mps={speed:g} is outside {allowed}: choose a speed within it")
    before = context.world.mission.fleet[uav].speed_mps
    context.world.command(uav, speed_mps=speed)
    value = SpeedAck(uav=uav, speed_mps=speed, before_mps=before, power_w=round(propulsion_w(speed), 2))
    return answer(
        context, f"{uav} flies at {speed:g} instead of {before:g} m/s, {value.power_w:.0f} W", value, kind="computation"
    )


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("waypoints",))
def swarm_formation(context: GymContext, request: SwarmFormation) -> Evidence[FormationCmd]:
    """Send UAVs straight into a formation, m apart, whose lead stands at the last waypoint."""
    swarm, fence, fleet = request.swarm, context.world.scenario.geofence, context.world.mission.fleet
    names = [known_uav(context, uav) for uav in swarm.uavs]
    if len(set(names)) < len(names):
        raise ToolError(Boundary.ARGUMENTS, f"swarm.uavs={list(names)}: each UAV has one place, name it once")
    places = swarm.places(request.waypoints.points[-1])
    _must_keep(fence, "waypoints", places.values())
    crosses = {uav: crossed(fence, fleet[uav].position, place) for uav, place in places.items()}
    for uav, place in places.items():
        context.world.command(uav, way=(place,))
    value = FormationCmd(
        formation=swarm.formation, places=places, crosses={uav: names for uav, names in crosses.items() if names}
    )
    lead = swarm.uavs[0]
    said = f"{swarm.formation} of {len(places)}, {swarm.spacing_m:g} m apart, led by {lead} at {_told(places[lead])}"
    zones = tuple(dict.fromkeys(name for names in crosses.values() for name in names))
    return answer(context, said + _warned(zones), value, kind="computation")


def _must_keep(fence: GeofenceSpec, field: str, places: Iterable[Position]) -> None:
    """Raise ToolError("refused") for the first of `places` that breaks the fence, naming rule, value and range."""
    for place in places:
        if broken := fence.objections(place):
            zones = "; ".join(
                f"zone {one.name}: {one.radius_m:g} m about ({one.x_m:g}, {one.y_m:g}) below {one.ceiling_m:g} m"
                for one in fence.zones
            )
            box = f"x {fence.x_min_m:g}..{fence.x_max_m:g}, y {fence.y_min_m:g}..{fence.y_max_m:g}"
            allowed = f"{box}, altitude {fence.min_altitude_m:g}..{fence.max_altitude_m:g} m, outside of {zones or 'no zone'}"
            said = f"{field}={_told(place)} breaks the mission's geofence: {'; '.join(broken)}"
            raise ToolError(Boundary.REFUSED, f"{said}. Allowed: {allowed}; path_planning finds a way around")


def _warned(zones: tuple[str, ...]) -> str:
    return f"; WARNING: the straight way crosses {', '.join(zones)}: use path_planning" if zones else ""


def _told(one: Position) -> str:
    return f"({one.x_m:g}, {one.y_m:g}, {one.z_m:g}) m"
