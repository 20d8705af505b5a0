"""`understand(text, card)`: an operator's words to an intent, a question back, or a clear no.

1. `screening` refuses what cannot be read and takes out what tries to widen a permission.
2. `times` finds window and event; `items` and `frames` find KPIs, bounds, slices, places and goals.
3. `direct` splits off edits that the operator named; `targets` makes TS 28.312 expectations of the rest; `relative` gives bounds
   such as "10 % less" their values, `bounds` checks them all.
4. `meaning` (embeddings) is asked only for phrases that none of these knows, and every such match is written down with its score.
Answers to earlier questions are worked into the text, so that reading stays a function of what the operator wrote. Each text is
read once: the text with an answer when the answer comes, and not again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.answer import Answer
from agents.understanding import meaning
from agents.understanding.conditions import asks_for_estimator, link_conditions_of, names_estimators, without_link_words
from agents.understanding.direct import take_direct
from agents.understanding.frames import Frame, read_frames
from agents.understanding.items import Item, read_items
from agents.understanding.places import Place, place_of, refuse_unknown_names
from agents.understanding.plan import plan_of, workflow_of
from agents.understanding.questions import is_question, read_question
from agents.understanding.relative import resolve
from agents.understanding.result import (
    DirectEdit,
    NeedsMeasurement,
    NotAboutNetwork,
    Question,
    Reading,
    ReadingError,
    RelativeBound,
    Understood,
)
from agents.understanding.screening import only_permission, screen
from agents.understanding.shares import rewrite_shares
from agents.understanding.targets import TargetReader
from agents.understanding.times import When, read_times
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.kpi import kpi_definition
from policies.slices import Slice
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
NOT_ABOUT: Final = "The text says nothing about this network: no KPI, cell, slice, area or configuration of it."


def understand(text: str, card: NetworkCard, answers: Sequence[Answer] = ()) -> Reading:
    """Read `text` against the network's card; `answers` are the operator's to earlier questions.

    Never raises for what the operator wrote.
    """
    result = _read(text, card)
    for answer in answers:
        text = _work_in(text, answer, result)
        result = _read(text, card)
    return result


def with_answers(reading: Reading, answers: Sequence[Answer], card: NetworkCard) -> Reading:
    """Return `reading` with answers that came after it.

    The text of an open question is read anew with them; of an intent that was understood they complete what is said of links.
    """
    if isinstance(reading, Question) and answers:
        return understand(_work_in(reading.text, answers[0], reading), card, answers[1:])
    if isinstance(reading, Understood):
        for answer in answers:
            reading = reading.model_copy(update={"link": reading.link.completed_by(answer.answer)})
    return reading


def _work_in(text: str, answer: Answer, result: Reading) -> str:
    """Put the answer where the question's gap is: in place of the words that were asked about, or behind the text."""
    gap = result.replaces if isinstance(result, Question) and result.question == answer.question else ""
    if gap:
        replaced = re.sub(re.escape(gap), lambda _: answer.answer, text, count=1, flags=re.IGNORECASE)
        if replaced != text:
            return replaced
    if isinstance(result, Question) and result.kind in ("empty", "length", "language", "permission"):
        return answer.answer
    return f"{text.rstrip(' .?!')}, {answer.answer}"


def _read(text: str, card: NetworkCard) -> Reading:
    try:
        result = _read_strictly(text, card)
    except ReadingError as stop:
        result = stop.result
    if isinstance(result, Question):
        return result.model_copy(update={"text": text})
    if isinstance(result, Understood | NeedsMeasurement):
        return result.model_copy(update={"link": link_conditions_of(text)})
    return result


@dataclass(frozen=True)
class _Text:
    """A text on its way: the words as written, the network, the times and the items found in them."""

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
    direct, rest = take_direct(frames, card, fallback)
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
    known = [area for area in when.areas if area in areas]
    ids = {cell for area in known for cell in areas[area]}
    return Place(tuple(cell.dn for cell in card.cells if cell.id in ids), " and ".join(known))


def _name_kpis(frames: list[Frame], notes: list[str]) -> None:
    """Give each frame that asks for something nameless its KPI by meaning; raises ReadingError for one that nobody counts."""
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
        notes.append(f"{phrase!r} taken to mean {match.value} (nearest phrase {match.phrase!r}, similarity {match.score:.2f})")


def _note_unknown(frame: Frame, notes: list[str]) -> None:
    if frame.unknown and frame.names_something:
        notes.append("not understood and left out: " + ", ".join(repr(item.text) for item in frame.unknown))


def _unmeasured(item: Item) -> Question:
    nearest = kpi_definition(item.value)
    alias = nearest.aliases[0]
    counted = f"{nearest.title} ({nearest.name}, {nearest.unit})"
    question = f"{item.text!r} is no KPI of this network; the nearest that is counted: {counted}. Use that, and with which bound?"
    return Question(question=question, choices=(alias,), kind="unknown name", replaces=item.text)


def _unknown_kpi(phrase: str, match: meaning.Match) -> Question:
    nearest = kpi_definition(match.value)
    question = (
        f"{phrase!r} is no KPI of this network; nearest: {nearest.title} ({nearest.name}, {nearest.unit}). Which KPI is meant?"
    )
    return Question(question=question, choices=(nearest.aliases[0],), kind="unknown name", replaces=phrase)


def _nothing_bounded(whole: _Text, frames: list[Frame], place: Place) -> Reading:
    vague = next((frame.vague for frame in frames if frame.vague), "")
    if vague or not any(frame.unknown for frame in frames):
        return _too_vague(vague)
    result = _by_meaning_or_stray(whole, place, meaning.GOAL_THRESHOLD)
    return _too_vague("") if isinstance(result, NotAboutNetwork) else result


def _too_vague(word: str) -> Question:
    said = f"{word!r} can mean many things. " if word else "No goal was given. "
    question = said + "Which KPI, for which slice and cells, and to which value?"
    choices = ("URLLC delay below 10 ms", "every eMBB user at least 5 Mbps", "minimize energy", "packet loss below 1 %")
    return Question(question=question, choices=choices, kind="ambiguous")


def _objective(kpi: str, goal: str, place: Place) -> IntentExpectation:
    target = ExpectationTarget(kpi=kpi, condition=Condition(goal))
    return IntentExpectation(object=ExpectationObject(cells=place.cells, area=place.area), targets=(target,))


def _selection(whole: _Text, frames: list[Frame], fallback: Place) -> Understood | None:
    """Return what is asked where a model is to be selected: a channel estimator or a beam selector."""
    place = next((found for frame in frames if (found := place_of(frame, whole.card))), fallback)
    if whole.has_theme("channel-estimator") and not any(frame.bounds for frame in frames):
        return _estimator(whole, place)
    if whole.has_theme("beam-management") and not any(frame.bounds and frame.kpis for frame in frames):
        return _beams(whole, place)
    return None


def _estimator(whole: _Text, place: Place) -> Understood:
    note = "channel estimation is judged by CARR.AverageBlerDl, the nearest KPI that the network counts"
    intent = whole.intent(_objective("CARR.AverageBlerDl", "MINIMIZE", place), note)
    return Understood(intent=intent, plan=plan_of("channel-estimator", intent), workflow="channel-estimator")


def _beams(whole: _Text, place: Place) -> Understood:
    note = "beam selection is judged by MM.RlfRate, the nearest KPI that the network counts, and by RSRP in the beam twin"
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
    expectations = expectations or _watch(direct, whole.card, notes)
    reading = NeedsMeasurement(
        text=whole.words,
        expectations=tuple(expectations),
        window=whole.when.window,
        event=whole.when.event,
        assumptions=tuple(dict.fromkeys((*whole.when.assumptions, *notes))),
        workflow="direct-change" if direct else workflow_of(whole.items, expectations, whole.when.event),
        direct=tuple(direct),
    )
    return reading if reading.relative else resolve(reading, whole.card, {})


def _watch(direct: list[DirectEdit], card: NetworkCard, notes: list[str]) -> list[IntentExpectation | RelativeBound]:
    """Make objectives for a direct change that came without a target, so that the twin can show what it does."""
    cells = tuple(dict.fromkeys(card.cell(edit.cell).dn for edit in direct))
    notes.append("a change was named and no target: its effect on user throughput, URLLC delay and energy is shown")
    watched = [
        ("DRB.UEThpDl.P05", Condition.MAXIMIZE, Slice.EMBB),
        ("DRB.PdcpSduDelayDl", Condition.MINIMIZE, Slice.URLLC),
        ("PEE.Energy", Condition.MINIMIZE, None),
    ]
    return [
        IntentExpectation(
            object=ExpectationObject(cells=cells, slice=one), targets=(ExpectationTarget(kpi=kpi, condition=condition),)
        )
        for kpi, condition, one in watched
        if one is None or one in card.slices
    ]
