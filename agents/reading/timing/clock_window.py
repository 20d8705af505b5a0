"""Windows by the clock and the calendar's days: "midnight to five", "tomorrow 06:00-08:00", "until Friday noon", "next 2 h"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from agents.reading.timing.moments import DAY, Day, Event, Item, Moment, Span, TimeError, Window, instant_at
from agents.reading.timing.time_words import (
    AM,
    BACK,
    BY,
    DENYING,
    ENDING,
    ENDS,
    FROM,
    MORNING,
    NIGHT,
    PART_OF_DAY,
    PLAIN,
    PM,
    RECURRING,
    STARTS,
    TO,
    UNTIL,
    UNTRANSLATED,
    WHOLE,
    WHOLE_PART,
)

SOON: Final = timedelta(hours=4)
_DAYS_ON: Final = frozenset(("on", "and", "both", "during", "all", "the", "whole", "of"))


def days_in(items: list[Item]) -> list[date]:
    """Return the days that are named; a weekday beside a date of that day is the same."""
    named = [item for item in items if isinstance(item, Day)]
    dates = {item.day.weekday() for item in named if not item.is_weekday}
    return list(dict.fromkeys(item.day for item in named if not (item.is_weekday and item.day.weekday() in dates)))


def check_affirmed(items: list[Item]) -> None:
    """Raise TimeError if the words say when something is not."""
    if "further" in items and "notice" in items:
        raise TimeError("it has no end")
    if other := [item for item in items if isinstance(item, str) and item in UNTRANSLATED]:
        raise TimeError(f"{other[0]} is not understood")
    for index, item in enumerate(items):
        following = items[index + 1] if index + 1 < len(items) else ""
        if item in DENYING or (
            item == "not" and (following in ("during", "in", "on", "while", "when") or isinstance(following, Event))
        ):
            raise TimeError(f"with {item} it is not certain when")
        is_each = item in ("every", "each", "any") and (
            isinstance(following, Day | Event) or following in ("day", "night", *WHOLE_PART)
        )
        if item in RECURRING or is_each:
            raise TimeError("it recurs")
        if item in ("yesterday", "±"):
            raise TimeError(f"with {item} it is not certain when")
        if item == "last" and _is_event_before_now(items[index + 1 :]):
            raise TimeError("it was before now")
        if item == "or" or (item in ("next", "last") and isinstance(following, Day)):
            raise TimeError(f"with {item} it can be another time")


def _is_event_before_now(items: list[Item]) -> bool:
    """Whether "last" is of an event that was: "the last match", "last home game"."""
    beside = [item for item in items[:2] if item != "home"]
    return bool(beside) and isinstance(beside[0], Event)


def check_past(items: list[Item], now: datetime) -> None:
    """Raise TimeError for "this morning" in the afternoon, and "this afternoon" in the evening."""
    for item, following in pairwise(items):
        if item == "this" and isinstance(following, str) and following in WHOLE_PART and now.hour >= PART_OF_DAY[following][1]:
            raise TimeError("it is over")


def _check_named(items: list[Item]) -> None:
    """Raise TimeError if the words are about an event that they do not name: "once it ends, for an hour"."""
    for index, item in enumerate(items):
        if item not in BACK - {"then"}:
            continue
        around = {one for one in (*items[max(0, index - 1) : index], *items[index + 1 : index + 3]) if isinstance(one, str)}
        if around & (STARTS | ENDS | {"after", "before", "during", "following"}):
            raise TimeError("the event is not named")


def with_half(moment: Moment, items: list[Item]) -> Moment:
    """Return a time of day with its half of the day from the words around it."""
    if not moment.is_open:
        return moment
    hours = next((PART_OF_DAY[item] for item in items if isinstance(item, str) and item in PART_OF_DAY), None)
    return replace(moment, hours=hours) if hours else moment


def next_of(moment: Moment, after: datetime) -> datetime:
    """Return the next occurrence of a time of day; raises TimeError unless clocks of 12 and of 24 hours agree on it.

    "half past three" is of a clock of 12 hours, and the next one if it is soon.
    """
    instant = replace(moment, is_exact=True, hours=None if moment.is_open else moment.hours).after(after)
    if moment.is_open and moment.is_worded and moment.day is None and (near := moment.nearest_after(after)) - after <= SOON:
        return near
    if moment.is_open and moment.nearest_after(after) != instant:
        raise TimeError("morning or evening")
    return instant


@dataclass
class ClockWindow:
    """The window of items without an event."""

    items: list[Item]
    now: datetime

    def read(self) -> Window:
        """Return start and end; raises TimeError."""
        check_affirmed(self.items)
        check_past(self.items, self.now)
        _check_named(self.items)
        moments = [item for item in self.items if isinstance(item, Moment)]
        spans = [item for item in self.items if isinstance(item, Span)]
        if len(moments) == 1:
            return self._by_one(moments[0], spans)
        if len(moments) > 2:
            raise TimeError("it names more than two times of day")
        if moments:
            self._check_shifted()
            return self._by_two(*moments)
        if len(spans) > 1:
            return self._after_span(spans)
        if spans and self._has("next", "for", "coming", "following", "during"):
            return self.now, self.now + spans[0].length
        if self._is_rest_of_day():
            return self.now, instant_at(self.now.date(), 24, self.now)
        return self._whole(days_in(self.items))

    def _check_shifted(self) -> None:
        """Raise TimeError for "from 9 pm until one hour after midnight"."""
        for item, word, following in zip(self.items, self.items[1:], self.items[2:], strict=False):
            if isinstance(item, Span) and word in ("after", "before", "past") and isinstance(following, Moment):
                raise TimeError(f"it is not certain what is so long {word} that time of day")

    def _is_rest_of_day(self) -> bool:
        items = [item for item in self.items if item not in ("for", "the", "of", "this", "during")]
        is_today = len(items) == 2 and items[1] in ("day", Day(self.now.date()))
        return is_today and items[0] in ("rest", "remainder", "remaining")

    def _after_span(self, spans: list[Span]) -> Window:
        """Return the window of "in two hours for one hour"; raises TimeError for other two durations."""
        words = [item if isinstance(item, str) else type(item) for item in self.items]
        is_later = words[-4:] == ["in", Span, "for", Span] or words[-5:] == [Span, "from", "now", "for", Span]
        if len(spans) != 2 or not is_later or words[:1] == ["for"]:
            raise TimeError("it names two durations")
        start = self.now + spans[0].length
        return start, start + spans[1].length

    def _has(self, *words: str) -> bool:
        return any(word in self.items for word in words)

    def _is_until(self) -> bool:
        return any(isinstance(item, str) and item in BY for item in self.items)

    def _by_one(self, moment: Moment, spans: list[Span]) -> Window:
        days, named = days_in(self.items), moment
        if len(days) > 1:
            raise TimeError("it names several days")
        if spans and "before" in self.items:
            end = next_of(with_half(replace(moment, day=moment.day or next(iter(days), None)), self.items), self.now)
            return end - spans[0].length, end
        moment = moment if moment.day or not days else replace(moment, day=days[0])
        if self._is_until():
            if spans and (start := self._shifted_start(spans)) is not None:
                return start, next_of(with_half(moment, self.items), start)
            if spans:
                raise TimeError("it is not certain when it starts")  # "for two hours until 22:00"
            self._check_until(self.items.index(named))
            return self.now, next_of(with_half(moment, self.items), self.now)
        if spans:
            if not self._is_lasting() or spans[0].minutes > 12 * 60:
                raise TimeError("it is not certain how long")  # "from 19 hours and 21:15"
            start = next_of(with_half(moment, self.items), self.now)
            return start, start + spans[0].length
        raise TimeError("it has no end")

    def _shifted_start(self, spans: list[Span]) -> datetime | None:
        """Return the start that the words name before the end: "half an hour from now until 23:00", None if they name none."""
        until = next(index for index, item in enumerate(self.items) if item in BY)
        before = [item for item in self.items[:until] if item not in (",", "and", "starting", "beginning", "from", "then")]
        words = [item for item in before if isinstance(item, str)]
        is_from_now = before == [spans[0], "now"] and "from" in self.items[:until]
        if len(spans) != 1 or not (is_from_now or (before == ["in", spans[0]] and words == ["in"])):
            return None
        return self.now + spans[0].length

    def _check_until(self, named: int) -> None:
        """Raise TimeError unless the time of day at an index is the end, and now the start."""
        until = next(index for index, item in enumerate(self.items) if item in BY)
        if any(item in WHOLE for item in self.items[:until]):
            raise TimeError("it is not certain when it starts")
        if named < until and not self._is_until_then(until):
            raise TimeError("it is not certain when it ends")  # "from 19:30 until it ends"
        if set(self.items[until:named]) & {"from", "since", "starting", "commencing", "beginning"}:
            raise TimeError("it is not certain when it ends")  # "until the end, from 19:30"

    def _is_until_then(self, until: int) -> bool:
        """Whether "until then" refers to the time that was named before, and nothing starts at it."""
        return self.items[until + 1 :] == ["then"] and not set(self.items[:until]) & {*FROM, "after", "between"}

    def _is_lasting(self) -> bool:
        """Whether the words say that a duration is how long it lasts, or begin with it."""
        kinds = [type(item) for item in self.items if isinstance(item, Moment | Span)]
        return self._has("for", "lasting", "lasts", "during", "long", "duration", "over", "/", "+") or kinds[:1] == [Span]

    def _by_two(self, first: Moment, last: Moment) -> Window:
        if self._is_until() and next(item for item in self.items if isinstance(item, Moment) or item in UNTIL) in UNTIL:
            raise TimeError("it has more than one end")
        first, last = self._halves(first, last)
        days = days_in(self.items)
        if len(days) == 2 and days[1] - days[0] == DAY and self._has("night") and (first.hour < 6 or first.hour == 24):
            days = days[1:]  # "the night from Saturday to Sunday, 1 am"
        if len(days) > 1 and self._are_listed():
            raise TimeError("it names several days")
        if len(days) == 1 and first.day is None and last.day is None and self._is_day_of_end():
            return self._ending_on(days[0], first, last)
        day = first.day or next(iter(days), None)
        start = first.on(day, self.now, opens=True) if day else first.after(self.now, opens=True)
        if last_day := last.day or (days[1] if len(days) > 1 else None):
            return start, last.on(last_day, self.now)
        return start, last.nearest_after(start)

    def _is_day_of_end(self) -> bool:
        """Whether the day stands behind the word with which the end begins: "from 23:00 until 06:00 tomorrow"."""
        starts, ends = (index for index, item in enumerate(self.items) if isinstance(item, Moment))
        partings = [index for index in range(starts, ends) if self.items[index] in UNTIL | ENDING | TO]
        days = [index for index, item in enumerate(self.items) if isinstance(item, Day)]
        is_of_night = any(item in NIGHT for item in self.items[days[-1] + 1 : days[-1] + 2])  # "tomorrow night" is of both
        return bool(partings) and min(days) > partings[0] and not is_of_night

    def _ending_on(self, day: date, first: Moment, last: Moment) -> Window:
        """Return the window that ends on a day, and starts on it or on the day before."""
        end = last.on(day, self.now)
        if self._has("tonight", "tonite"):
            return first.after(self.now), end
        start = first.on(day, self.now, opens=True)
        if start >= end:
            start = first.on(day - DAY, self.now, opens=True)
            if start < self.now:
                raise TimeError("it is not certain when it starts")
        return start, end

    def _are_listed(self) -> bool:
        """Whether "and" stands between two days."""
        kinds = [item if item in ("and", ",", "&") else type(item) for item in self.items]
        return any(kinds[index : index + 3] == [Day, word, Day] for index in range(len(kinds)) for word in ("and", "&"))

    def _halves(self, first: Moment, last: Moment) -> tuple[Moment, Moment]:
        """Return both with their half of the day; raises TimeError if it could be another."""
        if last.hour == 12 and last.hours == MORNING:
            return self._until_noon(first)
        if first.is_open and last.is_open:
            part = next((item for item in self.items if isinstance(item, str) and item in PART_OF_DAY), None)
            if part is None and self._has("overnight", "overnite") and self._are_of_night(first, last):
                return self._at_night(first, last)
            if part is None and not self._has("small", "hours"):
                raise TimeError("morning or evening")
            hours = PART_OF_DAY[part] if part else (0, 12)
            return self._at_night(first, last) if part in NIGHT else (replace(first, hours=hours), replace(last, hours=hours))
        if first.is_open and last.hour == 12 and last.hours in (AM, PM):
            raise TimeError("morning or evening")  # "10 to 12 am", "10 to 12 pm"
        if first.is_open and last.hours is not None:
            if last.hours[1] > 24 and (first.hour < 6 or first.hour == 12) and last.hour >= 6:
                raise TimeError("morning or evening")  # "5 to 8 tonight" is not the night before a day
            return self._in_half(first, last), last
        if first.is_open:
            return self._before_exact(first, last), last
        return first, last

    def _are_of_night(self, first: Moment, last: Moment) -> bool:
        """Whether two times of day are a window of the night whichever clock they are of: "overnight from one to four"."""
        return (first.hour <= 4 or first.hour >= 9) and (last.hour <= 7 or last.hour >= 11)

    def _in_half(self, first: Moment, last: Moment) -> Moment:
        """Return the first in the half of the day of the last, or in the half before: "nine to one in the afternoon"."""
        hours = last.hours or AM
        is_before = (first.hour % 12, first.minute) < (last.hour % 12, last.minute)
        if is_before or hours[1] > 24 or last.hour == 12:
            return replace(first, hours=hours)
        return replace(first, hours=AM if hours[0] >= 12 else PM)

    def _until_noon(self, first: Moment) -> tuple[Moment, Moment]:
        """Return the times of "ten to twelve in the morning"."""
        if not 5 <= first.hour < 12 or (first.hours or MORNING)[1] > 12:
            raise TimeError("noon or midnight")
        return replace(first, hours=(0, 12)), Moment(12)

    def _at_night(self, first: Moment, last: Moment) -> tuple[Moment, Moment]:
        """Return both in the night that begins in the evening."""
        is_small = first.hour < 6 or first.hour == 12
        return replace(first, hours=(0, 12) if is_small else (12, 24)), replace(
            last, hours=(0, 12) if last.hour < 9 or last.hour == 12 else (12, 24)
        )

    def _before_exact(self, first: Moment, last: Moment) -> Moment:
        if self._has("evening", *NIGHT):
            return replace(first, hours=(12, 24))
        if self._has("hours", "small", "morning"):
            return replace(first, hours=(0, 12))
        if last.minute == 0 and last.hour in (12, 24):  # "eight till noon", "nine to midnight"
            return replace(first, hours=(0, 12) if last.hour == 12 else (12, 24))
        if 12 < last.hour < 24 and (first.hour + 12, first.minute) >= (last.hour, last.minute):
            return replace(first, is_exact=True)  # "10 till 14": the clock has 24 hours
        raise TimeError("morning or evening")

    def _is_whole_night(self, words: list[str]) -> bool:
        """Whether the words are no more than "all night", "the whole night long" or "through the night"."""
        told = [word for word in words if word not in ("the", "this", "long", "for", ",", "and")]
        return told in (["all", "night"], ["whole", "night"], ["entire", "night"], ["through", "night"], ["throughout", "night"])

    def _whole(self, days: list[date]) -> Window:
        """Return the window of a day or of a part of it."""
        words = [item for item in self.items if isinstance(item, str)]
        words = ["overnight"] if not days and self._is_whole_night(words) else words
        named = next((WHOLE[word] for word in words if word in WHOLE), None)
        if named is None and "night" in words and not days:
            raise TimeError("which night")
        today = [word for before, word in pairwise(words) if before == "this" and word in ("morning", "afternoon")]
        if len(days) == 2 and days[1] - days[0] == DAY and words.count("and") == 1 and set(words) <= _DAYS_ON:
            return instant_at(days[0], 0, self.now), instant_at(days[1], 24, self.now)
        if named is None and len(days) != 1 and (days or len(today) != 1):
            raise TimeError("no time is named")
        if unknown := [word for word in words if word.isalpha() and word not in PLAIN]:
            raise TimeError(f"{unknown[0]} is not understood")
        part = next((WHOLE_PART[word] for word in words if word in WHOLE_PART), None)
        begin, end = named or part or (0, 24)
        day = days[0] if days else self.now.date()
        if set(words) & {"from", "since", "to"} and not self._is_until():
            raise TimeError("it has no end")
        if named and days and days[0] != self.now.date() and "tonight" in words:
            raise TimeError("it names several days")
        if self._is_until() and part:
            raise TimeError("it is not certain when it ends")
        if self._is_until() and days and not named:
            raise TimeError(f"until the beginning or the end of {day:%A}")
        start, stop = instant_at(day, begin, self.now), instant_at(day, end, self.now)
        if stop <= self.now:
            start, stop = start + DAY, stop + DAY
        return max(start, self.now), stop
