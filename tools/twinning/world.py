"""The world that an intent is about: its cells, its time, and the planned events that take place in it."""

from __future__ import annotations

from datetime import timedelta

from policies.intent import Intent, TimeWindow
from policies.word import Word
from tools.telemetry.forecast.planned_events import EventUse, event_uses
from twins.network import NetworkCard

NO_TIME_GIVEN = timedelta(hours=1)


class World(Word):
    """The rest of the intent's window from now on (the coming hour if it names none), its cells (ids), and the use of events."""

    window: TimeWindow
    cells: tuple[str, ...]
    events: tuple[EventUse, ...]

    @property
    def unknown_crowds(self) -> tuple[EventUse, ...]:
        """The events that are counted in, have not begun, and whose attendance neither the calendar nor the operator states."""
        return tuple(event for event in self.events if event.included and not event.has_begun and event.attendance is None)


def world_of(card: NetworkCard, intent: Intent) -> World:
    """Return the world of `intent` at the network time of `card`; a window that is over is taken as it was."""
    window = intent.window or TimeWindow(start=card.now, end=card.now + NO_TIME_GIVEN)
    if window.start < card.now < window.end:
        window = TimeWindow(start=card.now, end=window.end)
    cells = _cells(card, intent)
    return World(window=window, cells=cells, events=event_uses(card, cells, window, intent.without_events, intent.attendance))


def _cells(card: NetworkCard, intent: Intent) -> tuple[str, ...]:
    scopes = [expectation.object.cells for expectation in intent.expectations]
    named = {cell for scope in scopes for cell in scope}
    return tuple(cell.id for cell in card.cells if not all(scopes) or cell.id in named or cell.dn in named)
