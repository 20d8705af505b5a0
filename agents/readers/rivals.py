"""What the other ways to read a text say about one of them.

Words can often be marked in several ways that mean the same ("in the stadium", "the stadium"); what counts is how probable a
meaning is, over all answers that mean it, and by how much it is more probable than the best of another meaning.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from typing import Final

from agents.readers.candidate import OWN_FEATURES, REFUSALS, Candidate, logit

FEATURES: Final = (
    *OWN_FEATURES,
    "meaning",
    "margin",
    "open",
    "agreement",
    "length",
    "by parts",
    "verified",
    "least verified",
    "verified margin",
)
_OPEN: Final = "open"
_FAR: Final = 30.0  # a margin, also where there is no other meaning


def features_of(candidates: Sequence[Candidate]) -> list[tuple[float, ...]]:
    """Return what the confidence in each candidate rests on, in the order of `FEATURES`; candidates: all of one text."""
    meanings = [_meaning(one) for one in candidates]
    mass: defaultdict[Hashable, float] = defaultdict(float)
    best: dict[Hashable, float] = {}
    verified: dict[Hashable, float] = {}
    by_parts = next((meaning for meaning, one in zip(meanings, candidates, strict=True) if one.is_by_parts), None)
    whole = {meaning for meaning, one in zip(meanings, candidates, strict=True) if one.is_whole}
    for meaning, one in zip(meanings, candidates, strict=True):
        mass[meaning] += math.exp(one.answered.logarithm) if one.is_whole else 0.0
        best[meaning] = max(best.get(meaning, -math.inf), one.answered.logarithm + one.agreement)
        if meaning not in (_OPEN, *REFUSALS):
            verified[meaning] = max(verified.get(meaning, -math.inf), one.verified.whole)
    return [
        (
            *one.features(),
            logit(mass[meaning]),
            _margin(best, meaning),
            mass[_OPEN],
            one.agreement,
            float(len(one.spanned.text.split())),
            _by_parts(meaning, by_parts, whole),
            one.verified.whole,
            one.verified.least,
            _margin(verified, meaning) if meaning in verified else 0.0,
        )
        for meaning, one in zip(meanings, candidates, strict=True)
    ]


def _meaning(candidate: Candidate) -> Hashable:
    if candidate.is_asked:
        return candidate.act if candidate.act in REFUSALS else _OPEN
    return candidate.reading


def _by_parts(meaning: Hashable, by_parts: Hashable | None, whole: Collection[Hashable]) -> float:
    """Return what the parts of the text, each read by itself, say of a meaning: 2 the same as the whole, 1 only they say so.

    0: there are no parts, or they say nothing. -1: they leave something open. -2: they say something else.
    """
    if by_parts is None:
        return 0.0
    if meaning != by_parts:
        return -1.0 if by_parts == _OPEN else -2.0
    return 2.0 if meaning in whole else 1.0


def _margin(best: dict[Hashable, float], meaning: Hashable) -> float:
    others = [score for other, score in best.items() if other != meaning]
    return max(-_FAR, min(_FAR, best[meaning] - max(others))) if others else _FAR
