"""From the words of a time to a window: "from half an hour before the match till it ends", "midnight to five", "0100-0345z".

1. The words become moments (a clock time, the start or end of an event, an instant of ISO 8601), spans ("forty minutes") and the
   words between them; the clock is the network's, a time of day its next occurrence.
2. A moment that could be two, such as "from 8 to 10" without morning or evening, is not guessed: `DoubtfulTime`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from rapidfuzz import fuzz, process

from agents.reading.site_card import NamedEvent, SiteCard
from agents.reading.spoken import Spoken, singular, spoken

_DAY: Final = timedelta(days=1)
_MONTHS: Final = "january february march april may june july august september october november december".split()
_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "second"), 1 / 60),
    **dict.fromkeys(("m", "min", "minute", "minuet"), 1.0),
    **dict.fromkeys(("h", "hr", "hour"), 60.0),
    **dict.fromkeys(("d", "day"), 1440.0),
}
_PART_OF_DAY: Final = {
    "morning": (0, 12), "mornign": (0, 12), "am": (0, 12), "afternoon": (12, 18), "afternon": (12, 18), "evening": (12, 24), "pm": (12, 24),
    "tonight": (12, 24), "tonihgt": (12, 24), "tongiht": (12, 24), "night": (18, 30),
}  # fmt: skip
_WHOLE: Final = {
    "tonight": (18, 24), "tonihgt": (18, 24), "tongiht": (18, 24), "tonite": (18, 24), "overnight": (22, 30), "overnite": (22, 30),
    "today": (0, 24),
}  # fmt: skip
# Words that name no event by themselves.
_TIME_WORDS: Final = frozenset("noon midnight night morning evening afternoon day week last first hour early late".split())
_KNOWN: Final = frozenset(
    "from form until till before after while during between through throughout tonight tomorrow today overnight overnite midnight midnite noon"
    " midday morning afternoon evening night half past quarter hour minute hours minutes next first last start starts begin begins end ends over"
    " gone when then that this with runs lasts week day days day's monday tuesday wednesday thursday friday saturday sunday january february"
    " march april june july august september october november december hundred shift late early three four five seven eight nine eleven twelve"
    " tonight's conclusion commencement opening closing beginning ending finish side either".split()
)
_SHORT: Final = {"form": "from", "thre": "3", "three": "3", "nxt": "next"}
_UNTIL: Final = frozenset("until untill till til before by unitl".split())
_TO: Final = frozenset("to until untill till til - – and .. → / end: til' thru through".split())
_ENDS: Final = frozenset("conclusion finish end ends ended over finish finishes finished done gone closes close closing concluded settles stops last".split())
_STARTS: Final = frozenset("start starts begin begins beginning opens opening strats kick kickoff commences commencement".split())
_BEFORE: Final = frozenset("before ahead prior early earlier".split())
_AFTER: Final = frozenset("after following follow follows past later on".split())


class DoubtfulTime(Exception):
    """The words name no time, or one that could be another."""


@dataclass(frozen=True)
class _Moment:
    """A point in time: an instant, or a time of day (hours, minutes) with what is said about its half of the day."""

    at: datetime | None = None
    hour: int = 0
    minute: int = 0
    is_exact: bool = True
    hours: tuple[int, int] | None = None
    day: date | None = None


@dataclass(frozen=True)
class _Span:
    minutes: float


@dataclass(frozen=True)
class _Event:
    event: NamedEvent


@dataclass(frozen=True)
class _Day:
    day: date
    is_weekday: bool = False


Item = _Moment | _Span | _Event | _Day | str


def window_of(phrase: str, card: SiteCard) -> tuple[datetime, datetime]:
    """Return start and end of the time that a phrase names; raises DoubtfulTime."""
    items = _Reader(card, _corrected(spoken(_plain(phrase)), card)).items()
    start, end = _Window(card, items).read()
    if end <= start:
        raise DoubtfulTime(f"{phrase!r} ends before it starts")
    return start, end


def _corrected(words: list[Spoken], card: SiteCard) -> list[Spoken]:
    """Correct misspelled words of time and of the calendar."""
    known = _KNOWN | {word for event in card.events for word in _words(event)}
    corrected = []
    for word in words:
        key = word.key
        if len(key) > 3 and key.isalpha() and key not in known and singular(key) not in known:
            match = process.extractOne(key, sorted(known), scorer=fuzz.ratio, score_cutoff=80 if len(key) > 5 else 86)
            key = match[0] if match else key
        corrected.append(replace(word, key=_SHORT.get(key, key)))
    return corrected


def _plain(phrase: str) -> str:
    text = re.sub(r"(?<=\d)\s*[zZ]\b|\b(?:utc|gmt)\b", " ", phrase, flags=re.IGNORECASE)
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    return re.sub(r"(\d)(am|pm|h|min|m|s)\b", r"\1 \2", text, flags=re.IGNORECASE)


class _Reader:
    """Turns words into moments, spans, events, days and the words between them."""

    def __init__(self, card: SiteCard, words: Sequence[Spoken]) -> None:
        self._card = card
        self._words = words
        self._position = 0

    def items(self) -> list[Item]:
        """Return the items of all words, in order."""
        items: list[Item] = []
        while self._position < len(self._words):
            for read in (self._iso, self._event, self._date, self._span, self._clock):
                item = read()
                if item is not None:
                    items.append(item)
                    break
            else:
                items.append(self._key())
                self._position += 1
        return items

    def _key(self, ahead: int = 0) -> str:
        position = self._position + ahead
        return self._words[position].key if position < len(self._words) else ""

    def _keys(self, count: int) -> list[str]:
        return [self._key(ahead) for ahead in range(count)]

    def _number(self, ahead: int = 0) -> int | None:
        key = self._key(ahead)
        return int(key) if key.isdigit() else None

    def _iso(self) -> _Moment | _Day | None:
        year, dash, month, dash2, day = self._keys(5)
        if not (len(year) == 4 and year.isdigit() and dash == dash2 == "-" and month.isdigit() and day.rstrip("t").isdigit()):
            return None
        self._position += 5
        when = date(int(year), int(month), int(day.rstrip("t")))
        self._position += self._key() == "t"
        clock = self._clock()
        return _Day(when) if clock is None else replace(clock, day=when)

    def _event(self) -> _Event | None:
        best, length = None, 0
        for event in self._card.events:
            own = _words(event)
            size = used = 0
            while (key := singular(self._key(size))) and (key in own or (used and key in ("-", "of", "the", "with", "in", "at"))):
                size += 1
                used = size if key in own else used
            others = [other for other in self._card.events if other is not event]
            words = {singular(self._key(ahead)) for ahead in range(used)} & own
            is_own = bool(words - _TIME_WORDS) and not any(words <= _words(other) for other in others)
            if is_own and used > length:
                best, length = event, used
        self._position += length
        return _Event(best) if best else None

    def _date(self) -> _Day | None:
        today = self._card.now.date()
        day, dot, month, dot2 = self._keys(4)
        if day.isdigit() and month.isdigit() and dot == dot2 == "." and 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            self._position += 4
            return _Day(_next_date(today, int(month), int(day)))
        key, following = self._key(), self._key(1)
        if key.startswith(("tomor", "tommor")):
            self._position += 1
            return _Day(today + _DAY)
        if key == "today":
            self._position += 1
            return _Day(today)
        if (number := self._number()) is not None and 1 <= number <= 31:
            size = 1 + (following in ("st", "nd", "rd", "th"))
            size += self._key(size) == "of"
            month = self._month(self._key(size))
            if month:
                self._position += size + 1
                year = self._number()
                self._position += year is not None and year > 2000
                return _Day(_next_date(today, month, number))
            if following in ("st", "nd", "rd", "th"):
                self._position += 2
                return _Day(_next_day_of_month(today, number))
        if (month := self._month(key)) and (number := self._number(1)) and number <= 31:
            self._position += 2 + (self._key(2) in ("st", "nd", "rd", "th"))
            return _Day(_next_date(today, month, number))
        return self._weekday(today)

    def _month(self, key: str) -> int:
        return next((index for index, month in enumerate(_MONTHS, 1) if len(key) > 2 and month.startswith(key)), 0)

    def _weekday(self, today: date) -> _Day | None:
        key = self._key()
        number = next((index for index, day in enumerate(_DAYS) if len(key) > 2 and key != "mont" and day.startswith(singular(key))), None)
        if number is None:
            return None
        self._position += 1
        return _Day(today + timedelta(days=(number - today.weekday()) % 7), is_weekday=True)

    def _span(self) -> _Span | None:
        words = self._keys(7)
        for text, minutes in _SPANS:
            if words[: len(text)] == list(text):
                self._position += len(text)
                return _Span(minutes)
        number = self._number()
        number = 1 if number is None and words[0] in ("an", "a", "the") and words[1] in ("hour", "minute") else number
        if words[0] in ("hour", "hours") and self._position and self._words[self._position - 1].key in ("first", "last", "next"):
            self._position += 1
            return _Span(60)
        fraction, size = 0.0, 1
        if words[1:4] == ["and", "a", "half"]:
            fraction, size = 0.5, 4
        elif words[1] == "." and words[2].isdigit():
            fraction, size = float(f"0.{words[2]}"), 3
        unit = _UNITS.get(singular(words[size]) if size < 7 else "")
        if number is None or unit is None:
            return None
        self._position += size + 1
        minutes = (number + fraction) * unit
        if self._keys(3) == ["and", "a", "half"]:
            self._position += 3
            minutes += 0.5 * unit
        elif self._keys(3) == ["and", "a", "quarter"]:
            self._position += 3
            minutes += 0.25 * unit
        return _Span(minutes)

    def _clock(self) -> _Moment | None:
        key = self._key()
        if key in ("noon", "midday", "midnight", "midnite"):
            self._position += 1
            return _Moment(hour=12 if key in ("noon", "midday") else 24)
        return self._worded_clock() or self._digital_clock()

    def _worded_clock(self) -> _Moment | None:
        """Read "half past ten", "half ten", "a quarter to seven", "five past five", "twenty to nine", "five to midnight"."""
        start = self._key() in ("a", "an")
        word, relation = self._key(start), self._key(start + 1)
        if word == "half" and relation.isdigit() and int(relation) <= 12 and self._key(start + 2) not in _UNITS:
            self._position += start + 2
            return self._with_hint(_Moment(hour=int(relation), minute=30, is_exact=False))
        minutes = {"half": 30, "quarter": 15}.get(word, self._number(start) if word.isdigit() else None)
        if minutes is None or relation not in ("past", "to", "before", "after") or minutes > 30:
            return None
        hour = self._key(start + 2)
        named = {"noon": 12, "midday": 12, "midnight": 24}.get(hour, int(hour) if hour.isdigit() and int(hour) <= 24 else None)
        if named is None or (word.isdigit() and relation in ("to", "before") and minutes > 29):
            return None
        if word.isdigit() and minutes % 5 and not (hour in ("noon", "midnight")):
            return None
        self._position += start + 3
        total = named * 60 + (minutes if relation in ("past", "after") else -minutes)
        return self._with_hint(_Moment(hour=total // 60, minute=total % 60, is_exact=hour in ("noon", "midday", "midnight")))

    def _digital_clock(self) -> _Moment | None:
        number = self._number()
        if number is None:
            return None
        first = self._words[self._position]
        width = first.end - first.start
        if first.written and width == 4 and number <= 2400 and number % 100 < 60:
            self._position += 1
            self._position += self._key() == "h"
            return self._with_hint(_Moment(hour=number // 100, minute=number % 100))
        if self._key(1) == "hundred" or (number == 0 and self._key(2) == "hundred" and self._number(1) is not None):
            hour, size = (number, 2) if self._key(1) == "hundred" else (self._number(1) or 0, 3)
            self._position += size
            self._position += self._key() in ("hour", "hours")
            return _Moment(hour=hour)
        if self._key(1) in (":", ".", "h") and (minute := self._number(2)) is not None and minute < 60 and number <= 24:
            self._position += 3
            self._position += 2 if self._key() == ":" and self._number(1) is not None else 0
            return self._with_hint(_Moment(hour=number, minute=minute))
        if number > 24 or self._key(1) in ("%", "percent"):
            return None
        minute, size = 0, 1
        if (following := self._number(1)) is not None and 10 <= following < 60 and self._key(2) not in _UNITS:
            minute, size = following, 2
        self._position += size
        self._position += self._key() in ("h", "o'clock", "oclock", "hrs")
        return self._with_hint(_Moment(hour=number, minute=minute, is_exact=number == 0 or number > 12))

    def _with_hint(self, moment: _Moment) -> _Moment:
        """Add the half of the day that is named behind a time."""
        size = 0
        while self._key(size) in ("in", "the", "at", "this", "of", "o'clock"):
            size += 1
        hours = _PART_OF_DAY.get(self._key(size))
        if hours is None:
            return moment
        self._position += size + 1
        return replace(moment, hours=hours)


def _words(event: NamedEvent) -> set[str]:
    return {singular(word.key) for word in spoken(event.name) if word.is_word}


_SPANS: Final = (
    (("half", "an", "hour"), 30.0),
    (("the", "half", "hour"), 30.0),
    (("half", "hour"), 30.0),
    (("three", "quarters", "of", "an", "hour"), 45.0),
    (("3", "quarters", "of", "an", "hour"), 45.0),
    (("a", "quarter", "of", "an", "hour"), 15.0),
    (("the", "quarter", "of", "an", "hour"), 15.0),
    (("the", "quarter", "hour"), 15.0),
    (("a", "quarter", "hour"), 15.0),
    (("quarter", "of", "an", "hour"), 15.0),
    (("hour", "and", "a", "half"), 90.0),
    (("an", "hour", "and", "a", "half"), 90.0),
    (("hour", "and", "a", "quarter"), 75.0),
    (("1", "and", "a", "half", "hours"), 90.0),
    (("an", "hour"), 60.0),
    (("a", "couple", "of", "hours"), 120.0),
    (("couple", "of", "hours"), 120.0),
)


def _next_date(today: date, month: int, day: int) -> date:
    try:
        when = date(today.year, month, day)
        return when if when >= today else date(today.year + 1, month, day)
    except ValueError as error:
        raise DoubtfulTime(str(error)) from error


def _next_day_of_month(today: date, day: int) -> date:
    for ahead in range(62):
        if (today + timedelta(days=ahead)).day == day:
            return today + timedelta(days=ahead)
    raise DoubtfulTime(f"no day {day} follows")


@dataclass
class _Window:
    """Finds start and end in the items."""

    card: SiteCard
    found: list[Item] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.card.now

    def read(self) -> tuple[datetime, datetime]:
        """Return start and end; raises DoubtfulTime."""
        moments = [item for item in self.found if isinstance(item, _Moment)]
        if any(isinstance(item, _Event) for item in self.found):
            return self._by_event(moments)
        days = self._days()
        spans = [item for item in self.found if isinstance(item, _Span)]
        if moments:
            return self._by_clock(moments, days, spans)
        if spans and self._has("next", "nxt", "for", "coming", "following", "during"):
            return self.now, self.now + timedelta(minutes=spans[0].minutes)
        return self._whole(days)

    def _days(self) -> list[date]:
        """Return the days that are named; a weekday beside a date of that day is the same."""
        named = [item for item in self.found if isinstance(item, _Day)]
        dates = {item.day.weekday() for item in named if not item.is_weekday}
        return list(dict.fromkeys(item.day for item in named if not (item.is_weekday and item.day.weekday() in dates)))

    def _has(self, *words: str) -> bool:
        return any(word in self.found for word in words)

    def _whole(self, days: list[date]) -> tuple[datetime, datetime]:
        named = next((_WHOLE[item] for item in self.found if isinstance(item, str) and item in _WHOLE), None)
        if named is None and self._has("night") and not days:
            raise DoubtfulTime("which night")
        if named is None and len(days) != 1:
            raise DoubtfulTime("no time is named")
        part = next((_PART_WHOLE[item] for item in self.found if isinstance(item, str) and item in _PART_WHOLE), None)
        begin, end = named or part or (0, 24)
        day = days[0] if days else self.now.date()
        if self._until() and days and not named:
            return self.now, self._at(day, 0)
        start, stop = self._at(day, begin), self._at(day, end)
        if stop <= self.now:
            start, stop = start + _DAY, stop + _DAY
        return (max(start, self.now) if named != (22, 30) or start > self.now else self.now), stop

    def _until(self) -> bool:
        return any(isinstance(item, str) and item in _UNTIL for item in self.found)

    def _at(self, day: date, hours: float) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.now.tzinfo) + timedelta(hours=hours)

    def _by_clock(self, moments: list[_Moment], days: list[date], spans: list[_Span]) -> tuple[datetime, datetime]:
        if len(moments) == 1:
            moment = moments[0]
            if spans and not self._until():
                start = self._instant(moment, self._day_for(0, days), self.now)
                return start, start + timedelta(minutes=spans[0].minutes)
            if self._until():
                return self.now, self._instant(self._decided(moment), self._day_for(0, days), self.now)
            raise DoubtfulTime("it has no end")
        if len(moments) > 2:
            moments = moments[-2:]
        first, last = moments
        if not first.is_exact and not last.is_exact and first.hours is None:
            if last.hours is None:
                raise DoubtfulTime("morning or evening")
            first = replace(first, hours=last.hours)
        if not first.is_exact and first.hours is None and self._has("tonight", "evening", "night", "tonihgt", "tongiht"):
            first = replace(first, hours=(12, 24))
        if not first.is_exact and first.hours is None and self._has("hours", "small", "morning"):
            first = replace(first, hours=(0, 12))
        if not first.is_exact and first.hours is None and last.is_exact:
            raise DoubtfulTime("morning or evening")
        if len(days) > 1 and days[1] - days[0] == _DAY and self._has("night") and (first.hour < 6 or first.hour == 24):
            days = [days[1]]  # "the night from Saturday to Sunday, 1 am"
        start = self._instant(first, self._day_for(0, days), self.now, opens=True)
        end = self._instant(last, days[1] if len(days) > 1 else None, start)
        return start, end

    def _decided(self, moment: _Moment) -> _Moment:
        """Return a time of day with its half of the day from the words around it."""
        if moment.is_exact or moment.hours:
            return moment
        for item in self.found:
            if isinstance(item, str) and item in _PART_OF_DAY:
                return replace(moment, hours=_PART_OF_DAY[item])
        return replace(moment, is_exact=True)  # the next occurrence on a clock of 24 hours

    def _day_for(self, index: int, days: list[date]) -> date | None:
        return days[min(index, len(days) - 1)] if days else None

    def _instant(self, moment: _Moment, day: date | None, after: datetime, *, opens: bool = False) -> datetime:
        """Return the first occurrence of a time of day after `after`, or on its day; `opens`: midnight begins the day."""
        day = moment.day or day
        hour = moment.hour
        if moment.hours and hour <= 12:
            hour = hour % 12 + (12 if moment.hours[0] >= 12 and not (moment.hours[1] > 24 and hour < 6) else 0)
        if day is not None:
            return self._at(day, (0 if hour == 24 and opens else hour) + moment.minute / 60)
        instant = self._at(after.date() - _DAY, hour + moment.minute / 60)
        while instant <= after:
            instant += _DAY
        return instant

    def _by_event(self, moments: list[_Moment]) -> tuple[datetime, datetime]:
        """Return the window that an event and what is said around it make."""
        points = self._points()
        events = [item.event for item in self.found if isinstance(item, _Event)]
        event = events[0]
        if not points:
            points = [("whole", event.start), ("whole", event.end)]
        starts = [moment for kind, moment in points if kind in ("point", "start")]
        ends = [moment for kind, moment in points if kind == "end"]
        whole = [moment for kind, moment in points if kind == "whole"]
        if moments and whole and not starts and not ends:
            instant = [self._instant(self._decided(moment), self._day_of_event(event, moment), min(self.now, event.start)) for moment in moments]
            if len(moments) == 2:
                return self._by_clock(moments, [item.day for item in self.found if isinstance(item, _Day)] or [event.start.date()], [])
            if self._has(*_AFTER, "once"):
                return event.end, self._instant(self._decided(moments[0]), None, event.end)
            return (instant[0], event.end) if self._until() and self._is_before(moments[0], events) else (whole[0], instant[0])
        if moments:
            return self._mixed(points, moments)
        if len(starts) + len(ends) >= 2:
            both = sorted({*starts, *ends})
            return both[0], both[-1]
        if whole:
            return min([*whole, *starts, *ends]), max([*whole, *starts, *ends])
        only = (starts + ends)[0]
        if self._until():
            return self.now, only
        raise DoubtfulTime("it has no end")

    def _day_of_event(self, event: NamedEvent, moment: _Moment) -> date | None:
        return None

    def _is_before(self, moment: _Moment, events: list[NamedEvent]) -> bool:
        order = [item for item in self.found if isinstance(item, _Moment | _Event)]
        return isinstance(order[0], _Moment)

    def _mixed(self, points: list[tuple[str, datetime]], moments: list[_Moment]) -> tuple[datetime, datetime]:
        order = [item for item in self.found if isinstance(item, _Moment | _Event)]
        point = points[0][1]
        if isinstance(order[0], _Moment):
            clock = self._instant(self._decided(moments[0]), None, min(self.now, point - _DAY))
            while clock + _DAY < point:
                clock += _DAY
            return max(clock, self.now) if clock < self.now else clock, point
        return point, self._instant(self._decided(moments[-1]), None, point)

    def _points(self) -> list[tuple[str, datetime]]:
        """Return what is said of each event: a point before, at or after it, or the whole of it."""
        points: list[tuple[str, datetime]] = []
        for index, item in enumerate(self.found):
            if isinstance(item, _Event):
                points += self._around(index, item.event)
        return points

    def _around(self, index: int, event: NamedEvent) -> list[tuple[str, datetime]]:
        before, after = self.found[:index], self.found[index + 1 :]
        previous = max((position for position, item in enumerate(before) if isinstance(item, _Event)), default=-1)
        before = before[previous + 1 :]
        nextone = min((position for position, item in enumerate(after) if isinstance(item, _Event)), default=len(after))
        after = after[:nextone]
        if previous >= 0 and "and" in before:
            before = before[before.index("and") :]
        if nextone < len(self.found[index + 1 :]) and "and" in after:
            after = after[: after.index("and")]
        span = next((item for item in reversed(before) if isinstance(item, _Span)), None)
        later = next((item for item in after if isinstance(item, _Span)), None)
        said = {item for item in before if isinstance(item, str)}
        told = {item for item in after if isinstance(item, str)}
        points: list[tuple[str, datetime]] = []
        if span and "either" in said:
            return [("whole", event.start - timedelta(minutes=span.minutes)), ("whole", event.end + timedelta(minutes=span.minutes))]
        if told & _STARTS and told & _ENDS:
            return [("whole", event.start), ("whole", event.end)]
        if span and said & {"first"}:
            return [("whole", event.start), ("whole", event.start + timedelta(minutes=span.minutes))]
        if span and said & {"last"} :
            return [("whole", event.end - timedelta(minutes=span.minutes)), ("whole", event.end)]
        if span and said & _BEFORE:
            points.append(("start", event.start - timedelta(minutes=span.minutes)))
            if told & _ENDS or told & {"ending"}:
                points.append(("end", event.end + (timedelta(minutes=later.minutes) if later and told & _AFTER else timedelta())))
            elif not told & _TO and previous == -1 and nextone == len(after):
                points.append(("start", event.start) if said & {"in"} or not told else ("end", event.end))
            return points
        if span and said & (_AFTER | {"after"}):
            end = event.end + timedelta(minutes=span.minutes)
            return [("end", end)] if said & _UNTIL else [("whole", event.end), ("whole", end)]
        if later and told & _BEFORE:
            return [("whole", event.start - timedelta(minutes=later.minutes)), ("whole", event.end)]
        if later and (told & _AFTER or told & {"end", "top"}):
            return [("whole", event.start), ("whole", event.end + timedelta(minutes=later.minutes))]
        if (said | told) & _ENDS and not told & {"start"}:
            return [("end", event.end)]
        if (said | told) & _STARTS:
            return [("start", event.start)]
        if said & _UNTIL:
            return [("start", event.start)]
        if said & {"after", "following", "once"}:
            return [("start", event.end)]
        return [("whole", event.start), ("whole", event.end)]


_PART_WHOLE: Final = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 23), "night": (18, 24)}
Kind = Literal["start", "end", "whole", "point"]
