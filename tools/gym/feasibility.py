"""`FeasibilityScore`: whether something can be done, and what stands against it."""

from __future__ import annotations

from pydantic import Field

from tools.contract import ToolValue


class FeasibilityScore(ToolValue):
    """`score` is the smallest of `factors`, 0 (cannot be) to 1 (nothing stands against it); `reasons` explain those below 1."""

    score: float = Field(ge=0.0, le=1.0)
    factors: dict[str, float]
    reasons: tuple[str, ...]


def feasibility(found: dict[str, tuple[float, str]]) -> FeasibilityScore:
    """Score `found`: factor by name, clipped to 0..1, and its reason; without factors nothing stands against it."""
    factors = {name: round(min(max(factor, 0.0), 1.0), 3) for name, (factor, _) in found.items()}
    reasons = tuple(found[name][1] for name, factor in factors.items() if factor < 1.0)
    return FeasibilityScore(score=min(factors.values(), default=1.0), factors=factors, reasons=reasons)
