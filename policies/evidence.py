"""Evidence, the result type of every tool: a value with its unit, uncertainty and provenance."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, Field, model_validator

from policies.provenance import Provenance
from policies.word import Word


class Interval(Word):
    """A confidence interval [low, high] at `confidence` (0..1)."""

    low: float
    high: float
    confidence: float = Field(default=0.95, gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        if not self.low <= self.high:
            raise ValueError(f"interval low={self.low} is above high={self.high}")
        return self

    def contains(self, value: float) -> bool:
        """Whether `value` lies inside the interval."""
        return self.low <= value <= self.high


class Coverage(Word):
    """Whether a data card covers a configuration: yes, or no with reasons."""

    covered: bool
    reasons: tuple[str, ...] = ()


Value = TypeVar("Value", bound=BaseModel)


class Evidence(Word, Generic[Value]):
    """The result of a tool.

    `summary` is one line for a person; `value` is typed; `coverage` tells whether the data card of the source covers the
    network's configuration; `warnings` list every fallback that was used.
    """

    summary: str
    value: Value
    provenance: Provenance
    coverage: Coverage = Coverage(covered=True)
    uncertainty: str = ""
    warnings: tuple[str, ...] = ()
