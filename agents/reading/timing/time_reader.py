"""From the words of a time to moments, spans, days, events and the words between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from agents.reading.site_card import NamedEvent, SiteCard
from agents.reading.spoken import Spoken, singular, spoken
from agents.reading.timing.moments import DAY, Day, Event, Item, Moment, Span, TimeError
from agents.reading.timing.plain_time import corrected, event_words, plain, with_game
from agents.reading.timing.time_words import BEFORE, MONTHS, NIGHT, NO_EVENT, PART_OF_DAY, SPANS, UNITS, UNTIL, WEEKDAYS

_NAMED: Final = {"noon": 12, "midday": 12, "midnight": 24}
_BESIDE_SPAN: Final = BEFORE | {"after", "following", "into"}
_BEFORE_SPAN: Final = frozenset(
    ("", "from", "until", "till", "to", "the", "in", "during", "for", "and", "-", "–", ",", ":", "\n")
)
_ORDINAL: Final = ("st", "nd", "rd", "th")


def items_of(phrase: str, card: SiteCard) -> list[Item]:
    """Return what a phrase says, in order; raises TimeError."""
    return _TimeReader(card, corrected(spoken(plain(with_game(phrase, card), card)), card)).items()


class _TimeReader:
    """Reads words from left to right."""

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
        return self._words[position].key if 0 <= position < len(self._words) else ""

    def _keys(self, count: int) -> list[str]:
        return [self._key(ahead) for ahead in range(count)]

    def _number(self, ahead: int = 0) -> int | None:
        key = self._key(ahead)
        return int(key) if key.isdecimal() else None

    def _iso(self) -> Moment | Day | None:
        year, dash, month, dash2, day = self._keys(5)
        if not (
            len(year) == 4 and year.isdecimal() and dash == dash2 == "-" and month.isdecimal() and day.rstrip("t").isdecimal()
        ):
            return None
        self._position += 5
        when = _date(int(year), int(month), int(day.rstrip("t")))
        if self._key() == "t":
            self._position += 1
        clock = self._clock()
        return Day(when) if clock is None else replace(clock, day=when)

    def _event(self) -> Event | None:
        best, length = None, 0
        for event in self._card.events:
            used = self._words_of(event)
            if used > length:
                best, length = event, used
        if best is None and self._key() == "event":  # the only one that is planned needs no name
            coming = [event for event in self._card.events if event.end > self._card.now]
            best, length = (coming[0], 1) if len(coming) == 1 else (None, 0)
        self._position += length
        return Event(best) if best else None

    def _words_of(self, event: NamedEvent) -> int:
        """Return how many words here name this event and no other."""
        own = event_words(event)
        size = used = 0
        while (key := singular(self._key(size))) and (key in own or (used and key in ("-", "of", "the", "with", "in", "at"))):
            size += 1
            used = size if key in own else used
        words = {singular(self._key(ahead)) for ahead in range(used)} & own
        if used and self._key() in ("hour", "hours") and self._key(1) == "of":
            return 0  # "the last hour of visiting": a part of the visiting hours
        others = [event_words(other) for other in self._card.events if other is not event]
        return used if words - NO_EVENT and not any(words <= other for other in others) else 0

    def _date(self) -> Day | None:
        today = self._card.now.date()
        day, dot, month, dot2 = self._keys(4)
        if day.isdecimal() and month.isdecimal() and dot == dot2 == "." and 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            self._position += 4
            return Day(_next_date(today, int(month), int(day)))
        if self._keys(2) == ["day", "after"] and self._key(2).startswith(("tomor", "tommor")):
            self._position += 3
            return Day(today + 2 * DAY)
        if self._key().startswith(("tomor", "tommor")) or self._key() == "today":
            self._position += 1
            return Day(today if self._key(-1) == "today" else today + DAY)
        return self._slashed(today) or self._day_of_month(today) or self._weekday(today)

    def _slashed(self, today: date) -> Day | None:
        """Read "12/3", day first; raises TimeError where the month first would be as near."""
        first, slash, second = self._number(), self._key(1), self._number(2)
        if slash != "/" or not first or not second or first > 31 or second > 31 or not self._words[self._position + 1].glued:
            return None
        days = [_next_date(today, month, day) for day, month in ((first, second), (second, first)) if month <= 12 and day <= 31]
        near = {day for day in days if (day - today).days <= 60 or len(set(days)) == 1}
        if len(near) != 1:
            raise TimeError("day and month are not certain")
        self._position += 3
        return Day(near.pop())

    def _day_of_month(self, today: date) -> Day | None:
        key, following, number = self._key(), self._key(1), self._number()
        if number is not None and 1 <= number <= 31:
            size = 1 + (following in _ORDINAL)
            size += self._key(size) == "of"
            if month := _month(self._key(size)):
                self._position += size + 1
                year = self._number()
                self._position += year is not None and year > 2000
                return Day(_next_date(today, month, number))
            if following in _ORDINAL:
                self._position += 2
                return Day(_next_day_of_month(today, number))
        if (month := _month(key)) and (number := self._number(1)) and number <= 31:
            self._position += 2 + (self._key(2) in _ORDINAL)
            return Day(_next_date(today, month, number))
        return None

    def _weekday(self, today: date) -> Day | None:
        key = self._key()
        name = _weekday_of(key)
        if not name:
            return None
        if key.endswith("s") and key != "weds" and not key.endswith(("'s", "’s")) and not name.startswith(key):
            raise TimeError(f"{key} recur")
        self._position += 1
        return Day(today + timedelta(days=(WEEKDAYS.index(name) - today.weekday()) % 7), is_weekday=True)

    def _span(self) -> Span | None:
        words = self._keys(7)
        for text, minutes in SPANS:
            if words[: len(text)] == list(text):
                self._position += len(text)
                return Span(minutes)
        if words[0] in ("hour", "hours") and self._key(-1) in ("first", "last", "next", "coming", "following"):
            self._position += 1
            return Span(60)
        if words[0] == "hour" and words[1] in _BESIDE_SPAN and self._key(-1) in _BEFORE_SPAN:
            self._position += 1
            return Span(60)  # "hour before kick-off"
        return self._counted_span(words)

    def _counted_span(self, words: list[str]) -> Span | None:
        number = self._number()
        number = 1 if number is None and words[0] in ("an", "a", "the") and words[1] in ("hour", "minute") else number
        fraction, size = 0.0, 1
        if words[1:4] in (["and", "a", "half"], ["and", "a", "quarter"]):
            fraction, size = 0.5 if words[3] == "half" else 0.25, 4
        elif words[1] == "." and words[2].isdecimal():
            fraction, size = float(f"0.{words[2]}"), 3
        unit = UNITS.get(singular(words[size]))
        is_end = self._key(-1) in ("to", "-", "–", "until", "till", "and")
        is_start = words[2] in ("to", "-", "–", "until", "till") and words[3].isdecimal()  # "19h-21h"
        is_hour = words[1] == "h" and number is not None and number <= 24
        is_clock = self._is_of_four_digits() or (is_hour and ((is_end and int(words[0]) > 12) or is_start))
        if number is None or unit is None or is_clock:
            return None
        self._position += size + 1
        for part, share in (("half", 0.5), ("quarter", 0.25)):
            if self._keys(3) == ["and", "a", part]:
                self._position += 3
                fraction += share
        return Span((number + fraction) * unit)

    def _is_of_four_digits(self) -> bool:
        """Whether a number is written with four digits, as a clock: "2200 hours"."""
        word = self._words[self._position]
        return word.written and word.end - word.start == 4

    def _clock(self) -> Moment | None:
        if hour := _NAMED.get(self._key()):
            self._position += 1
            return Moment(hour)
        return self._worded_clock() or self._digital_clock()

    def _worded_clock(self) -> Moment | None:
        """Read "half past ten", "half ten", "a quarter to seven", "five past five", "twenty to nine", "five to midnight"."""
        start = int(self._key() in ("a", "an"))
        word, relation = self._key(start), self._key(start + 1)
        if word == "half" and relation.isdecimal() and int(relation) <= 12 and self._key(start + 2) not in UNITS:
            self._position += start + 2
            return self._with_hint(Moment(int(relation), 30, is_exact=False, is_worded=True))
        minutes = {"half": 30, "quarter": 15}.get(word, int(word) if word.isdecimal() else 0)
        key = self._key(start + 2)
        hour = _NAMED.get(key, int(key) if key.isdecimal() and int(key) <= 24 else None)
        if (
            not minutes
            or hour is None
            or relation not in ("past", "to", "before", "after")
            or not self._is_clock(word, relation, key)
        ):
            return None
        self._position += start + 3
        total = hour * 60 + (minutes if relation in ("past", "after") else -minutes)
        return self._with_hint(Moment(total // 60, total % 60, is_exact=key in _NAMED, is_worded=True))

    def _is_clock(self, word: str, relation: str, hour: str) -> bool:
        """Whether "ten to three" is ten minutes before three, and not from ten to three."""
        if not word.isdecimal():
            return True
        if int(word) > 29 or (int(word) % 5 and hour not in _NAMED) or self._words[self._position].written:
            return False
        ends_later = any(one.key in UNTIL or one.key in ("to", "and") for one in self._words[self._position + 3 :])
        return relation in ("past", "after") or self._key(-1) != "from" or ends_later

    def _digital_clock(self) -> Moment | None:
        number, first = self._number(), self._words[self._position] if self._position < len(self._words) else None
        if number is None or first is None or self._is_in_name(first):
            return None
        if first.written and first.end - first.start == 4 and number <= 2400 and number % 100 < 60:
            self._position += 1
            self._position += self._key() in ("h", "hrs", "hours")
            return self._with_hint(Moment(number // 100, number % 100), is_24=True)
        if self._key() == "0" and not first.written and self._number(1) is not None and self._key(1) != "0":
            self._position += 1  # "oh four thirty"
            clock = self._digital_clock()
            return replace(clock, is_exact=True) if clock else None
        return self._hundred(number) or self._with_minutes(number)

    def _is_in_name(self, number: Spoken) -> bool:
        """Whether a number belongs to a name ("t0", "x2"); the T of ISO 8601 is glued to the date."""
        before = self._words[self._position - 1] if self._position else None
        return bool(before and number.glued and before.key.isalpha() and not (before.key == "t" and before.glued))

    def _hundred(self, number: int) -> Moment | None:
        if self._key(1) != "hundred" or number > 24:
            return None
        self._position += 2
        self._position += self._key() in ("hour", "hours")
        return Moment(number)

    def _with_minutes(self, number: int) -> Moment | None:
        is_24 = self._key().startswith("0") or number > 12
        if self._key(1) in (":", ".", "h") and (minute := self._number(2)) is not None and minute < 60 and number <= 24:
            self._position += 3
            self._position += 2 if self._key() == ":" and self._number(1) is not None else 0
            return self._with_hint(Moment(number, minute), is_24=is_24)
        if number > 24 or self._key(1) in ("%", "percent"):
            return None
        if self._key(1) in ("before", "after", "into"):
            raise TimeError(f"{number} {self._key(1)} can be minutes or a time of day")
        minute, size = 0, 1
        if (following := self._number(1)) is not None and 10 <= following < 60 and self._key(2) not in (*UNITS, ":"):
            minute, size = following, 2
        self._position += size
        self._position += self._key() in ("h", "o'clock", "oclock", "hrs")
        is_exact = number == 0 or number > 12 or self._key(-size).startswith("0")  # "01-05"
        return self._with_hint(Moment(number, minute, is_exact=is_exact), is_24=is_24)

    def _is_day(self) -> bool:
        return self._key().startswith(("tomor", "tommor")) or bool(_weekday_of(self._key()))

    def _with_hint(self, moment: Moment, *, is_24: bool = False) -> Moment:
        """Add the half of the day that is named behind a time; a clock of 24 hours needs none."""
        size = 0
        while self._key(size) in ("in", "the", "at", "this", "of", "o'clock"):
            size += 1
        if self._is_day() and (hours := PART_OF_DAY.get(self._key(1))) and self._key(1) not in NIGHT:
            return replace(moment, hours=hours)  # "six tomorrow morning": the day is read in its turn
        is_today = self._key(size - 1) == "this" and moment.day is None
        hours = PART_OF_DAY.get(self._key(size))
        if hours is None or (is_24 and self._key(size) in NIGHT):
            return moment
        self._position += size + 1
        return replace(moment, hours=hours, day=self._card.now.date() if is_today else moment.day)


def _weekday_of(key: str) -> str:
    """Return the weekday that a word names, in full or short; empty if it names none."""
    return next((day for day in WEEKDAYS if len(key) > 2 and key != "mont" and day.startswith(singular(key))), "")


def _month(key: str) -> int:
    return next((index for index, month in enumerate(MONTHS, 1) if len(key) > 2 and month.startswith(key)), 0)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise TimeError(str(error)) from error


def _next_date(today: date, month: int, day: int) -> date:
    when = _date(today.year, month, day)
    return when if when >= today else _date(today.year + 1, month, day)


def _next_day_of_month(today: date, day: int) -> date:
    for ahead in range(62):
        if (today + timedelta(days=ahead)).day == day:
            return today + timedelta(days=ahead)
    raise TimeError(f"no day {day} follows")
