"""How much is at risk, and by what."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class RiskScore(Word):
    """`score` is the greatest of `factors`, each 0 (none) to 1 (harm is there or next); `worst` names it."""

    score: float = Field(ge=0.0, le=1.0)
    worst: str
    factors: dict[str, float] = Field(default_factory=dict)
