"""Reading by rules alone, with the condition of the text as a context: the grammar itself knows bounds, and no conditions.

The clause that begins with "if", "unless" or the like is taken out of the text and read by itself (`context_words`), so that it
is never read as a goal. "As long as" and "provided" are left to the grammar: a bound that is to be kept is what they say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.answer import Answer
from agents.readers.contexts import OFF_AIR, UnreadContextError, contexts_under
from agents.understanding.context_answers import ON_CONDITION
from agents.understanding.questions import is_question
from agents.understanding.result import NeedsMeasurement, Question, Reading, Understood
from agents.understanding.understand import understand
from policies.intent import ExpectationObject
from twins.network import NetworkCard

_CLAUSE: Final = re.compile(
    r"(?:(?<=[,;:.(])|(?<=\s)|^)\s*(?P<clause>(?:but\s+)?(?:(?:only|not)\s+)?"
    r"(?:if|iff|unless|in\s+case|only\s+when|only\s+where|except\s+(?:if|when|where)|(?<!\w\s)(?:when|once))\b[^;]*?)"
    r"\s*(?=,(?!\d)|;|[.!?)]*\s*$|[.!?]\s)",
    re.IGNORECASE,
)
_POLITE: Final = re.compile(
    r"(?:if|when|where)\s+(?:at\s+all\s+)?(?:possible|needed|necessary|required|feasible|you\s+(?:can|like|please|want|must)|in\s+doubt)\b",
    re.IGNORECASE,
)
_ASKING: Final = re.compile(
    r"\b(?:what|even|as|check|tell\s+me|show\s+me|see|know|find\s+out|ask)\s+(?:if|when|once)\b", re.IGNORECASE
)


def read_by_rules(text: str, card: NetworkCard, answers: Sequence[Answer] = ()) -> Reading:
    """Return the reading of a text with the answers to earlier questions; never raises because of what it says.

    A question has the text as it is, so that it can be read again with all answers.
    """
    reading = _read(text, card, answers)
    return reading.model_copy(update={"text": text}) if isinstance(reading, Question) else reading


def _read(text: str, card: NetworkCard, answers: Sequence[Answer]) -> Reading:
    match = None if is_question(text) or _ASKING.search(text) else _CLAUSE.search(text)
    if match is None or _POLITE.match(match["clause"]):
        return understand(text, card, answers)
    rest = f"{text[: match.start()]} {text[match.end() :]}".strip(" ,;")
    reading = understand(rest, card, [one for one in answers if not one.question.startswith(ON_CONDITION)])
    if not isinstance(reading, Understood | NeedsMeasurement):
        return reading
    said = [one.answer for one in answers if one.question.startswith(ON_CONDITION)]
    try:
        contexts = contexts_under(match["clause"], card, _places(reading, card), _taken_off_air(reading), said)
    except UnreadContextError as error:
        return Question(question=error.question, choices=error.choices, kind="missing")
    if isinstance(reading, NeedsMeasurement):
        return reading.model_copy(update={"text": text, "contexts": contexts})
    return reading.model_copy(update={"intent": reading.intent.model_copy(update={"text": text, "contexts": contexts})})


def _places(reading: Understood | NeedsMeasurement, card: NetworkCard) -> list[frozenset[str]]:
    if reading.direct:
        return [frozenset(edit.cell for edit in reading.direct)]
    goals = reading.intent.expectations if isinstance(reading, Understood) else reading.expectations
    return [_ids(goal.object, card) for goal in goals]


def _ids(scope: ExpectationObject, card: NetworkCard) -> frozenset[str]:
    return frozenset(cell.id for cell in card.cells if not scope.cells or cell.dn in scope.cells)


def _taken_off_air(reading: Understood | NeedsMeasurement) -> frozenset[str]:
    return frozenset(edit.cell for edit in reading.direct if edit.value in OFF_AIR)
