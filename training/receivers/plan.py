"""The training plan of a neural receiver: steps, network width, learning rate and ranges."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.loop import Schedule
from training.receivers.experience import Ranges


@dataclass(frozen=True)
class Plan(Schedule):
    """Training plan: network width `channels` and `ranges` to draw from; the rest as in `Schedule`."""

    steps: int = 5_000
    channels: int = 32
    rate: float = 3e-3
    warmup: int = 200
    average: float = 0.998
    seed: int = 1
    ranges: Ranges = field(default_factory=Ranges)
