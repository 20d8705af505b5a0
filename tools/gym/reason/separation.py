"""`collision_avoidance`: whether a UAV keeps its distance, and where it would. Pure: nothing is commanded."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.place import CEILING_M, EXTENT_M, GeofenceSpec, Position
from policies.gym.swarm_state import SwarmState
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, known_uav
from tools.gym.requests import UAV
from twins.gym.fleet import SEPARATION_M

SAFE_M = 1.5 * SEPARATION_M  # half as much again as the rule: neighbours move, too
_RINGS_M, _HEADINGS = tuple(range(5, 65, 5)), 16


class CollisionAvoidance(ToolRequest):
    """Where a UAV is or wants to be, and where all are."""

    uav: str = Field(description=UAV)
    position: Position = Field(description="where it is or wants to be")
    swarm: SwarmState = Field(description="positions by UAV; its own is left out of account")


class AvoidanceCmd(ToolValue):
    """Whether the place is clear, who is nearest, and where to go instead; nothing is commanded: set_waypoint does that."""

    uav: str
    clear: bool
    nearest: str | None
    nearest_m: float | None
    go_to: Position


@tool(effect=Effect.REASON, raises=(ValueError,))
def collision_avoidance(context: GymContext, request: CollisionAvoidance) -> Evidence[AvoidanceCmd]:
    """Check that a place is 15 m from the other UAVs (the rule is 10 m), and find the nearest one in the fence that is."""
    uav, others = known_uav(context, request.uav), {n: p for n, p in request.swarm.positions.items() if n != request.uav}
    apart = {name: request.position.distance_m(place) for name, place in others.items()}
    nearest = min(apart, key=lambda name: apart[name], default=None)
    clear = nearest is None or apart[nearest] >= SAFE_M
    value = AvoidanceCmd(
        uav=uav,
        clear=clear,
        nearest=nearest,
        nearest_m=round(apart[nearest], 2) if nearest is not None else None,
        go_to=request.position
        if clear
        else _clear_place(context.world.scenario.geofence, request.position, tuple(others.values())),
    )
    there = value.go_to
    said = "clear" if clear else f"too close: go to ({there.x_m:.0f}, {there.y_m:.0f}, {there.z_m:.0f}) m"
    who = "nobody is near" if nearest is None else f"{nearest} is {apart[nearest]:.1f} m away"
    return answer(context, f"{uav}: {who}, {said}", value, kind="computation")


def _clear_place(fence: GeofenceSpec, at: Position, others: tuple[Position, ...]) -> Position:
    """The nearest place about `at` that keeps fence and distance."""
    for place in _places(at):
        if not fence.objections(place) and all(place.distance_m(other) >= SAFE_M for other in others):
            return place
    raise ToolError(
        Boundary.REFUSED, f"no place within {_RINGS_M[-1]} m keeps {SAFE_M:g} m from the others and the geofence: fly elsewhere"
    )


def _places(at: Position) -> Iterator[Position]:
    """Places on rings about `at`, and above and below it, nearest first."""
    for radius in _RINGS_M:
        turns = [2.0 * math.pi * index / _HEADINGS for index in range(_HEADINGS)]
        around = [(radius * math.cos(turn), radius * math.sin(turn), 0.0) for turn in turns]
        for dx, dy, dz in (*around, (0.0, 0.0, radius), (0.0, 0.0, -radius)):
            x, y, z = round(at.x_m + dx, 2), round(at.y_m + dy, 2), round(at.z_m + dz, 2)
            if abs(x) <= EXTENT_M and abs(y) <= EXTENT_M and 0.0 <= z <= CEILING_M:
                yield Position(x_m=x, y_m=y, z_m=z)
