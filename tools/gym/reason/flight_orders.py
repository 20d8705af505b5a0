"""Flight commands: waypoint, altitude, speed, formation. They change the mission's fleet, never the network."""

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
from tools.gym.context import GymContext, answer, require_uav
from tools.gym.requests import UAV
from tools.gym.route import crossed_zones
from twins.gym.fleet import SPEED_MPS, propulsion_w

Finite = Annotated[float, Field(allow_inf_nan=False)]


class SetWaypoint(ToolRequest):
    """The UAV and its destination."""

    uav: str = Field(description=UAV)
    position: Position = Field(description="inside the mission's geofence")


class AdjustAltitude(ToolRequest):
    """The UAV and its new altitude."""

    uav: str = Field(description=UAV)
    altitude_m: Finite = Field(description="above ground, m; within the mission's geofence")


class AdjustSpeed(ToolRequest):
    """The UAV and its new cruise speed."""

    uav: str = Field(description=UAV)
    speed_mps: Finite = Field(description=f"cruise speed, m/s, {SPEED_MPS[0]:g} to {SPEED_MPS[1]:g}")


class SwarmFormation(ToolRequest):
    """UAVs and their formation, and a path to its position, the last waypoint."""

    swarm: SwarmSpec
    waypoints: Waypoints = Field(description="the last point is the position of the formation's lead")


class WaypointAck(ToolValue):
    """The UAV flies straight to `position`, replacing its previous route; `crosses` names the zones in between."""

    uav: str
    position: Position
    distance_m: float
    flight_s: float
    crosses: tuple[str, ...]


class AltitudeAck(ToolValue):
    """The UAV climbs or descends at its position, and then continues its route at the new altitude."""

    uav: str
    altitude_m: float
    before_m: float
    crosses: tuple[str, ...]


class SpeedAck(ToolValue):
    """The UAV's cruise speed, and the power of level flight at that speed, W."""

    uav: str
    speed_mps: float
    before_mps: float
    power_w: float


class FormationCmd(ToolValue):
    """Destination of each UAV, which it flies to in a straight line; `crosses` names the zones in between, by UAV."""

    formation: str
    places: dict[str, Position]
    crosses: dict[str, tuple[str, ...]]


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("waypoints",))
def set_waypoint(context: GymContext, request: SetWaypoint) -> Evidence[WaypointAck]:
    """Send a UAV straight to a position, m, replacing its route; for a path of several points send the next one on arrival."""
    uav, there, fence = require_uav(context, request.uav), request.position, context.world.scenario.geofence
    _require_inside(fence, "position", [there])
    here, speed = context.world.mission.fleet[uav].position, context.world.mission.fleet[uav].speed_mps
    context.world.command(uav, way=(there,))
    value = WaypointAck(
        uav=uav,
        position=there,
        distance_m=round(here.distance_m(there), 2),
        flight_s=round(here.distance_m(there) / speed, 1),
        crosses=crossed_zones(fence, here, there),
    )
    summary = f"{uav} flies {value.distance_m:.0f} m to {_coordinates(there)}, {value.flight_s:.0f} s at {speed:g} m/s"
    return answer(context, summary + _zone_warning(value.crosses), value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("waypoints",))
def adjust_altitude(context: GymContext, request: AdjustAltitude) -> Evidence[AltitudeAck]:
    """Let a UAV climb or descend to an altitude, m above ground, at its position, and continue its route at that altitude."""
    uav, fence, height = require_uav(context, request.uav), context.world.scenario.geofence, request.altitude_m
    if not fence.min_altitude_m <= height <= fence.max_altitude_m:
        allowed = f"{fence.min_altitude_m:g}..{fence.max_altitude_m:g} m (the mission's geofence)"
        raise ToolError(Boundary.REFUSED, f"altitude_m={height:g} is outside {allowed}: choose an altitude within it")
    state = context.world.mission.fleet[uav]
    way = tuple(place.model_copy(update={"z_m": height}) for place in (state.position, *state.way))
    _require_inside(fence, "altitude_m", way)
    context.world.command(uav, way=way)
    legs = pairwise((state.position, *way))
    crosses = tuple(dict.fromkeys(zone for here, there in legs for zone in crossed_zones(fence, here, there)))
    value = AltitudeAck(uav=uav, altitude_m=height, before_m=round(state.position.z_m, 2), crosses=crosses)
    summary = f"{uav} goes from {value.before_m:g} to {height:g} m"
    return answer(context, summary + _zone_warning(crosses), value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("speed",))
def adjust_speed(context: GymContext, request: AdjustSpeed) -> Evidence[SpeedAck]:
    """Set a UAV's cruise speed, m/s; it determines the power of flight, which is lowest near 10 m/s."""
    uav, speed = require_uav(context, request.uav), request.speed_mps
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
    """Send UAVs straight into a formation, spaced in m, whose lead flies to the last waypoint."""
    swarm, fence, fleet = request.swarm, context.world.scenario.geofence, context.world.mission.fleet
    names = [require_uav(context, uav) for uav in swarm.uavs]
    if len(set(names)) < len(names):
        raise ToolError(Boundary.ARGUMENTS, f"swarm.uavs={list(names)}: each UAV has one place, name it once")
    places = swarm.places(request.waypoints.points[-1])
    _require_inside(fence, "waypoints", places.values())
    crosses = {uav: crossed_zones(fence, fleet[uav].position, place) for uav, place in places.items()}
    for uav, place in places.items():
        context.world.command(uav, way=(place,))
    value = FormationCmd(
        formation=swarm.formation, places=places, crosses={uav: zones for uav, zones in crosses.items() if zones}
    )
    lead = swarm.uavs[0]
    summary = f"{swarm.formation} of {len(places)}, {swarm.spacing_m:g} m apart, led by {lead} at {_coordinates(places[lead])}"
    zones = tuple(dict.fromkeys(zone for zones in crosses.values() for zone in zones))
    return answer(context, summary + _zone_warning(zones), value, kind="computation")


def _require_inside(fence: GeofenceSpec, field: str, places: Iterable[Position]) -> None:
    """Raise ToolError("refused") for the first of `places` that breaks the fence, naming rule, value and range."""
    for place in places:
        if violations := fence.objections(place):
            message = f"{field}={_coordinates(place)} breaks the mission's geofence: {'; '.join(violations)}"
            raise ToolError(Boundary.REFUSED, f"{message}. Allowed: {_allowed(fence)}; path_planning finds a way around")


def _allowed(fence: GeofenceSpec) -> str:
    zones = "; ".join(
        f"zone {zone.name}: {zone.radius_m:g} m about ({zone.x_m:g}, {zone.y_m:g}) below {zone.ceiling_m:g} m"
        for zone in fence.zones
    )
    box = f"x {fence.x_min_m:g}..{fence.x_max_m:g}, y {fence.y_min_m:g}..{fence.y_max_m:g}"
    return f"{box}, altitude {fence.min_altitude_m:g}..{fence.max_altitude_m:g} m, outside of {zones or 'no zone'}"


def _zone_warning(zones: tuple[str, ...]) -> str:
    return f"; WARNING: the straight way crosses {', '.join(zones)}: use path_planning" if zones else ""


def _coordinates(place: Position) -> str:
    return f"({place.x_m:g}, {place.y_m:g}, {place.z_m:g}) m"
