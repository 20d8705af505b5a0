"""Windows about events of the calendar: "from half an hour before the match till it ends", "between the two ferries".

The words are parted where the window's end begins ("until", "to", "between … and"); each side names one point: that of a clock,
or the start or end of an event with what is added or taken off. Without an end it is the event, or a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from agents.reading.site_card import NamedEvent
from agents.reading.spoken import singular
from agents.reading.timing.clock_window import SOON, ClockWindow, check_affirmed, check_past, days_in, next_of, with_half
from agents.reading.timing.event_part import EventPart
from agents.reading.timing.item_words import has, index_of, is_timely, moment_in, words_in
from agents.reading.timing.moments import DAY, Day, Event, Item, Moment, Span, TimeError, Window
from agents.reading.timing.time_words import AFTER, BACK, BEFORE, BY, ENDING, ENDS, FROM, PART_OF_DAY, PLAIN, STARTS, TO, UNTIL

_UNCLEAR: Final = frozenset(("day", "morning", "evening", "afternoon", "night", "eve", "if", "whenever"))
_ARTICLES: Final = frozenset(
    ("the", "a", "an", "el", "la", "le", "il", "lo", "los", "las", "der", "die", "das", "den", "dem", "des", "de", "het")
)
# Words beside the name of an event that do not tell which one it is.
_BESIDE: Final = (
    PLAIN
    | FROM
    | UNTIL
    | ENDING
    | STARTS
    | ENDS
    | BEFORE
    | AFTER
    | BACK
    | TO
    | BY
    | _ARTICLES
    | {
        *PART_OF_DAY,
        *("between", "but", "except", "not", "another", "full", "entire", "complete", "big", "planned", "scheduled", "upcoming"),
        *("home", "actual", "same", "current", "about"),
    }
)
_STARTING: Final = frozenset(("starting", "commencing", "from", "beginning"))


@dataclass
class EventWindow:
    """The window of items among which is an event."""

    items: list[Item]
    now: datetime

    def __post_init__(self) -> None:
        self.events = [item.event for item in self.items if isinstance(item, Event)]
        self.items = ["during" if item == "through" and self._is_during(index) else item for index, item in enumerate(self.items)]

    def _is_during(self, index: int) -> bool:
        """Whether "through" stands before an event and no start before it: "through the match"."""
        following = next((item for item in self.items[index + 1 :] if item not in ("the", "this", "whole", "all", "entire")), "")
        return isinstance(following, Event) and not is_timely(self.items[:index])

    def read(self) -> Window:
        """Return start and end; raises TimeError."""
        check_affirmed(self.items)
        check_past(self.items, self.now)
        self._check_which()
        if (matched := self._by_clock_of_event()) is not None:
            return matched
        position = self._parting()
        if position is None:
            return self._undivided()
        left, right = self.items[:position], self.items[position + 1 :]
        if not is_timely(left) and (starting := index_of(right, _STARTING)) is not None and is_timely(right[starting + 1 :]):
            left, right = right[starting:], right[:starting]  # "until its end, starting when it starts"
        return self._between(left, right, self.items[position])

    def _check_which(self) -> None:
        """Raise TimeError for words that tell an event from others of its kind: "the match of the women", "the youth match"."""
        for index, item in enumerate(self.items):
            if not isinstance(item, Event):
                continue
            behind = self.items[index + 1 : index + 4]
            told = (
                next((one for one in behind[1:] if one not in _ARTICLES), "")
                if behind[:1] in (["of"], ["against"], ["vs"])
                else ""
            )
            for word in (self.items[index - 1] if index else "", told):
                if isinstance(word, str) and word.replace("'", "").isalpha() and not {word, singular(word)} & _BESIDE:
                    raise TimeError(f"which {item.event.name} it is is not certain: {word} is not understood")

    def _parting(self) -> int | None:
        """Return where the words of the end begin."""
        is_between = any(item in ("between", "interval") for item in self.items)
        for table in (UNTIL, ENDING, TO):
            for index, item in enumerate(self.items):
                if not isinstance(item, str) or item not in table or (item == "and" and not is_between):
                    continue
                left, right = self.items[:index], self.items[index + 1 :]
                is_mere = item in (",", "\n", "…", "-", "/") and not (has(left, Moment) and has(right, Moment))
                if not is_mere and is_timely(right) and (is_timely(left) or table is UNTIL):
                    return index
        return None

    def _between(self, left: list[Item], right: list[Item], word: Item) -> Window:
        start_clock, end_clock = moment_in(left), moment_in(right)
        if start_clock and end_clock:
            if start_clock.is_open and (start := self._told_point(start_clock, left)) is not None:
                return start, self._clock_after(end_clock, right, start)  # "after the end of the match at ten until eleven"
            return ClockWindow(self._with_day(left, right), self.now).read()
        if not is_timely(left):
            return self.now, self._clock_after(end_clock, right, self.now) if end_clock else self._point(
                right, is_end=True, word=word
            )
        is_between = word == "and"
        if start_clock:
            end = self._point(right, is_end=True, word=word)
            return self._clock_before(start_clock, left, end), end
        start = self._point(left, is_end=is_between)
        if end_clock:
            return start, self._clock_after(end_clock, right, start)
        return start, self._point(right, is_end=True, word="" if is_between else word)

    def _with_day(self, left: list[Item], right: list[Item]) -> list[Item]:
        """Return the items of two clock times, on the day of the event unless a day is named."""
        items: list[Item] = [item for item in (*left, "to", *right) if not isinstance(item, Event)]
        first = moment_in(left)
        if days_in(items) or first is None or first.day or first.is_open:
            return items
        start = self.events[0].start
        instant = first.on(start.date(), self.now, opens=True)
        return [Day(start.date()), *items] if abs(instant - start) < DAY / 2 else items

    def _clock_before(self, moment: Moment, side: list[Item], end: datetime) -> datetime:
        """Return the last occurrence of a clock time before the end, or on its day; not before now."""
        moment = with_half(moment, side)
        if (point := self._told_point(moment, side)) is not None:
            return point
        if moment.day is not None:
            return moment.after(self.now)
        day = next(iter(days_in(side)), None)
        starts = {half.on(day, self.now, opens=True) if day else self._last_before(half, end) for half in moment.halves()}
        if moment.is_open:
            starts = {start for start in starts if self.now <= start < end}
        if len(starts) != 1:
            raise TimeError("morning or evening")
        return max(starts.pop(), self.now)

    def _last_before(self, moment: Moment, end: datetime) -> datetime:
        instant = moment.on(end.date(), self.now, opens=True)
        while instant >= end:
            instant -= DAY
        return instant

    def _clock_after(self, moment: Moment, side: list[Item], start: datetime) -> datetime:
        moment = with_half(moment, side)
        if (point := self._told_point(moment, side)) is not None:
            return point
        day = moment.day or next(iter(days_in(side)), None)
        if day is None and (near := moment.nearest_after(start)) - start <= SOON:
            return near  # "from kick-off till half past nine"
        return next_of(replace(moment, day=day), start)

    def _told_point(self, moment: Moment, side: list[Item]) -> datetime | None:
        """Return when an event starts or ends if the words tell the time of it; raises TimeError if the calendar has another."""
        event = next((item.event for item in side if isinstance(item, Event)), None)
        if event and moment.is_open and not set(words_in(side)) & (STARTS | ENDS):
            points = (event.start, event.end)
            said = [point for point in points if any(half.on(point.date(), point) == point for half in moment.halves())]
            return said[0] if len(said) == 1 else None  # "until the train is in at half past four"
        point = self._base(event, words_in(side), "") if event and not has(side, Span) else None
        if event and point and all(half.on(point.date(), point) != point for half in moment.halves()):
            raise TimeError(f"by the calendar the {event.name} is from {event.start:%H:%M} to {event.end:%H:%M}")
        return point

    def _point(self, side: list[Item], *, is_end: bool, word: Item = "") -> datetime:
        """Return the point that one side names.

        is_end: an event alone means its end at the start of "between", its start behind "until".
        """
        event = next((item.event for item in side if isinstance(item, Event)), None)
        if event is None:
            if "now" in side:
                return self.now
            if not is_timely(side) or not (set(words_in(side)) & (BACK | STARTS | ENDS) or has(side, Span)):
                return self._day_point(side)
            event = self.events[0] if len(self.events) == 1 or word == "" else self.events[-1]
        words, days = words_in(side), days_in(side)
        if days and not any(event.start.date() <= day <= event.end.date() for day in days):
            raise TimeError(f"{event.name} is on {event.start:%A %d %B} by the calendar")
        span = next((item for item in side if isinstance(item, Span)), None)
        base = self._base(event, words, word)
        if span is None:
            return base if base is not None else self._bare(event, words, is_left=is_end and word == "")
        if set(words) & BEFORE:
            return (base or event.start) - span.length
        if set(words) & (AFTER | {"into"}):
            return (event.start if "into" in words and base is None else base or event.end) + span.length
        raise TimeError("before or after is not said")

    def _base(self, event: NamedEvent, words: list[str], word: Item) -> datetime | None:
        """Return the start or end of the event, whichever the words name; of both the one beside the event's name counts."""
        said = [one for one in words if one in STARTS or one in ENDS]
        said = [one for one in said if one not in ("first", "last", "starting", "commencing")] or said
        if not said:
            return event.end if word in ENDING else None
        return event.start if said[-1] in STARTS else event.end

    def _bare(self, event: NamedEvent, words: list[str], *, is_left: bool) -> datetime:
        """Return the point that an event alone means; is_left: in "between A and B" it can be A."""
        if set(words) & {"after", "following", "once"}:
            return event.end
        if unknown := [word for word in words if word.isalpha() and word not in PLAIN | FROM | BEFORE | AFTER | {"between"}]:
            raise TimeError(f"{unknown[0]} is not understood")
        return event.end if is_left and "between" in words else event.start

    def _day_point(self, side: list[Item]) -> datetime:
        days = days_in(side)
        if not days:
            raise TimeError("it is not certain when")
        return Moment(0).on(days[0], self.now)

    def _by_clock_of_event(self) -> Window | None:
        """Return the window of an event if two clock times beside it are its start and end."""
        moments = [item for item in self.items if isinstance(item, Moment)]
        if len(moments) != 2 or not any(moment.is_open for moment in moments):
            return None
        for event in self.events:
            points = (event.start, event.end)
            if all(
                (point.hour % 12, point.minute) == (moment.hour % 12, moment.minute)
                for point, moment in zip(points, moments, strict=True)
            ):
                return points
        return None

    def _undivided(self) -> Window:
        """Return the window of words without an end of their own: an event, a part of it, or a time around it."""
        event, words = self.events[0], words_in(self.items)
        moment = moment_in(self.items)
        for before, item in zip(["", *self.items], self.items, strict=False):
            if item in _UNCLEAR and not isinstance(before, Day):
                raise TimeError(f"{item} is not certain")
        if moment is not None:
            return self._with_clock(event, moment, words)
        return EventPart(self.events, self.items, self.now).read()

    def _with_clock(self, event: NamedEvent, moment: Moment, words: list[str]) -> Window:
        moment = with_half(moment, self.items)
        if set(words) & {"before", "by"}:
            return event.start, next_of(moment, event.start)
        if set(words) & {"after", "once"}:
            return event.end, next_of(moment, event.end)
        if "from" in words:
            return self._clock_before(moment, [], event.end), event.end
        raise TimeError("it is not certain what the time of day is for")
