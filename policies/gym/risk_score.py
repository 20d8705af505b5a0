"""A risk score with its factors."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class RiskScore(Word):
    """`score` is the maximum of `factors`, each from 0 (no risk) to 1 (harm present or imminent); `worst` names that factor."""

    score: float = Field(ge=0.0, le=1.0)
    worst: str
    factors: dict[str, float] = Field(default_factory=dict)
