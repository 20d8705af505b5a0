"""A question to the operator, which is put at most twice: what stays open then is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.planner import Ask, Escalate, View

_MAX_QUESTIONS: Final = 5


def asked(view: View, question: str, choices: Sequence[str]) -> Ask | Escalate:
    """Return the question, or that it is still open after two answers to it, or after five to all questions of the run."""
    answered = [answer.question for answer in view.answers]
    if answered.count(question) > 1 or len(answered) >= _MAX_QUESTIONS:
        return Escalate(reason=f"cannot, because this question is still open: {question}", nearest=" or ".join(choices[:2]))
    return Ask(question=question, choices=tuple(choices))
