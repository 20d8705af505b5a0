"""A terrestrial user that walks to and fro along its heading."""

from __future__ import annotations

import math
from typing import NamedTuple

from policies.gym.place import Position
from twins.gym.layout import UserLayout

BEAT_M = 100.0


class Walker(NamedTuple):
    """Where it starts, its velocity on the way forth and back, m/s, its direction (x, y) and its speed, m/s."""

    start: Position
    forth: tuple[float, float, float]
    back: tuple[float, float, float]
    direction: tuple[float, float]
    speed_mps: float

    @classmethod
    def of(cls, user: UserLayout) -> Walker | None:
        """Return the walker that `user` is, None where it stands still."""
        vx, vy, _ = user.velocity_mps
        speed = math.hypot(vx, vy)
        if speed == 0.0:
            return None
        return cls(user.position, (vx, vy, 0.0), (-vx, -vy, 0.0), (vx / speed, vy / speed), speed)

    def moved(self, user: UserLayout, now_s: float) -> UserLayout:
        """Return `user`, who walks like this, where it is `now_s` after the start."""
        phase = (self.speed_mps * now_s) % (2.0 * BEAT_M)
        along, velocity = (phase, self.forth) if phase < BEAT_M else (2.0 * BEAT_M - phase, self.back)
        (x, y), start = self.direction, self.start
        position = Position.unchecked(x_m=start.x_m + x * along, y_m=start.y_m + y * along, z_m=start.z_m)
        return user.changed(position=position, velocity_mps=velocity)
