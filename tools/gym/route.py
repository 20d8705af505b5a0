"""Ways that keep a fence: around its zones, or over them where the ceiling permits.

1. A way around goes over the corners of polygons drawn about the zones, `MARGIN_M` away from them: the shortest by Dijkstra's
   algorithm among the legs that cross no zone (a visibility graph).
2. A way over climbs where it starts, flies level above every zone that it meets, and descends at its goal.
3. A leg crosses a zone where it lies nearer to the zone's axis than its radius while below its ceiling; computed, not sampled.
"""

from __future__ import annotations

import heapq
import math
from itertools import pairwise

from policies.gym.place import GeofenceSpec, Position, Waypoints, Zone

MARGIN_M = 5.0
_CORNERS = 16


def ways(fence: GeofenceSpec, start: Position, goal: Position) -> list[Waypoints]:
    """Ways from `start` to `goal` that keep `fence`, shortest first; raises ValueError where there is none, with the reason."""
    for name, place in (("start", start), ("goal", goal)):
        if broken := fence.objections(place):
            raise ValueError(f"{name}: {'; '.join(broken)}: choose a {name} that keeps the geofence")
    found = [way for way in (_around(fence, start, goal), _over(fence, start, goal)) if way is not None]
    if not found:
        names = ", ".join(crossed(fence, start, goal))
        raise ValueError(f"no way from start to goal keeps the geofence: {names} can neither be flown around nor over")
    return sorted(found, key=lambda way: way.length_m)


def crossed(fence: GeofenceSpec, start: Position, goal: Position) -> tuple[str, ...]:
    """Names of the zones that the straight leg from `start` to `goal` crosses."""
    return tuple(zone.name for zone in fence.zones if _crosses(zone, start, goal))


def _crosses(zone: Zone, start: Position, goal: Position) -> bool:
    dx, dy = goal.x_m - start.x_m, goal.y_m - start.y_m
    ox, oy = start.x_m - zone.x_m, start.y_m - zone.y_m
    squared, along, apart = dx * dx + dy * dy, ox * dx + oy * dy, ox * ox + oy * oy - zone.radius_m**2
    if squared < 1e-12:  # straight up or down
        return apart < 0.0 and min(start.z_m, goal.z_m) < zone.ceiling_m
    under_root = along * along - squared * apart
    if under_root <= 0.0:
        return False
    first, last = (max(min((-along + sign * math.sqrt(under_root)) / squared, 1.0), 0.0) for sign in (-1.0, 1.0))
    climb = goal.z_m - start.z_m
    return first < last and min(start.z_m + first * climb, start.z_m + last * climb) < zone.ceiling_m


def _over(fence: GeofenceSpec, start: Position, goal: Position) -> Waypoints | None:
    level = max(start.z_m, goal.z_m)
    low, high = (one.model_copy(update={"z_m": level}) for one in (start, goal))
    level = max([level, *(zone.ceiling_m for zone in fence.zones if _crosses(zone, low, high))])
    points = [start, start.model_copy(update={"z_m": level}), goal.model_copy(update={"z_m": level}), goal]
    way = [one for index, one in enumerate(points) if index == 0 or one != points[index - 1]]
    return Waypoints(points=tuple(way)) if _kept(fence, way) else None


def _kept(fence: GeofenceSpec, way: list[Position]) -> bool:
    return not any(fence.objections(one) for one in way) and not any(crossed(fence, one, other) for one, other in pairwise(way))


def _around(fence: GeofenceSpec, start: Position, goal: Position) -> Waypoints | None:
    corners = [one for zone in fence.zones for one in _corners(zone, max(start.z_m, goal.z_m)) if not fence.objections(one)]
    places = [start, *corners, goal]
    best: dict[int, float] = {0: 0.0}
    before: dict[int, int] = {}
    queue = [(0.0, 0)]
    while queue:
        length, here = heapq.heappop(queue)
        if here == len(places) - 1:
            return Waypoints(points=tuple(places[index] for index in _back(before, here)))
        for there, place in enumerate(places):
            further = length + places[here].distance_m(place)
            if further < best.get(there, math.inf) and not crossed(fence, places[here], place):
                best[there], before[there] = further, here
                heapq.heappush(queue, (further, there))
    return None


def _back(before: dict[int, int], last: int) -> list[int]:
    found = [last]
    while found[-1] in before:
        found.append(before[found[-1]])
    return found[::-1]


def _corners(zone: Zone, height_m: float) -> list[Position]:
    """Corners of the polygon about the circle of the zone's radius and the margin."""
    radius = (zone.radius_m + MARGIN_M) / math.cos(math.pi / _CORNERS)
    turns = [2.0 * math.pi * index / _CORNERS for index in range(_CORNERS)]
    return [
        Position(x_m=round(zone.x_m + radius * math.cos(t), 3), y_m=round(zone.y_m + radius * math.sin(t), 3), z_m=height_m)
        for t in turns
    ]
