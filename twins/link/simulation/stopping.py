"""When a simulation stops: the adaptive stopping rule."""

from __future__ import annotations

from pydantic import Field, model_validator

from policies.word import Word


class Stopping(Word):
    """Simulate batches of `batch` slots until the 95 % interval of the residual BLER is within ± `half_width`, or `max_slots`.

    At least `min_slots` are simulated, in whole batches: the same seed and `batch` give the same slots, and a narrower
    `half_width` continues the same sequence.
    """

    half_width: float = Field(default=0.02, gt=0.0, le=0.5)
    min_slots: int = Field(default=64, ge=1)
    max_slots: int = Field(default=1024, ge=1)
    batch: int = Field(default=64, ge=1, le=1024)

    @model_validator(mode="after")
    def _ordered(self) -> Stopping:
        if self.max_slots < self.min_slots:
            raise ValueError(f"max_slots={self.max_slots} is below min_slots={self.min_slots}: raise it to at least that")
        if self.max_slots % self.batch:
            raise ValueError(
                f"max_slots={self.max_slots} is not a whole number of batches of batch={self.batch}: use a multiple of it"
            )
        return self

    def enough(self, slots: int, half_width: float) -> bool:
        """Return whether `slots` with an interval of ± `half_width` are enough."""
        return slots >= self.min_slots and half_width <= self.half_width
