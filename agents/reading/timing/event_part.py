"""A part of an event of the calendar, or what lies beside it: "the first half hour of the match", "the drill + 1 h"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agents.reading.site_card import NamedEvent
from agents.reading.timing.clock_window import days_in
from agents.reading.timing.item_words import words_in
from agents.reading.timing.moments import Event, Item, Span, TimeError, Window
from agents.reading.timing.time_words import AFTER, BEFORE, ENDS, FROM, STARTS

_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth")
# Parts of an event: without a rule for them they are not the whole of it.
_PARTS: Final = frozenset(
    (
        *("half", "hour", "quarter", "third", "second", "fourth", "middle", "part", "minute", "hours", "minutes", "quarters"),
        *("except", "break", "interval", "most", "some", "bit", "until", "stage", "phase", "beginning", "early", "late"),
    )
)
_LENGTHS: Final = frozenset(("half", "hour", "quarter", "minute", "hours", "minutes", "third", "moment", "bit"))
# Words with which the time of an event is another than the event's.
_SHIFTED: Final = frozenset(
    ("by", "since", "around", "about", "near", "from", "towards", "toward", "beyond", "past", "approaching")
)


@dataclass(frozen=True)
class EventPart:
    """The window of words about the first of these events, which have neither a clock time nor an end of their own."""

    events: list[NamedEvent]
    items: list[Item]
    now: datetime

    def read(self) -> Window:
        """Return start and end; raises TimeError."""
        event, words = self.events[0], words_in(self.items)
        span = next((item for item in self.items if isinstance(item, Span)), None)
        if span is not None:
            return self._with_span(event, span, words)
        if nth := self._nth_hour(event, words):
            return nth
        if half := next((one for one in ("first", "second", "last") if f"{one} half" in " ".join(words)), None):
            middle = event.start + (event.end - event.start) / 2
            return (event.start, middle) if half == "first" else (middle, event.end)
        if "before" in words and "during" in words:
            raise TimeError("it is not certain when it starts")
        if "before" in words and (unknown := [word for word in words if word in _LENGTHS]):
            raise TimeError(f"{unknown[0]} is not understood")
        if "before" in words:
            return self.now, event.end if set(words) & ENDS else event.start
        return self._whole(event, words)

    def _nth_hour(self, event: NamedEvent, words: list[str]) -> Window | None:
        """Return "the second hour" of an event, None if the words are about none; raises TimeError if it has no such hour."""
        text = " ".join(words)
        number = next((number for number, word in enumerate(_ORDINALS, 1) if re.search(rf"\b{word} hours?\b", text)), 0)
        if not number:
            return None
        start = event.start + timedelta(hours=number - 1)
        if start >= event.end or sum(word in _ORDINALS for word in words) > 1 or set(words) & (BEFORE | AFTER):
            raise TimeError("it is not certain which hour")
        return start, min(start + timedelta(hours=1), event.end)

    def _whole(self, event: NamedEvent, words: list[str]) -> Window:
        has_start, has_end = bool(set(words) & STARTS), bool(set(words) & (ENDS - {"over", "on", "last"}))
        if (has_start != has_end and not set(words) & {"while", "during"}) or set(words) & {"after", "once", "following"}:
            raise TimeError("it has no end" if not has_end else "it has no start")
        days = days_in(self.items)
        if days and not any(event.start.date() <= day <= event.end.date() for day in days):
            raise TimeError(f"{event.name} is on {event.start:%A %d %B} by the calendar")
        if "as of" in " ".join(words):
            raise TimeError("it has no end")
        if unknown := [word for word in words if word in _PARTS | _SHIFTED]:
            raise TimeError(f"{unknown[0]} is not understood")
        if len(self.events) > 1:
            raise TimeError("it names several events")
        return event.start, event.end

    def _with_span(self, event: NamedEvent, span: Span, words: list[str]) -> Window:
        """Return a part of an event, or the event with what is added at either side."""
        spans = [item.length for item in self.items if isinstance(item, Span)]
        if "either" in words or ("before" in words and "after" in words):
            return event.start - spans[0], event.end + spans[-1]
        return self._part(event, span.length, words) or self._beside(event, span.length, words)

    def _part(self, event: NamedEvent, length: timedelta, words: list[str]) -> Window | None:
        if {"first", "last"} <= set(words):
            raise TimeError("it names several parts")
        is_beside = set(words) & {"first", "last"} and set(words) & {"after", "following"}
        if is_beside or (set(words) & {"once", "when", "soon"} and set(words) & ENDS):
            return event.end, event.end + length
        if set(words) & {"first", "last"} and "before" in words:
            return event.start - length, event.start
        is_from_start = set(words) & {"beginning", "start"} and set(words) & {"for", "during"} and not set(words) & BEFORE
        if "first" in words or is_from_start:
            return event.start, event.start + length
        if "last" in words:
            return event.end - length, event.end
        return None

    def _beside(self, event: NamedEvent, length: timedelta, words: list[str]) -> Window:
        order = [type(item) for item in self.items if isinstance(item, Span | Event)]
        if set(words) & BEFORE:
            return self._before(event, length, words, is_behind=order == [Event, Span])
        if set(words) & (AFTER | ENDS):
            is_whole = order == [Event, Span] or "during" in words
            return (event.start, event.end + length) if is_whole else (event.end, event.end + length)
        if "during" in words and length == event.end - event.start:
            return event.start, event.end
        raise TimeError("before or after is not said")

    def _before(self, event: NamedEvent, length: timedelta, words: list[str], *, is_behind: bool) -> Window:
        if is_behind or set(words) & (FROM - {"as", "start"}):
            return event.start - length, event.end  # "the drill, incl. 15 min before"
        return event.start - length, event.start
