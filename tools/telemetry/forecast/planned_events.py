"""Which planned events a forecast counts in, which it leaves out, and why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from policies.intent import TimeWindow
from policies.text.times import Moment, span_text
from policies.word import Word
from twins.network import NetworkCard, PlannedEvent

_NEAR = timedelta(days=1)


class EventUse(Word):
    """An entry of the event calendar, and whether its crowd is part of the forecast.

    attendance: None if nobody states it. has_begun: at the network's time; its crowd is in the measurements.
    """

    name: str
    area: str
    start: Moment
    end: Moment
    attendance: int | None
    included: bool
    reason: str
    has_begun: bool = False

    def describe(self) -> str:
        """Return the event and the reason in one line."""
        crowd = f"{self.attendance} visitors" if self.attendance is not None else "attendance unknown"
        use = "counted in" if self.included else "left out"
        return f"{self.name}, {span_text(self.start, self.end)} at {self.area}, {crowd}: {use}, {self.reason}"


def event_uses(
    card: NetworkCard,
    cells: Collection[str],
    span: TimeWindow,
    without: Collection[str] = (),
    attendance: int | None = None,
) -> tuple[EventUse, ...]:
    """Return the use of each planned event that takes place in `span` or begins within a day of its start, in time order.

    cells: ids of the cells that a forecast is for; an event touches them if its area is served by one of them or by one of their
    neighbours. without: names of events that the operator leaves out. attendance: of the events for which the calendar has none.
    """
    reach = _reach(card, cells)
    due = [event for event in card.events if event.end > span.start and event.start < max(span.end, span.start + _NEAR)]
    return tuple(_use(event, card, reach, span, without, attendance) for event in sorted(due, key=lambda event: event.start))


def _reach(card: NetworkCard, cells: Collection[str]) -> frozenset[str]:
    named = [cell for cell in card.cells if cell.id in cells]
    return frozenset(cell.id for cell in named) | {neighbour for cell in named for neighbour in cell.neighbours}


def _use(
    event: PlannedEvent, card: NetworkCard, reach: frozenset[str], span: TimeWindow, without: Collection[str], told: int | None
) -> EventUse:
    included, reason = _ruling(event, card, reach, span, without)
    attendance = told if event.attendance is None else event.attendance
    return EventUse(
        name=event.name,
        area=event.area,
        start=event.start,
        end=event.end,
        attendance=attendance,
        included=included,
        reason=reason,
        has_begun=event.start <= card.now,
    )


def _ruling(
    event: PlannedEvent, card: NetworkCard, reach: frozenset[str], span: TimeWindow, without: Collection[str]
) -> tuple[bool, str]:
    serving = [cell.id for cell in card.cells if event.area in cell.areas]
    if not serving:
        return False, "no cell of this network serves its area"
    if not reach.intersection(serving):
        return False, "its area is served neither by these cells nor by their neighbours"
    if event.start >= span.end:
        return False, f"it begins after the time in question ({_span(span)})"
    if event.start <= card.now:
        kept = ": it cannot be left out" if event.name in without else ""
        return True, f"it is in progress, and its crowd is in the measurements{kept}"
    if event.name in without:
        return False, "the operator leaves it out"
    return True, f"it takes place in the time in question ({_span(span)})"


def _span(span: TimeWindow) -> str:
    return span_text(span.start, span.end)
