"""Flight paths that respect a geofence: around its zones, or over them where the altitude limit permits.

1. A path around the zones runs over the corners of polygons drawn `MARGIN_M` outside of them: the shortest one by Dijkstra's
   algorithm on the visibility graph, whose legs cross no zone.
2. A path over the zones climbs at its start, flies level above every zone on its way, and descends at its goal.
3. A leg crosses a zone if it comes nearer to the zone's axis than its radius while below its ceiling. This is computed in closed
   form, not sampled.
"""

from __future__ import annotations

import heapq
import math
from itertools import pairwise

from policies.gym.place import GeofenceSpec, Position, Waypoints, Zone

MARGIN_M = 5.0
_CORNERS = 16


def flight_paths(fence: GeofenceSpec, start: Position, goal: Position) -> list[Waypoints]:
    """Paths from `start` to `goal` that respect `fence`, shortest first; raises ValueError, with the reason, if none exist."""
    for name, place in (("start", start), ("goal", goal)):
        if violations := fence.objections(place):
            raise ValueError(f"{name}: {'; '.join(violations)}: choose a {name} that respects the geofence")
    paths = [path for path in (_around(fence, start, goal), _over(fence, start, goal)) if path is not None]
    if not paths:
        zones = ", ".join(crossed_zones(fence, start, goal))
        raise ValueError(f"no path from start to goal respects the geofence: {zones} can neither be flown around nor over")
    return sorted(paths, key=lambda path: path.length_m)


def crossed_zones(fence: GeofenceSpec, start: Position, goal: Position) -> tuple[str, ...]:
    """Names of the zones that the straight leg from `start` to `goal` crosses."""
    return tuple(zone.name for zone in fence.zones if _crosses(zone, start, goal))


def _crosses(zone: Zone, start: Position, goal: Position) -> bool:
    dx, dy = goal.x_m - start.x_m, goal.y_m - start.y_m
    ox, oy = start.x_m - zone.x_m, start.y_m - zone.y_m
    squared, along, outside = dx * dx + dy * dy, ox * dx + oy * dy, ox * ox + oy * oy - zone.radius_m**2
    if squared < 1e-12:  # straight up or down
        return outside < 0.0 and min(start.z_m, goal.z_m) < zone.ceiling_m
    discriminant = along * along - squared * outside
    if discriminant <= 0.0:
        return False
    first, last = (max(min((-along + sign * math.sqrt(discriminant)) / squared, 1.0), 0.0) for sign in (-1.0, 1.0))
    climb = goal.z_m - start.z_m
    return first < last and min(start.z_m + first * climb, start.z_m + last * climb) < zone.ceiling_m


def _over(fence: GeofenceSpec, start: Position, goal: Position) -> Waypoints | None:
    level = max(start.z_m, goal.z_m)
    low, high = (end.model_copy(update={"z_m": level}) for end in (start, goal))
    level = max([level, *(zone.ceiling_m for zone in fence.zones if _crosses(zone, low, high))])
    points = [start, start.model_copy(update={"z_m": level}), goal.model_copy(update={"z_m": level}), goal]
    path = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    return Waypoints(points=tuple(path)) if _respects(fence, path) else None


def _respects(fence: GeofenceSpec, path: list[Position]) -> bool:
    inside = not any(fence.objections(point) for point in path)
    return inside and not any(crossed_zones(fence, here, there) for here, there in pairwise(path))


def _around(fence: GeofenceSpec, start: Position, goal: Position) -> Waypoints | None:
    level = max(start.z_m, goal.z_m)
    corners = [corner for zone in fence.zones for corner in _corners(zone, level) if not fence.objections(corner)]
    places = [start, *corners, goal]
    shortest: dict[int, float] = {0: 0.0}
    previous: dict[int, int] = {}
    queue = [(0.0, 0)]
    while queue:
        length, here = heapq.heappop(queue)
        if here == len(places) - 1:
            return Waypoints(points=tuple(places[index] for index in _traced_back(previous, here)))
        for there, place in enumerate(places):
            further = length + places[here].distance_m(place)
            if further < shortest.get(there, math.inf) and not crossed_zones(fence, places[here], place):
                shortest[there], previous[there] = further, here
                heapq.heappush(queue, (further, there))
    return None


def _traced_back(previous: dict[int, int], last: int) -> list[int]:
    path = [last]
    while path[-1] in previous:
        path.append(previous[path[-1]])
    return path[::-1]


def _corners(zone: Zone, height_m: float) -> list[Position]:
    """Corners of the polygon circumscribed about the circle of the zone's radius plus the margin."""
    radius = (zone.radius_m + MARGIN_M) / math.cos(math.pi / _CORNERS)
    turns = [2.0 * math.pi * index / _CORNERS for index in range(_CORNERS)]
    return [
        Position(x_m=round(zone.x_m + radius * math.cos(t), 3), y_m=round(zone.y_m + radius * math.sin(t), 3), z_m=height_m)
        for t in turns
    ]
