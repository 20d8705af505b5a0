"""What a training of the reader is to do."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

_LEAST_SHARE = 0.05


class TrainingError(Exception):
    """The training cannot go on; the message says what to do."""


@dataclass(frozen=True)
class Plan:
    """rank: of LoRA. rate: the highest of AdamW, falling by a cosine to a twentieth. tokens: of a batch, with padding.

    warmup: in steps. start: folder of an adapter or, with `full`, of a model to begin with, empty: a new one. full: all weights
    are trained instead of LoRA. accumulate: batches of a step on each device. limit_s: instead of `epochs`, the training goes on
    for so many seconds, and the rate has fallen when they are over.
    """

    rank: int = 16
    rate: float = 8e-4
    tokens: int = 512
    epochs: int = 4
    seed: int = 1
    warmup: int = 30
    save_every_s: float = 120.0
    start: str = ""
    full: bool = False
    accumulate: int = 1
    limit_s: float = 0.0

    def rate_at(self, step: int, share: float) -> float:
        """Return the learning rate of a step (from 1) when this share of the training is done."""
        if step < self.warmup:
            return self.rate * step / self.warmup
        return self.rate * max(_LEAST_SHARE, 0.5 * (1 + math.cos(math.pi * min(share, 1.0))))

    def differences(self, stored: dict[str, Any]) -> list[str]:
        """Return the fields in which a stored plan, perhaps of an older version with fewer fields, differs from this one."""
        own, other = asdict(self), asdict(Plan()) | stored
        return sorted(name for name in own.keys() | other.keys() if own.get(name) != other.get(name))
