"""`understand(text, card)`: from an operator's text to an intent, a question to the operator, or a clear refusal.

1. `screening` refuses text that cannot be read, and removes attempts to widen permissions.
2. `times` finds the window and the event; `items` and `frames` find KPIs, bounds, slices, places and goals.
3. `direct` splits off edits that the operator named; `targets` turns the rest into TS 28.312 expectations; `relative` resolves
   bounds such as "10 % less"; `bounds` checks all bounds.
4. `meaning` (embeddings) is used only for phrases that none of these knows; each such match is noted with its score.
Answers to questions are inserted into the text, so that a reading depends only on what the operator wrote. A text is read once,
and once more with each answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from agents.answer import Answer
from agents.understanding import meaning
from agents.understanding.conditions import asks_for_estimator, link_conditions_of, names_estimators, without_link_words
from agents.understanding.context_answers import REGARDLESS
from agents.understanding.direct import take_direct
from agents.understanding.frames import Frame, read_frames
from agents.understanding.items import Item, read_items
from agents.understanding.places import Place, place_of, refuse_unknown_names
from agents.understanding.plan import plan_of, workflow_of
from agents.understanding.questions import is_question, read_question
from agents.understanding.radio.handover_claim import read_handover_claim
from agents.understanding.radio.link_question import read_link_question
from agents.understanding.relative import resolve
from agents.understanding.result import (
    DirectEdit,
    NeedsMeasurement,
    NotAboutNetwork,
    Question,
    Reading,
    ReadingError,
    RelativeBound,
    SideQuestion,
    Supposed,
    Understood,
)
from agents.understanding.screening import only_permission, screen
from agents.understanding.shares import rewrite_shares
from agents.understanding.targets import TargetReader
from agents.understanding.timing.crowd_words import read_crowd
from agents.understanding.timing.times import read_times
from agents.understanding.timing.when import When
from agents.understanding.watching import watched
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.kpi import kpi_definition
from twins.network import NetworkCard

_TOPICS: Final = (
    "kpi",
    "complement",
    "unmeasured",
    "slice",
    "cell",
    "site",
    "area",
    "domain",
    "theme",
    "attribute",
    "state",
    "everywhere",
)
NOT_ABOUT: Final = "it names no KPI, cell, slice, area or configuration of this network"


def understand(text: str, card: NetworkCard, answers: Sequence[Answer] = ()) -> Reading:
    """Return the reading of `text` for the network of `card`; `answers` are the operator's answers to earlier questions.

    Never raises because of what the operator wrote.
    """
    result = _read(text, card)
    for answer in answers:
        text = _with_answer(text, answer, result)
        result = _read(text, card)
    return result


def with_answers(reading: Reading, answers: Sequence[Answer], card: NetworkCard) -> Reading:
    """Return `reading` with answers that were given after it.

    After a question the text is read again with the answers; they complete an intent that is understood, or a supposition.
    """
    if isinstance(reading, Question) and answers:
        return understand(_with_answer(reading.text, answers[0], reading), card, answers[1:])
    if isinstance(reading, Understood | NeedsMeasurement):
        for answer in answers:
            link = reading.link.completed_by(answer.answer)
            beside = tuple(_completed(one, answer.answer) for one in reading.beside)
            reading = reading.model_copy(update={"link": link, "beside": beside})
    if isinstance(reading, Understood):
        for answer in answers:
            reading = reading.model_copy(update={"intent": _with_crowd(reading.intent, answer.answer, card)})
            reading = _without_condition(reading) if answer.answer == REGARDLESS else reading
    if isinstance(reading, Supposed):
        for answer in answers:
            reading = _with_crowd(reading, answer.answer, card)
    return reading


def _completed(question: SideQuestion, answer: str) -> SideQuestion:
    return question.model_copy(update={"link": question.link.completed_by(answer)})


def _without_condition(reading: Understood) -> Understood:
    """Return the reading without its conditions, which cannot be checked: the operator wants it regardless, and it is noted."""
    dropped = tuple(f"the condition “{context.words}” is not checked, as answered" for context in reading.intent.contexts)
    update = {"contexts": (), "assumptions": (*reading.intent.assumptions, *dropped)}
    return reading.model_copy(update={"intent": reading.intent.model_copy(update=update)})


_OfEvents = TypeVar("_OfEvents", Intent, Supposed)


def _with_crowd(reading: _OfEvents, answer: str, card: NetworkCard) -> _OfEvents:
    """Return the reading with what the answer says about the crowds of planned events."""
    told: When = read_crowd(When(answer), card)
    return reading.model_copy(
        update={
            "attendance": reading.attendance if told.attendance is None else told.attendance,
            "without_events": tuple(dict.fromkeys((*reading.without_events, *told.without_events))),
            "assumptions": tuple(dict.fromkeys((*reading.assumptions, *told.assumptions))),
        }
    )


def _with_answer(text: str, answer: Answer, result: Reading) -> str:
    """Return the text with the answer in place of the words in question, or appended to it."""
    gap = result.replaces if isinstance(result, Question) and result.question == answer.question else ""
    if gap:
        replaced = re.sub(rf"(?<!\w){re.escape(gap)}(?!\w)", lambda _: answer.answer, text, count=1, flags=re.IGNORECASE)
        if replaced != text:
            return replaced
    if isinstance(result, Question) and result.kind in ("empty", "length", "language", "permission"):
        return answer.answer
    return f"{text.rstrip(' .?!')}, {answer.answer}"


def _read(text: str, card: NetworkCard) -> Reading:
    try:
        plain = screen(text).text
        result = read_link_question(plain) or read_handover_claim(plain, card) or _read_strictly(text, card)
    except ReadingError as error:
        result = error.result
    if isinstance(result, Question):
        return result.model_copy(update={"text": text})
    if isinstance(result, Understood | NeedsMeasurement):
        return result.model_copy(update={"link": link_conditions_of(text)})
    return result


@dataclass(frozen=True)
class _Text:
    """A text being read: its words, the network, and the times and items found so far."""

    words: str
    card: NetworkCard
    when: When
    items: tuple[Item, ...]

    def has(self, *kinds: str) -> bool:
        return any(item.kind in kinds for item in self.items)

    @property
    def is_about_network(self) -> bool:
        """Whether any word or unit belongs to the network's vocabulary."""
        measured = any(item.quantity is not None and item.quantity.dimension for item in self.items)
        return self.has(*_TOPICS, "vague") or measured or bool(self.when.event)

    def has_theme(self, theme: str) -> bool:
        return any(item.kind == "theme" and item.value == theme for item in self.items)

    def intent(self, expectation: IntentExpectation, note: str) -> Intent:
        return Intent(
            text=self.words,
            expectations=(expectation,),
            window=self.when.window,
            event=self.when.event,
            permanent=self.when.permanent,
            without_events=self.when.without_events,
            attendance=self.when.attendance,
            assumptions=(*self.when.assumptions, note),
        )


def _read_strictly(text: str, card: NetworkCard) -> Reading:
    screened = screen(text)
    shares = rewrite_shares(without_link_words(screened.text) if names_estimators(screened.text) else screened.text)
    asks = is_question(shares.text) and not asks_for_estimator(shares.text)
    when = When(shares.text) if asks else read_times(shares.text, card)
    read = read_items(when.rest, card)
    whole = _Text(text, card, when, read.items)
    if screened.assumptions and not whole.has(*_TOPICS):
        return only_permission(screened)
    if not asks and not whole.is_about_network:
        return _by_meaning_or_stray(whole, Place(), meaning.STRAY_THRESHOLD)
    frames = read_frames(read.items)
    if not asks or whole.is_about_network:
        refuse_unknown_names(read.items, card)
    if asks:
        return read_question(shares.text, read.items, frames, card) or NotAboutNetwork(reason=NOT_ABOUT)
    notes = [*screened.assumptions, *shares.assumptions, *read.assumptions]
    fallback = _event_place(when, card)
    direct, rest = take_direct(frames, card, fallback, notes)
    selection = None if direct else _selection(whole, rest, fallback)
    if selection is not None:
        return selection
    _name_kpis(rest, notes)
    span = (when.window.end - when.window.start).total_seconds() if when.window else None
    reader = TargetReader(card, fallback, tolerance=shares.tolerance, span_s=span, notes=notes)
    expectations = reader.read(rest)
    if not expectations and not direct:
        return _nothing_bounded(whole, rest, reader.place)
    return _understood(whole, expectations, direct, notes)


def _event_place(when: When, card: NetworkCard) -> Place:
    areas = card.areas()
    names = [area for area in when.areas if area in areas]
    ids = {cell for area in names for cell in areas[area]}
    return Place(tuple(cell.dn for cell in card.cells if cell.id in ids), " and ".join(names))


def _name_kpis(frames: list[Frame], notes: list[str]) -> None:
    """Find the KPI by meaning for frames that name none; raises ReadingError for a quantity that is not measured."""
    for frame in frames:
        if frame.unmeasured:
            raise ReadingError(_unmeasured(frame.unmeasured[0]))
        asks = frame.bounds or frame.goal or frame.preserve
        if not asks or frame.kpis or frame.users or not frame.unknown:
            _note_unknown(frame, notes)
            continue
        phrase = " ".join(item.text for item in frame.unknown)
        match = meaning.nearest_kpi(phrase)
        if match.score < meaning.KPI_THRESHOLD:
            raise ReadingError(_unknown_kpi(phrase, match))
        frame.kpis.append(match.value)
        notes.append(f"{phrase!r} interpreted as {match.value} (nearest phrase {match.phrase!r}, similarity {match.score:.2f})")


def _note_unknown(frame: Frame, notes: list[str]) -> None:
    if frame.unknown and frame.names_something:
        notes.append("not understood and ignored: " + ", ".join(repr(item.text) for item in frame.unknown))


def _unmeasured(item: Item) -> Question:
    nearest = kpi_definition(item.value)
    alias = nearest.aliases[0]
    title = f"{nearest.title} ({nearest.name}, {nearest.unit})"
    question = f"{item.text!r} is not a KPI of this network; the nearest one is {title}. Should it be used, and with which bound?"
    return Question(question=question, choices=(alias,), kind="unknown name", replaces=item.text)


def _unknown_kpi(phrase: str, match: meaning.Match) -> Question:
    nearest = kpi_definition(match.value)
    title = f"{nearest.title} ({nearest.name}, {nearest.unit})"
    question = f"{phrase!r} is not a KPI of this network; the nearest one is {title}. Which KPI do you mean?"
    return Question(question=question, choices=(nearest.aliases[0],), kind="unknown name", replaces=phrase)


def _nothing_bounded(whole: _Text, frames: list[Frame], place: Place) -> Reading:
    vague = next((frame.vague for frame in frames if frame.vague), "")
    if vague or not any(frame.unknown for frame in frames):
        return _too_vague(vague)
    result = _by_meaning_or_stray(whole, place, meaning.GOAL_THRESHOLD)
    return _too_vague("") if isinstance(result, NotAboutNetwork) else result


def _too_vague(word: str) -> Question:
    problem = f"{word!r} can mean many things." if word else "No goal was given."
    question = f"{problem} Which KPI do you mean, for which slice and cells, and which value should it reach?"
    choices = ("URLLC delay below 10 ms", "every eMBB user at least 5 Mbps", "minimize energy", "packet loss below 1 %")
    return Question(question=question, choices=choices, kind="ambiguous")


def _objective(kpi: str, goal: str, place: Place) -> IntentExpectation:
    target = ExpectationTarget(kpi=kpi, condition=Condition(goal))
    return IntentExpectation(object=ExpectationObject(cells=place.cells, area=place.area), targets=(target,))


def _selection(whole: _Text, frames: list[Frame], fallback: Place) -> Understood | None:
    """Return the reading of a text that asks to select a channel estimator or a beam selector, else None."""
    place = next((named for frame in frames if (named := place_of(frame, whole.card))), fallback)
    if whole.has_theme("channel-estimator") and not any(frame.bounds for frame in frames):
        return _estimator(whole, place)
    if whole.has_theme("beam-management") and not any(frame.bounds and frame.kpis for frame in frames):
        return _beams(whole, place)
    return None


def _estimator(whole: _Text, place: Place) -> Understood:
    note = "channel estimation is evaluated by CARR.AverageBlerDl, the nearest KPI that the network measures"
    intent = whole.intent(_objective("CARR.AverageBlerDl", "MINIMIZE", place), note)
    return Understood(intent=intent, plan=plan_of("channel-estimator", intent), workflow="channel-estimator")


def _beams(whole: _Text, place: Place) -> Understood:
    note = "beam selection is evaluated by MM.RlfRate, the nearest KPI that the network measures, and by RSRP in the beam twin"
    intent = whole.intent(_objective("MM.RlfRate", "MINIMIZE", place), note)
    return Understood(intent=intent, plan=plan_of("beam-management", intent), workflow="beam-management")


def _by_meaning_or_stray(whole: _Text, place: Place, threshold: float) -> Reading:
    match = meaning.nearest_goal(whole.when.rest)
    if match.score < threshold:
        return NotAboutNetwork(reason=NOT_ABOUT)
    goal, kpi = match.value.split()
    note = f"the text was matched by meaning to {match.value} (nearest phrase {match.phrase!r}, similarity {match.score:.2f})"
    intent = whole.intent(_objective(kpi, goal, place), note)
    return Understood(intent=intent, plan=plan_of("intent-to-configuration", intent))


def _understood(
    whole: _Text, expectations: list[IntentExpectation | RelativeBound], direct: list[DirectEdit], notes: list[str]
) -> Reading:
    expectations = expectations or watched(direct, whole.card, notes)
    reading = NeedsMeasurement(
        text=whole.words,
        expectations=tuple(expectations),
        window=whole.when.window,
        event=whole.when.event,
        permanent=whole.when.permanent,
        without_events=whole.when.without_events,
        attendance=whole.when.attendance,
        assumptions=tuple(dict.fromkeys((*whole.when.assumptions, *notes))),
        workflow="direct-change" if direct else workflow_of(whole.items, expectations, whole.when.event),
        direct=tuple(direct),
    )
    return reading if reading.relative else resolve(reading, whole.card, {})
