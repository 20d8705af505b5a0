"""UAVs in flight: straight paths at constant speed, energy by the rotary-wing model, and incidents.

Propulsion power: Zeng, Xu and Zhang, "Energy minimization for wireless communication with rotary-wing UAV" (IEEE TWC 2019),
equation (12) with its table I, plus the power to lift the weight when climbing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from policies.gym.place import GeofenceSpec, Position
from policies.gym.task_spec import TaskSpec

SEPARATION_M = 10.0
SPEED_MPS = (1.0, 25.0)
WEIGHT_N = 20.0
ONBOARD_W_PER_GCPS = 6.0  # power of on-board computing
STEP_S = 1.0
_BLADE_W, _INDUCED_W, _TIP_MPS, _INDUCED_MPS = 79.86, 88.63, 120.0, 4.03
_PARASITE = 0.5 * 0.6 * 1.225 * 0.05 * 0.503


def propulsion_w(speed_mps: float) -> float:
    """Return the power of level flight at `speed_mps` >= 0, W; 168.5 W when hovering."""
    v2 = speed_mps**2
    induced = math.sqrt(math.sqrt(1.0 + v2**2 / (4.0 * _INDUCED_MPS**4)) - v2 / (2.0 * _INDUCED_MPS**2))
    return _BLADE_W * (1.0 + 3.0 * v2 / _TIP_MPS**2) + _INDUCED_W * induced + _PARASITE * speed_mps**3


_HOVER_W = propulsion_w(0.0)


class Uav(NamedTuple):
    """A UAV: position, speed, remaining energy, battery capacity, remaining waypoints, on-board tasks, active sensors."""

    position: Position
    speed_mps: float
    energy_wh: float
    capacity_wh: float
    way: tuple[Position, ...] = ()
    tasks: tuple[TaskSpec, ...] = ()
    sensors: tuple[str, ...] = ()

    @property
    def charge(self) -> float:
        """Remaining battery charge, 0..1."""
        return self.energy_wh / self.capacity_wh

    @property
    def velocity_mps(self) -> tuple[float, float, float]:
        """Velocity towards the next waypoint, m/s."""
        if not self.way or self.energy_wh <= 0.0:
            return (0.0, 0.0, 0.0)
        here, there = self.position, self.way[0]
        distance = here.distance_m(there)
        if distance < 1e-9:
            return (0.0, 0.0, 0.0)
        scale = self.speed_mps / distance
        return ((there.x_m - here.x_m) * scale, (there.y_m - here.y_m) * scale, (there.z_m - here.z_m) * scale)

    def after(self, seconds: float) -> Uav:
        """Return the UAV `seconds` later."""
        position, way = self.position, self.way
        if way:
            watts = propulsion_w(self.speed_mps) + WEIGHT_N * max(self.velocity_mps[2], 0.0)
            position, way = self._flown(seconds)
        else:
            watts = _HOVER_W
        if self.tasks:
            watts += ONBOARD_W_PER_GCPS * sum(task.demand_gcps for task in self.tasks)
        left_wh = max(self.energy_wh - watts * seconds / 3600.0, 0.0)
        return Uav(position, self.speed_mps, left_wh, self.capacity_wh, way, self.tasks, self.sensors)

    def _flown(self, seconds: float) -> tuple[Position, tuple[Position, ...]]:
        """Return the position after `seconds` and the remaining waypoints."""
        position, way, left = self.position, self.way, self.speed_mps * seconds if self.energy_wh > 0.0 else 0.0
        while way and left > 0.0:
            distance = position.distance_m(way[0])
            if distance > left:
                position, left = _between(position, way[0], left / distance), 0.0
            else:
                position, way, left = way[0], way[1:], left - distance
        return position, way


def _between(start: Position, end: Position, share: float) -> Position:
    """Return the point at `share` 0..1 of the straight line from `start` to `end`."""
    return Position.unchecked(
        x_m=start.x_m + share * (end.x_m - start.x_m),
        y_m=start.y_m + share * (end.y_m - start.y_m),
        z_m=start.z_m + share * (end.z_m - start.z_m),
    )


def flown(fleet: dict[str, Uav], seconds: float, fence: GeofenceSpec) -> tuple[dict[str, Uav], list[str]]:
    """Return the fleet `seconds` later and the incidents: insufficient separation, geofence violations, empty batteries."""
    incidents: list[str] = []
    # If no UAV flies, nothing can happen between the start and the end.
    longest = STEP_S if any(uav.way for uav in fleet.values()) else seconds
    left = seconds
    while left > 1e-9:
        step = min(longest, left)
        fleet = {name: uav.after(step) for name, uav in fleet.items()}
        incidents += [incident for incident in _incidents(fleet, fence) if incident not in incidents]
        left -= step
    return fleet, incidents


def _incidents(fleet: dict[str, Uav], fence: GeofenceSpec) -> Iterable[str]:
    names = list(fleet)
    for index, name in enumerate(names):
        uav = fleet[name]
        if uav.way and fence.objections(uav.position):
            yield f"{name} left the fence"
        if uav.energy_wh <= 0.0:
            yield f"{name} has an empty battery"
        for other in names[index + 1 :]:
            if uav.position.distance_m(fleet[other].position) < SEPARATION_M:
                yield f"{name} and {other} came closer than {SEPARATION_M:g} m"
