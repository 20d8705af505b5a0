"""How alike texts are: ROUGE-L (Lin 2004), for keeping near-duplicates out of a task set."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import LCSseq

MOST_ALIKE = 0.8
_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")


def words(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers."""
    return tuple(_WORD.findall(text.lower()))


def rouge_l(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """F-measure of the longest common subsequence of two texts' words, 0..1."""
    return 2.0 * LCSseq.similarity(one, other) / max(len(one) + len(other), 1)


class Pool:
    """Texts so far; `admits` takes one in unless it is too much like one that is there."""

    def __init__(self, known: Iterable[str], most: float = MOST_ALIKE) -> None:
        self._most = most
        self._texts = [words(text) for text in known]

    def admits(self, text: str) -> bool:
        """Take `text` in, unless its ROUGE-L with another reaches the bound."""
        new = words(text)
        # The subsequence is no longer than the shorter text: very different lengths need no comparison.
        near = (old for old in self._texts if 2.0 * min(len(old), len(new)) / max(len(old) + len(new), 1) >= self._most)
        if any(rouge_l(new, old) >= self._most for old in near):
            return False
        self._texts.append(new)
        return True
