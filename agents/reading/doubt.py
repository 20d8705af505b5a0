"""A doubt: words from which nothing certain can be computed. It is asked about."""

from __future__ import annotations


class Doubt(Exception):  # noqa: N818 - it is an answer
    """`words` of the text, and what is in doubt about them."""

    def __init__(self, words: str, why: str) -> None:
        super().__init__(f"{words!r}: {why}")
        self.words, self.why = words, why
