"""A terrestrial user that walks back and forth along its heading."""

from __future__ import annotations

import math
from typing import NamedTuple

from policies.gym.place import Position
from twins.gym.layout import UserLayout

BEAT_M = 100.0


class Walker(NamedTuple):
    """Start position, velocity on the way forth and back in m/s, direction (x, y), and speed in m/s."""

    start: Position
    forth: tuple[float, float, float]
    back: tuple[float, float, float]
    direction: tuple[float, float]
    speed_mps: float

    @classmethod
    def of(cls, user: UserLayout) -> Walker | None:
        """Return the walker of `user`, None if it does not move."""
        vx, vy, _ = user.velocity_mps
        speed = math.hypot(vx, vy)
        if speed == 0.0:
            return None
        return cls(user.position, (vx, vy, 0.0), (-vx, -vy, 0.0), (vx / speed, vy / speed), speed)

    def moved(self, user: UserLayout, now_s: float) -> UserLayout:
        """Return `user` with position and velocity at `now_s` after the start."""
        phase = (self.speed_mps * now_s) % (2.0 * BEAT_M)
        along, velocity = (phase, self.forth) if phase < BEAT_M else (2.0 * BEAT_M - phase, self.back)
        (x, y), start = self.direction, self.start
        position = Position.unchecked(x_m=start.x_m + x * along, y_m=start.y_m + y * along, z_m=start.z_m)
        return user.changed(position=position, velocity_mps=velocity)
