"""What a receiver's training does: how many steps, how wide, how fast, from which ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from training.receivers.experience import Ranges


@dataclass(frozen=True)
class Plan:
    """What to train: `steps`, `channels` wide, peak `rate`, `warmup` steps, `average` decay, `seed`; `ranges` to draw from."""

    steps: int = 5_000
    channels: int = 32
    rate: float = 3e-3
    warmup: int = 200
    average: float = 0.998
    seed: int = 1
    ranges: Ranges = field(default_factory=Ranges)


def learning_rate(plan: Plan, step: int) -> float:
    """Linear warm-up, then a cosine to a fiftieth of the peak at the last step."""
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(plan.steps - plan.warmup, 1)
    return plan.rate * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))
