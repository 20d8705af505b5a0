"""Similarity of texts by ROUGE-L (Lin 2004), to keep near-duplicates out of a task set."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import LCSseq

MAX_SIMILARITY = 0.8
_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")


def words(text: str) -> tuple[str, ...]:
    """Return the lower-case words and the numbers of a text."""
    return tuple(_WORD.findall(text.lower()))


def rouge_l(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """F-measure of the longest common subsequence of two texts' words, 0..1."""
    return 2.0 * LCSseq.similarity(first, second) / max(len(first) + len(second), 1)


class Pool:
    """A growing set of texts, none of which is too similar to another."""

    def __init__(self, existing: Iterable[str], max_similarity: float = MAX_SIMILARITY) -> None:
        self._max_similarity = max_similarity
        self._texts = [words(text) for text in existing]

    def admits(self, text: str) -> bool:
        """Add `text` and return True, unless its ROUGE-L with another text reaches the maximum."""
        new, bound = words(text), self._max_similarity
        # A common subsequence is no longer than the shorter text: texts of very different length need no comparison.
        comparable = (old for old in self._texts if 2.0 * min(len(old), len(new)) / max(len(old) + len(new), 1) >= bound)
        if any(rouge_l(new, old) >= bound for old in comparable):
            return False
        self._texts.append(new)
        return True
