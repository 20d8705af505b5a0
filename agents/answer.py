"""An answer: what the operator said when asked."""

from __future__ import annotations

from policies.word import Word


class Answer(Word):
    """The operator's answer to an earlier question."""

    question: str
    answer: str
