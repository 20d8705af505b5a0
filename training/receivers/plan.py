"""What a receiver's training does: how many steps, how wide, how fast, from which ranges."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.loop import Schedule
from training.receivers.experience import Ranges


@dataclass(frozen=True)
class Plan(Schedule):
    """What to train: `steps`, `channels` wide, peak `rate`, `warmup` steps, `average` decay, `seed`; `ranges` to draw from."""

    steps: int = 5_000
    channels: int = 32
    rate: float = 3e-3
    warmup: int = 200
    average: float = 0.998
    seed: int = 1
    ranges: Ranges = field(default_factory=Ranges)
