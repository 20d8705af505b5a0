"""What the other ways to read a text say about one of them.

Words can often be marked in several ways that mean the same ("in the stadium", "the stadium"); what counts is how probable a
meaning is, over all answers that mean it, and by how much it is more probable than the best of another meaning.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Final

from agents.readers.candidate import OWN_FEATURES, REFUSALS, Candidate, logit

FEATURES: Final = (*OWN_FEATURES, "meaning", "margin", "open", "agreement", "length")
_OPEN: Final = "open"
_FAR: Final = 30.0  # a margin, also where there is no other meaning


def features_of(candidates: Sequence[Candidate]) -> list[tuple[float, ...]]:
    """Return what the confidence in each candidate rests on, in the order of `FEATURES`; candidates: all of one text."""
    meanings = [_meaning(one) for one in candidates]
    mass: defaultdict[Hashable, float] = defaultdict(float)
    best: dict[Hashable, float] = {}
    for meaning, one in zip(meanings, candidates, strict=True):
        mass[meaning] += math.exp(one.answered.logarithm)
        best[meaning] = max(best.get(meaning, -math.inf), one.answered.logarithm + one.agreement)
    return [
        (
            *one.features(),
            logit(mass[meaning]),
            _margin(best, meaning),
            mass[_OPEN],
            one.agreement,
            float(len(one.spanned.text.split())),
        )
        for meaning, one in zip(meanings, candidates, strict=True)
    ]


def _meaning(candidate: Candidate) -> Hashable:
    if candidate.is_asked:
        return candidate.act if candidate.act in REFUSALS else _OPEN
    return candidate.reading


def _margin(best: dict[Hashable, float], meaning: Hashable) -> float:
    others = [score for other, score in best.items() if other != meaning]
    return max(-_FAR, min(_FAR, best[meaning] - max(others))) if others else _FAR
