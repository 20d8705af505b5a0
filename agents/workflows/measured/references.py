"""What a bound refers to that is relative to yesterday or last week: the same hours of that day, as the KPI store holds them.

Where they were not measured the operator is asked: the present never takes the place of the past without a word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from agents.answer import Answer
from agents.planner import View
from agents.reading.amounting.amounts import AmountError, value_in
from agents.understanding.result import NeedsMeasurement, RelativeBound
from policies.intent import ExpectationTarget, IntentExpectation, TimeWindow
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.text.times import span_text
from tools.ran.kpi_tool import KpiRow, KpiTable
from tools.twinning.world import NO_TIME_GIVEN
from twins.network import NetworkCard

RELATIVE_TO_NOW: Final = "relative to now"
_HOUR: Final = timedelta(hours=1)
_WEEK: Final = 7
_COMPLETE: Final = 0.8  # of the hours, in every cell that was measured in them at all
_NOW: Final = re.compile(r"\b(?:now|present|current(?:ly)?|today)\b", re.IGNORECASE)


def same_hours(card: NetworkCard, window: TimeWindow | None, bound: RelativeBound) -> TimeWindow:
    """Return the full hours that the bound refers to: of the intent's time, or of the coming hour, on that day."""
    start, end = (window.start, window.end) if window else (card.now, card.now + NO_TIME_GIVEN)
    start = max(start, card.now) if end > card.now else start
    ahead = max((start.date() - card.now.date()).days, 0) + 1
    days = ahead if bound.to == "yesterday" else _WEEK * ceil(ahead / _WEEK)
    first, last = _whole_hour(start), end if end == _whole_hour(end) else _whole_hour(end) + _HOUR
    return TimeWindow(start=first - timedelta(days=days), end=last - timedelta(days=days))


def _whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def rows_of(table: KpiTable, bound: RelativeBound, hours: TimeWindow, granularity_s: float) -> tuple[KpiRow, ...]:
    """Return the bound's rows in windows of `granularity_s`, or none if they do not tell of the whole of these hours."""
    own = [row for row in table.rows if row.kpi == bound.kpi and row.slice is bound.object.slice and row.value is not None]
    covered: dict[str, float] = defaultdict(float)
    for row in own:
        covered[row.cell] += _seconds(row)
    wanted = (hours.end - hours.start).total_seconds()
    if not own or min(covered.values()) < _COMPLETE * wanted:
        return ()
    return tuple(_per_window(row, granularity_s) for row in own)


def _per_window(row: KpiRow, granularity_s: float) -> KpiRow:
    """Return the row with what adds up over time (energy, volume) as in a window of the network of now."""
    if row.value is None or kpi_definition(row.kpi).across_windows != "sum":
        return row
    return row.model_copy(update={"value": row.value * granularity_s / _seconds(row)})


def _seconds(row: KpiRow) -> float:
    return (datetime.fromisoformat(row.end) - datetime.fromisoformat(row.start)).total_seconds()


def source_of(rows: Sequence[KpiRow], bound: RelativeBound, hours: TimeWindow) -> str:
    """Return in words when and from how many measurements the value is."""
    cells = len({row.cell for row in rows})
    return f"{bound.to} in the same hours ({span_text(hours.start, hours.end)}, {len(rows)} measurements in {cells} cells)"


def question_about(view: View, reading: NeedsMeasurement, bound: RelativeBound, held: TimeWindow | None) -> str:
    """Return the question what to refer to instead. held: the time of which there are measurements at all."""
    hours = same_hours(view.card, reading.window, bound)
    kept = f"kept are measurements of {span_text(held.start, held.end)}" if held else "no measurement is kept"
    unit = kpi_definition(bound.kpi).unit
    return (
        f"{_about(bound)} was not measured in the whole of these hours ({span_text(hours.start, hours.end)}; {kept})."
        f" Relative to now, or to which value in {unit}?"
    )


def _about(bound: RelativeBound) -> str:
    where = bound.object.area or ", ".join(map(short_name, bound.object.cells)) or "the network"
    slice_ = f" of {bound.object.slice.value}" if bound.object.slice else ""
    return f"{bound.kpi}{slice_} in {where}, {bound.to},"


def with_references(reading: NeedsMeasurement, answers: Sequence[Answer]) -> NeedsMeasurement:
    """Return the reading with what the answers give in place of a past that was not measured."""
    for answer in answers:
        expectations = tuple(_answered(one, answer) for one in reading.expectations)
        reading = reading.model_copy(update={"expectations": expectations})
    return reading


def _answered(one: IntentExpectation | RelativeBound, answer: Answer) -> IntentExpectation | RelativeBound:
    """Return the expectation, completed if the answer is about it; what the answer does not say stays open."""
    if not isinstance(one, RelativeBound) or not answer.question.startswith(_about(one)):
        return one
    if _NOW.search(answer.answer):
        return one.model_copy(update={"to": "now"})
    unit = kpi_definition(one.kpi).unit
    try:
        value = value_in(answer.answer, unit)
    except (AmountError, OverflowError):
        return one
    target = ExpectationTarget(kpi=one.kpi, condition=one.condition, value=value, unit=unit, tolerance=one.tolerance)
    return IntentExpectation(object=one.object, targets=(target,))
