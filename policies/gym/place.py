"""Positions, waypoints and geofences on a local plane, in metres."""

from __future__ import annotations

import math

from pydantic import Field

from policies.word import Word

EXTENT_M = 5_000.0
CEILING_M = 300.0  # TR 36.777 clause A.1: aerial users up to 300 m


class Position(Word):
    """A point: x towards east, y towards north, z above ground."""

    x_m: float = Field(ge=-EXTENT_M, le=EXTENT_M, description="east, m")
    y_m: float = Field(ge=-EXTENT_M, le=EXTENT_M, description="north, m")
    z_m: float = Field(ge=0.0, le=CEILING_M, description="above ground, m (TR 36.777: aerial users to 300 m)")

    def distance_m(self, other: Position) -> float:
        """Return the Euclidean distance, m."""
        return math.dist((self.x_m, self.y_m, self.z_m), (other.x_m, other.y_m, other.z_m))


class Waypoints(Word):
    """A path as a sequence of points."""

    points: tuple[Position, ...] = Field(min_length=1, max_length=64)

    @property
    def length_m(self) -> float:
        """Length of the path, m."""
        return sum(a.distance_m(b) for a, b in zip(self.points, self.points[1:], strict=False))


class Zone(Word):
    """A circular no-fly zone up to `ceiling_m`."""

    name: str
    x_m: float
    y_m: float
    radius_m: float = Field(gt=0.0)
    ceiling_m: float = Field(default=CEILING_M, gt=0.0)

    def contains(self, position: Position) -> bool:
        """Whether `position` is inside the circle and below the ceiling."""
        return math.hypot(position.x_m - self.x_m, position.y_m - self.y_m) < self.radius_m and position.z_m < self.ceiling_m


class GeofenceSpec(Word):
    """The permitted airspace: a box with an altitude range, excluding no-fly zones."""

    x_min_m: float = -EXTENT_M
    x_max_m: float = EXTENT_M
    y_min_m: float = -EXTENT_M
    y_max_m: float = EXTENT_M
    min_altitude_m: float = Field(default=0.0, ge=0.0)
    max_altitude_m: float = Field(default=120.0, gt=0.0, le=CEILING_M)
    zones: tuple[Zone, ...] = ()

    def objections(self, position: Position) -> tuple[str, ...]:
        """Return one sentence for each rule that `position` violates."""
        x, y, z = position.x_m, position.y_m, position.z_m
        objections = []
        if not (self.x_min_m <= x <= self.x_max_m and self.y_min_m <= y <= self.y_max_m):
            objections.append(
                f"({x:g}, {y:g}) m lies outside x {self.x_min_m:g}..{self.x_max_m:g}, y {self.y_min_m:g}..{self.y_max_m:g} m"
            )
        if not self.min_altitude_m <= z <= self.max_altitude_m:
            objections.append(f"altitude {z:g} m is outside {self.min_altitude_m:g}..{self.max_altitude_m:g} m")
        objections += [f"({x:g}, {y:g}) m lies in the zone {zone.name}" for zone in self.zones if zone.contains(position)]
        return tuple(objections)
