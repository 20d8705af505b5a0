"""From what was heard to what a run works with: expectations by DN, edits cell by cell, questions, refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeGuard

from agents.readers.contexts import UnreadContextError, contexts_of
from agents.readers.forecast_words import forecast_told
from agents.readers.heard import Heard
from agents.reading.reading import Cells, Reading, StatedEdit, StatedTarget
from agents.understanding.context_answers import ON_CONDITION, REGARDLESS
from agents.understanding.plan import workflow_for
from agents.understanding.relative import resolve
from agents.understanding.result import (
    DirectEdit,
    Forbids,
    Impossible,
    NeedsMeasurement,
    NotAboutNetwork,
    Question,
    RelativeBound,
    Supposed,
    WhyQuestion,
)
from agents.understanding.result import Reading as Result
from agents.understanding.timing.when import read_permanence
from agents.understanding.watching import watched
from policies.intent import Condition, ExpectationObject, ExpectationTarget, IntentExpectation, KpiContext, TimeWindow
from policies.kpi import kpi_definition
from policies.limits.loading import load_limits
from twins.network import NetworkCard

_CONDITIONS: Final = {
    "<": Condition.LESS,
    "<=": Condition.AT_MOST,
    ">": Condition.GREATER,
    ">=": Condition.AT_LEAST,
    "min": Condition.MINIMIZE,
    "max": Condition.MAXIMIZE,
}
_WHAT: Final = "What should the network do, for which KPI or attribute, where, and by how much?"
_RUN_ID: Final = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")
_NEAREST: Final = "state a goal that the network can reach"


class UnclearError(Exception):
    """Something that a run needs is not in the reading; `question` asks for it."""

    def __init__(self, question: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(question)
        self.question, self.choices = question, choices


def result_of(heard: Heard, text: str, card: NetworkCard, answers: Sequence[str] = ()) -> Result | None:
    """Return what a run works with; None for an act that is not carried by the reading alone.

    answers: the operator's, to questions about the condition.
    """
    match heard.reading.act:
        case "ask":
            result: Result | None = Question(question=heard.question or _WHAT, choices=heard.choices, kind="ambiguous", text=text)
        case "cannot":
            result = Impossible(reason=heard.because, nearest=_NEAREST)
        case "off_topic":
            result = NotAboutNetwork(reason=heard.because)
        case "why":
            result = WhyQuestion(run=_run_in(text), words=text)
        case "change" | "forbid" | "what_if":
            result = _live(heard, text, card, answers)
        case "question" | "select":
            result = None
    return result


def _live(heard: Heard, text: str, card: NetworkCard, answers: Sequence[str]) -> Result:
    try:
        if heard.reading.act == "what_if":
            return _supposed(heard, text, card)
        if heard.reading.act == "forbid":
            return _forbids(heard, answers)
        return _change(heard, text, card, contexts_of(heard.reading, card, answers))
    except (UnclearError, UnreadContextError) as unclear:
        return Question(question=unclear.question, choices=unclear.choices, kind="missing", text=text)


def _supposed(heard: Heard, text: str, card: NetworkCard) -> Supposed:
    reading = heard.reading
    direct = tuple(edit for stated in reading.edits for edit in _edits(stated, card))
    if not direct:
        raise UnclearError("What would be changed? Name the edit that is supposed, for example: what if S1C1 slept?")
    window = _window(reading)
    told = forecast_told(heard, text, card)
    return Supposed(
        direct=direct,
        expectations=tuple(one for target in reading.targets for one in [_expectation(target, card)] if _is_bound(one)),
        window=window,
        event=_event_in(window, card),
        without_events=told.without_events,
        attendance=told.attendance,
        assumptions=(*told.assumptions, f"{_note(heard)} as: {heard.read_back}", *_untried(reading)),
    )


def _untried(reading: Reading) -> tuple[str, ...]:
    """Return that the condition of a supposition is not supposed: only edits are."""
    return (f"what is shown does not suppose the condition “{reading.condition_on}”",) if reading.condition_on else ()


def _is_bound(expectation: IntentExpectation | RelativeBound) -> TypeGuard[IntentExpectation]:
    return isinstance(expectation, IntentExpectation)


def _run_in(text: str) -> str:
    """Return the id of a run that the text names, else "last"."""
    match = _RUN_ID.search(text)
    return match[0] if match else "last"


def _note(heard: Heard) -> str:
    return f"read by {heard.readers}"


def _window(reading: Reading) -> TimeWindow | None:
    return TimeWindow(start=reading.window[0], end=reading.window[1]) if reading.window else None


def _forbids(heard: Heard, answers: Sequence[str]) -> Forbids:
    """Return the restrictions; those under a condition are asked about, since a standing restriction watches no KPI."""
    condition = heard.reading.condition_on
    if condition and REGARDLESS not in answers:
        raise UnclearError(f"{ON_CONDITION}{condition}” is watched by no restriction. Forbid it now?", (REGARDLESS,))
    return Forbids(forbidden=heard.reading.prohibitions, read_back=heard.read_back)


def _change(heard: Heard, text: str, card: NetworkCard, contexts: tuple[KpiContext, ...]) -> Result:
    reading = heard.reading
    notes = [_note(heard)]
    direct = tuple(edit for stated in reading.edits for edit in _edits(stated, card))
    expectations = [_expectation(target, card) for target in reading.targets]
    if not expectations:
        expectations = [*watched(direct, card, notes)]
    window = _window(reading)
    event = _event_in(window, card)
    told = read_permanence(forecast_told(heard, text, card))
    needs = NeedsMeasurement(
        text=text,
        expectations=tuple(expectations),
        window=window,
        event=event,
        permanent=told.permanent,
        without_events=told.without_events,
        attendance=told.attendance,
        assumptions=(*told.assumptions, *notes),
        forbidden=reading.prohibitions,
        workflow="direct-change" if direct else workflow_for(expectations, event),
        direct=direct,
        contexts=contexts,
    )
    return needs if needs.relative else resolve(needs, card, {})


def _event_in(window: TimeWindow | None, card: NetworkCard) -> str:
    """Return the name of the planned event that the window is about: the one that begins or ends it."""
    if window is None:
        return ""
    return next((event.name for event in card.events if event.start == window.start or event.end == window.end), "")


def _expectation(target: StatedTarget, card: NetworkCard) -> IntentExpectation | RelativeBound:
    where = ExpectationObject(cells=_dns(target.cells, card), slice=target.slice, area=_area(target.cells, card))
    condition = _CONDITIONS[target.condition]
    if target.relative is None:
        unit = "" if condition.is_objective else kpi_definition(target.kpi).unit
        bound = ExpectationTarget(kpi=target.kpi, condition=condition, value=target.value, unit=unit)
        return IntentExpectation(object=where, targets=(bound,))
    amount, to = _amount(target, target.relative.percent), target.relative.to
    return RelativeBound(object=where, kpi=target.kpi, condition=condition, amount=amount, share=True, to=to)


def _amount(target: StatedTarget, percent: float) -> float:
    """Return by how much the KPI is to become lower (for an upper bound) or higher, in percent."""
    is_upper = target.condition in ("<", "<=")
    return -percent if is_upper else percent


def _dns(cells: Cells, card: NetworkCard) -> tuple[str, ...]:
    return () if cells == "*" else tuple(card.cell(cell).dn for cell in cells)


def _area(cells: Cells, card: NetworkCard) -> str:
    return next((area for area, own in card.areas().items() if cells != "*" and set(own) == set(cells)), "")


def _edits(stated: StatedEdit, card: NetworkCard) -> Iterator[DirectEdit]:
    class_name = next(limit.class_name for limit in load_limits() if limit.attribute == stated.attribute)
    cells = [cell.id for cell in card.cells] if stated.cells == "*" else list(stated.cells)
    slices = [stated.slice]
    if class_name in ("RRMPolicyRatio", "SchedulerProfile", "AdmissionControl") and stated.slice is None:
        choices = tuple(str(slice_) for slice_ in card.slices)
        raise UnclearError(f"{stated.attribute} is set for each slice: for which one?", choices)
    for cell in cells:
        towards = [None] if class_name != "NRCellRelation" else _neighbours(stated, cell, card)
        for slice_ in slices:
            for target in towards:
                yield DirectEdit(
                    class_name=class_name,
                    attribute=stated.attribute,
                    cell=cell,
                    slice=slice_,
                    target_cell=target,
                    value=_on_grid(stated),
                    delta=stated.delta,
                )


def _on_grid(stated: StatedEdit) -> float | str | None:
    """Return the value; a power that was said in watts is rarely a multiple of the attribute's step of 0.1 dBm."""
    is_power = stated.attribute == "configuredMaxTxPower" and isinstance(stated.value, float)
    return round(stated.value, 1) if is_power and isinstance(stated.value, float) else stated.value


def _neighbours(stated: StatedEdit, cell: str, card: NetworkCard) -> list[str | None]:
    if not stated.towards:
        neighbours = card.cell(cell).neighbours
        raise UnclearError(f"{stated.attribute} of {cell}: towards which neighbour?", tuple(neighbours[:4]))
    return list(stated.towards)
