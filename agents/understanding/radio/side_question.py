"""A question that a text puts after what is to be done: "…, and tell me whether the neural receiver would help there".

It is split off before any reader reads the rest, so that no reader can lose the one for the other. Each of its words counts: it
names one theme (receivers, or beams), a place of the network or none, speeds and link terms, and else only words that belong to
such a question. If it says anything more, it is asked about: what stands in it could be something to be done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from agents.answer import Answer
from agents.understanding.conditions import link_conditions_of, without_link_words
from agents.understanding.frames import read_frames
from agents.understanding.items import Item, read_items
from agents.understanding.lexicon import lexicon
from agents.understanding.places import place_of, refuse_unknown_names
from agents.understanding.result import (
    Impossible,
    NeedsMeasurement,
    Question,
    Reading,
    ReadingError,
    SideQuestion,
    Understood,
    with_beside,
)
from agents.understanding.screening import MAX_CHARACTERS
from twins.network import NetworkCard

Read = Callable[[str, NetworkCard, Sequence[Answer]], Reading]
_THEMES: Final[dict[str, Literal["channel-estimator", "beam-management"]]] = {
    "channel-estimator": "channel-estimator",
    "beam-management": "beam-management",
}
_TELL: Final = (
    r"(?:(?:tell|show|advise|inform|let) (?:me|us)(?: know)?|say|check|find out|see|assess|evaluate|determine|work out|recommend|"
    r"report)"
)
_JOINED: Final = re.compile(
    rf"^(?P<rest>.+?)(?:[,;.:!] ?| )(?:(?:and|also|then|please|besides|in addition),? )*"
    rf"(?P<clause>(?:{_TELL} (?:whether|if|which|what) |(?:would|will|does|should) (?=[^?]*\?$)).+?) ?[.?!]*$",
    re.IGNORECASE,
)
_MORE: Final = re.compile(r"[,;:.!?]|\b(?:and|but|then|unless|except|not)\b", re.IGNORECASE)
_KINDS: Final = frozenset({"pronoun", "cell", "site", "area", "everywhere", "motion"})
_LEFT_OUT: Final = "leave it out"
_EXAMPLE: Final = "tell me whether the neural receiver would help there"


@dataclass(frozen=True)
class Joined:
    """A text of two parts: what is to be done, and the words of the question after it."""

    rest: str
    clause: str

    @classmethod
    def of(cls, text: str, card: NetworkCard) -> Joined | None:
        """Return the parts of a text, None if no question about receivers or beams stands behind something else."""
        match = _JOINED.match(" ".join(text.split())) if len(text) <= MAX_CHARACTERS else None
        if match is None:
            return None
        parts = cls(match["rest"].strip(" ,;:"), match["clause"])
        try:
            themes = _themes(_items(parts.clause, card))
        except ReadingError:  # names what is not there: the question is asked in `side_question`
            themes = list(_THEMES)
        return parts if len(parts.rest.split()) > 1 and themes else None


def reading_of_both(read: Read, text: str, card: NetworkCard, answers: Sequence[Answer] = ()) -> Reading:
    """Return the reading of a text by `read`, which reads what is to be done alone; the question after it stands beside that.

    A text whose first part is nothing to be done is read whole.
    """
    parts = Joined.of(text, card)
    if parts is None:
        return read(text, card, answers)
    about = [answer for answer in answers if parts.clause in answer.question]
    reading = read(parts.rest, card, [answer for answer in answers if answer not in about])
    if isinstance(reading, Impossible):
        return reading
    if not isinstance(reading, Understood | NeedsMeasurement | Question) or getattr(reading, "workflow", "") in _THEMES:
        return read(text, card, answers)
    clause = _answered(parts.clause, about, card)
    if not clause:
        return _of_whole(reading, text)
    try:
        return with_beside(_of_whole(reading, text), [side_question(clause, card)])
    except ReadingError as error:
        assert isinstance(error.result, Question)
        return error.result.model_copy(update={"text": text, "question": _about(error.result.question, parts.clause)})


def _answered(clause: str, answers: Sequence[Answer], card: NetworkCard) -> str:
    """Return the clause with the answers to the questions that it left, in order; empty if it is to be left out."""
    for answer in answers:
        if answer.answer.strip().lower() == _LEFT_OUT:
            return ""
        try:
            side_question(clause, card)
        except ReadingError as error:
            gap = error.result.replaces if isinstance(error.result, Question) else ""
            clause = clause.replace(gap or clause, answer.answer)
    return clause


def _about(question: str, clause: str) -> str:
    """Return the question with the clause that it is about, by which its answer is known."""
    return question if clause in question else f"{question} (“{clause}”)"


def _of_whole(reading: Reading, text: str) -> Reading:
    """Return the reading as one of the whole text: that is what the operator said, and what a person approves."""
    if isinstance(reading, Understood):
        return reading.model_copy(update={"intent": reading.intent.model_copy(update={"text": text})})
    return reading.model_copy(update={"text": text}) if isinstance(reading, NeedsMeasurement) else reading


def side_question(clause: str, card: NetworkCard) -> SideQuestion:
    """Return the question of a clause; raises ReadingError, with a question, for one that says more than that."""
    items = _items(clause, card)
    refuse_unknown_names(items, card)
    themes = _themes(items)
    others = [*_MORE.findall(without_link_words(clause)), *(item.text for item in items if not _belongs(item))]
    if len(themes) != 1 or others:
        said = f"{', '.join(map(repr, others))} in it" if others else "which of receivers and beams it is about"
        question = f"“{clause}” is read as a question beside the rest, but not {said}. What should be answered?"
        choices = (_LEFT_OUT, _EXAMPLE)
        raise ReadingError(Question(question=question, choices=choices, kind="ambiguous", replaces=clause))
    places = [place for frame in read_frames(items) if (place := place_of(frame, card)) is not None]
    if len(places) > 1:
        question = f"“{clause}” names {len(places)} places. Which one should be looked at?"
        raise ReadingError(Question(question=question, kind="ambiguous", replaces=clause))
    cells, area = (places[0].cells, places[0].area) if places else ((), "")
    return SideQuestion(words=clause, workflow=_THEMES[themes[0]], cells=cells, area=area, link=link_conditions_of(clause))


def _items(clause: str, card: NetworkCard) -> tuple[Item, ...]:
    return read_items(without_link_words(clause), card).items


def _themes(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(item.value for item in items if item.kind == "theme" and item.value in _THEMES))


def _belongs(item: Item) -> bool:
    if item.kind == "theme":
        return item.value in _THEMES
    words = lexicon()["side question"]["words"]
    return item.kind in _KINDS or all(word in words for word in item.text.lower().replace("-", " ").split())
