"""`FeasibilityScore`: how feasible an action is, and what speaks against it."""

from __future__ import annotations

from pydantic import Field

from tools.contract import ToolValue


class FeasibilityScore(ToolValue):
    """`score` is the smallest of `factors`, 0 (impossible) to 1 (no objection); `reasons` explain the factors below 1."""

    score: float = Field(ge=0.0, le=1.0)
    factors: dict[str, float]
    reasons: tuple[str, ...]


def feasibility(assessed: dict[str, tuple[float, str]]) -> FeasibilityScore:
    """Return the score of `assessed`, which maps a factor's name to its value, clipped to 0..1, and its reason; 1 if empty."""
    factors = {name: round(min(max(factor, 0.0), 1.0), 3) for name, (factor, _) in assessed.items()}
    reasons = tuple(assessed[name][1] for name, factor in factors.items() if factor < 1.0)
    return FeasibilityScore(score=min(factors.values(), default=1.0), factors=factors, reasons=reasons)
