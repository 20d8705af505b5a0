"""An answer of the operator to a question of the run."""

from __future__ import annotations

from policies.word import Word


class Answer(Word):
    """The operator's answer to an earlier question."""

    question: str
    answer: str
