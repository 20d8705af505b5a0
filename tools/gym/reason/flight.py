"""Reasoning about flight: geofence, paths, energy. Pure: only the geofence and the fleet's own data are read."""

from __future__ import annotations

import math
from itertools import pairwise

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.battery_level import BatteryLevel
from policies.gym.network_state import NetworkState
from policies.gym.place import GeofenceSpec, Position, Waypoints
from tools.contract import ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, require_uav
from tools.gym.route import flight_paths
from twins.gym.fleet import ONBOARD_W_PER_GCPS, WEIGHT_N, propulsion_w

LOSSY = 0.01  # packet loss of the state above which the lower path is taken


class CheckGeofence(ToolRequest):
    """A position and the geofence to check it against."""

    position: Position
    fence: GeofenceSpec = Field(description="read_telemetry's geofence, or another one")


class PathPlanning(ToolRequest):
    """Start and goal of the flight, and the network state."""

    start: Position
    goal: Position
    state: NetworkState = Field(description="as returned by check_network_state")


class ComputeEnergyBudget(ToolRequest):
    """The flight path, from the UAV's position, and its battery."""

    waypoints: Waypoints = Field(description="the first point is where the flight starts")
    battery: BatteryLevel = Field(description="as returned by get_battery_level")


class GeofenceResult(ToolValue):
    """Whether the position is inside the fence, the rules it breaks, and the distance to the nearest zone, m (< 0: inside)."""

    inside: bool
    objections: tuple[str, ...]
    nearest_zone_m: float | None


class EnergyPlan(ToolValue):
    """Energy of a flight at the UAV's cruise speed, what is left after it, and the power of hovering, `hover_w`."""

    uav: str
    length_m: float
    climb_m: float
    cruise_mps: float
    cruise_w: float
    on_board_w: float = Field(description="tasks computed on board, W")
    flight_s: float
    energy_wh: float
    left_wh: float = Field(description="negative: missing energy")
    charge_left: float
    enough: bool
    hover_w: float
    hover_left_s: float = Field(description="hover time left after the flight, s")


@tool(effect=Effect.REASON, raises=(ValueError,))
def check_geofence(context: GymContext, request: CheckGeofence) -> Evidence[GeofenceResult]:
    """Check a position against a geofence: box, altitude in m, zones; use it before set_waypoint."""
    at, fence = request.position, request.fence
    violations = fence.objections(at)
    edges = [math.hypot(at.x_m - zone.x_m, at.y_m - zone.y_m) - zone.radius_m for zone in fence.zones]
    nearest = round(min(edges), 2) if edges else None
    value = GeofenceResult(inside=not violations, objections=violations, nearest_zone_m=nearest)
    verdict = "; ".join(violations) if violations else "inside the fence"
    zone = "no zone" if nearest is None else f"nearest zone's edge {nearest:.0f} m away"
    return answer(context, f"{verdict}; {zone}", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,))
def path_planning(context: GymContext, request: PathPlanning) -> Evidence[Waypoints]:
    """Plan the shortest path, m, that respects the mission's geofence, around its zones or over them; fly it with set_waypoint.

    If the state loses more than 1 % of its packets, the lowest path is taken instead: UAVs higher up receive more interference.
    """
    paths = flight_paths(context.world.scenario.geofence, request.start, request.goal)
    low = request.state.loss > LOSSY
    path = min(paths, key=lambda path: (max(point.z_m for point in path.points), path.length_m)) if low else paths[0]
    summary = f"{len(path.points)} points, {path.length_m:.0f} m, {'lowest' if low else 'shortest'} of {len(paths)} ways"
    return answer(context, summary, path, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,))
def compute_energy_budget(context: GymContext, request: ComputeEnergyBudget) -> Evidence[EnergyPlan]:
    """Compute the energy of a flight, Wh, at the UAV's cruise speed, m/s, and whether its battery is enough; then it hovers."""
    battery, points = request.battery, request.waypoints.points
    uav = context.world.mission.fleet[require_uav(context, battery.uav)]
    climb = sum(max(b.z_m - a.z_m, 0.0) for a, b in pairwise(points))
    computing = ONBOARD_W_PER_GCPS * sum(task.demand_gcps for task in uav.tasks)
    cruise, hover = propulsion_w(uav.speed_mps), propulsion_w(0.0) + computing
    seconds = request.waypoints.length_m / uav.speed_mps
    energy = ((cruise + computing) * seconds + WEIGHT_N * climb) / 3600.0
    left = battery.energy_wh - energy
    value = EnergyPlan(
        uav=battery.uav,
        length_m=round(request.waypoints.length_m, 2),
        climb_m=round(climb, 2),
        cruise_mps=uav.speed_mps,
        cruise_w=round(cruise, 2),
        on_board_w=round(computing, 2),
        flight_s=round(seconds, 2),
        energy_wh=round(energy, 3),
        left_wh=round(left, 3),
        charge_left=round(max(left, 0.0) / battery.capacity_wh, 4),
        enough=left > 0.0,
        hover_w=round(hover, 2),
        hover_left_s=round(max(left, 0.0) * 3600.0 / hover, 1),
    )
    summary = (
        f"{value.length_m:.0f} m at {uav.speed_mps:g} m/s take {seconds:.0f} s and {energy:.2f} Wh; {value.charge_left:.0%} left"
    )
    return answer(
        context, summary if value.enough else f"not enough: {summary}, {-left:.2f} Wh missing", value, kind="computation"
    )
