"""What the words of a time name: moments, spans, days and events; between them stand other words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from agents.reading.site_card import NamedEvent
from agents.reading.timing.time_words import MORNING

DAY: Final = timedelta(days=1)


class TimeError(Exception):
    """The words name no time, or one that could be another."""


@dataclass(frozen=True)
class Moment:
    """A time of day, at which the next one is meant unless `day` is given.

    hour: 24 is midnight. is_exact: on a clock of 24 hours. hours: between which it is, where the words say so ("in the evening").
    is_worded: said as nobody says the small hours of a clock of 24 hours ("half past three").
    """

    hour: int
    minute: int = 0
    is_exact: bool = True
    hours: tuple[int, int] | None = None
    day: date | None = None
    is_worded: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it can be in the morning or in the evening, or noon or midnight."""
        return not self.is_exact and (self.hours is None or (self.hour == 12 and self.hours == MORNING))

    def on(self, day: date, now: datetime, *, opens: bool = False) -> datetime:
        """Return it as an instant of a day; `opens`: midnight begins the day instead of ending it."""
        hour = self.hour
        if self.hours and hour <= 12:
            is_small = self.hours[1] > 24 and hour < 6
            is_midnight = hour == 12 and self.hours[0] > 12  # "twelve tonight"
            hour = hour % 12 + (24 if is_midnight else 12 if self.hours[0] >= 12 and not is_small else 0)
        return instant_at(day, (0 if hour == 24 and opens else hour) + self.minute / 60, now)

    def halves(self) -> tuple[Moment, ...]:
        """Return it in the morning and in the evening if it can be in both."""
        return (replace(self, hours=(0, 12)), replace(self, hours=(12, 24))) if self.is_open else (self,)

    def nearest_after(self, instant: datetime) -> datetime:
        """Return its first occurrence after an instant, on a clock of 12 hours if it can be in both halves of the day."""
        return min(half.after(instant) for half in self.halves())

    def after(self, instant: datetime, *, opens: bool = False) -> datetime:
        """Return its first occurrence after an instant, or on its day; `opens`: a window that opens right then is meant, too."""
        if self.day is not None:
            return self.on(self.day, instant)
        found = self.on(instant.date() - DAY, instant)
        while found < instant or (found == instant and not opens):
            found += DAY
        return found


def instant_at(day: date, hours: float, now: datetime) -> datetime:
    """Return the instant so many hours into a day, in the time zone of `now`."""
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo) + timedelta(hours=hours)


@dataclass(frozen=True)
class Span:
    """A duration in minutes."""

    minutes: float

    @property
    def length(self) -> timedelta:
        """The duration."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Event:
    """An entry of the calendar that the words name."""

    event: NamedEvent


@dataclass(frozen=True)
class Day:
    """A day; is_weekday: named as a day of the week."""

    day: date
    is_weekday: bool = False


Item = Moment | Span | Event | Day | str
Window = tuple[datetime, datetime]
