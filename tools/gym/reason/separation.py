"""`collision_avoidance`: whether a UAV keeps its distance, and the nearest place where it would. Pure: nothing is commanded."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.place import CEILING_M, EXTENT_M, GeofenceSpec, Position
from policies.gym.swarm_state import SwarmState
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, require_uav
from tools.gym.requests import UAV
from twins.gym.fleet import SEPARATION_M

SAFE_M = 1.5 * SEPARATION_M  # 50 % above the rule: neighbours move, too
_RINGS_M, _HEADINGS = tuple(range(5, 65, 5)), 16


class CollisionAvoidance(ToolRequest):
    """A UAV, its current or intended position, and the positions of all UAVs."""

    uav: str = Field(description=UAV)
    position: Position = Field(description="its current or intended position")
    swarm: SwarmState = Field(description="positions by UAV; the UAV's own is ignored")


class AvoidanceCmd(ToolValue):
    """Whether the position is clear, the nearest UAV, and a clear position; to fly there call set_waypoint."""

    uav: str
    clear: bool
    nearest: str | None
    nearest_m: float | None
    go_to: Position


@tool(effect=Effect.REASON, raises=(ValueError,))
def collision_avoidance(context: GymContext, request: CollisionAvoidance) -> Evidence[AvoidanceCmd]:
    """Check that a position is 15 m from the other UAVs (the rule is 10 m); if not, find the nearest one in the fence that is."""
    uav, others = require_uav(context, request.uav), {n: p for n, p in request.swarm.positions.items() if n != request.uav}
    distances = {name: request.position.distance_m(place) for name, place in others.items()}
    nearest = min(distances, key=lambda name: distances[name], default=None)
    clear = nearest is None or distances[nearest] >= SAFE_M
    fence = context.world.scenario.geofence
    value = AvoidanceCmd(
        uav=uav,
        clear=clear,
        nearest=nearest,
        nearest_m=round(distances[nearest], 2) if nearest is not None else None,
        go_to=request.position if clear else _clear_place(fence, request.position, tuple(others.values())),
    )
    there = value.go_to
    advice = "clear" if clear else f"too close: go to ({there.x_m:.0f}, {there.y_m:.0f}, {there.z_m:.0f}) m"
    neighbour = "nobody is near" if nearest is None else f"{nearest} is {distances[nearest]:.1f} m away"
    return answer(context, f"{uav}: {neighbour}, {advice}", value, kind="computation")


def _clear_place(fence: GeofenceSpec, at: Position, others: tuple[Position, ...]) -> Position:
    """The place nearest to `at` that respects the fence and the distance to `others`."""
    for place in _places(at):
        if not fence.objections(place) and all(place.distance_m(other) >= SAFE_M for other in others):
            return place
    raise ToolError(
        Boundary.REFUSED, f"no place within {_RINGS_M[-1]} m keeps {SAFE_M:g} m from the others and the geofence: fly elsewhere"
    )


def _places(at: Position) -> Iterator[Position]:
    """Places on rings around `at`, and above and below it, nearest first."""
    for radius in _RINGS_M:
        turns = [2.0 * math.pi * index / _HEADINGS for index in range(_HEADINGS)]
        around = [(radius * math.cos(turn), radius * math.sin(turn), 0.0) for turn in turns]
        for dx, dy, dz in (*around, (0.0, 0.0, radius), (0.0, 0.0, -radius)):
            x, y, z = round(at.x_m + dx, 2), round(at.y_m + dy, 2), round(at.z_m + dz, 2)
            if abs(x) <= EXTENT_M and abs(y) <= EXTENT_M and 0.0 <= z <= CEILING_M:
                yield Position(x_m=x, y_m=y, z_m=z)
