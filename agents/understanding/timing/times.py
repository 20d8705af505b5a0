"""Times: the window in the operator's text, resolved with the network's clock and, for events, its calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from agents.understanding.result import Question, ReadingError
from agents.understanding.timing.crowd_words import read_crowd
from agents.understanding.timing.events import read_event
from agents.understanding.timing.when import When, blank, read_permanence
from policies.intent import TimeWindow
from policies.text.number_words import NUMBER_WORDS
from twins.network import NetworkCard

_CLOCK = r"(\d{1,2}(?::\d{2})?\s*(?:a\.?m\.?|p\.?m\.?)?|noon|midnight)(?:\s*(?:h|hours|o'clock|uhr)\b)?"
_PART = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 23), "night": (18, 24)}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_COUNTED = ("one", "two", "three", "four", "five", "six", "ten", "twelve", "fifteen", "twenty", "thirty", "sixty")
_COUNT: dict[str, float] = {word: NUMBER_WORDS[word] for word in _COUNTED}
_COUNT |= {"forty five": 45, "half an": 0.5, "an": 1, "a": 1, "couple of": 2}
_NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(_COUNT)})"


def read_times(text: str, card: NetworkCard) -> When:
    """Find window and event; raises ReadingError for an event that is not in the calendar or an invalid time window."""
    when = read_event(_clock_window(read_crowd(read_permanence(When(text)), card), card), card)
    try:
        return _day_part(when, card)
    except ValueError as error:
        raise ReadingError(Question(question=f"The time window is invalid: {error}. When should it start and end?")) from error


def _clock_window(when: When, card: NetworkCard) -> When:
    for pattern, build in _PATTERNS:
        match = re.search(pattern, when.rest, re.IGNORECASE)
        if match is None:
            continue
        try:
            window, note = build(match, card.now, when.rest)
        except ValueError as error:
            raise ReadingError(
                Question(question=f"{match.group().strip()!r} is not a time span: {error}. When should it start and end?")
            ) from error
        permanent = when.permanent or build is _since
        notes = (*when.assumptions, note) if note else when.assumptions
        return replace(when, rest=blank(when.rest, match), window=window, permanent=permanent, assumptions=notes)
    return when


def _at(text: str, day: datetime) -> datetime:
    word = text.strip().lower().replace(".", "")
    if word == "noon":
        return day.replace(hour=12, minute=0, second=0, microsecond=0)
    if word == "midnight":
        return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    match = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?", word)
    if match is None:
        raise ValueError(f"{text!r} is not a time of day")
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    if hour == 24 and minute == 0:
        return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _from_to(match: re.Match[str], now: datetime, text: str) -> tuple[TimeWindow, str]:
    begin, end = match[1], match[2]
    meridiem = re.search(r"[ap]\.?m\.?", end, re.IGNORECASE)
    if meridiem and begin.strip().isdecimal():
        begin += meridiem.group()
    if not re.search(r"[:apnm]", begin + end, re.IGNORECASE):
        raise ValueError("write the hours as 20:00 or 8 pm")
    day = now + timedelta(days=1 if re.search(r"\btomorrow\b", text, re.IGNORECASE) else 0)
    start, stop = _at(begin, day), _at(end, day)
    if stop <= start:
        stop += timedelta(days=1)
    if stop <= now:
        start, stop = start + timedelta(days=1), stop + timedelta(days=1)
        note = f"{begin.strip()} to {end.strip()} has passed today ({now:%H:%M} now): tomorrow is assumed"
        return TimeWindow(start=start, end=stop), note
    return TimeWindow(start=start, end=stop), ""


def _for_next(match: re.Match[str], now: datetime, text: str) -> tuple[TimeWindow, str]:
    count = float(_COUNT.get(match[1].lower(), 0) or match[1]) if match[1] else 1.0
    seconds = count * _SECONDS[match[2][0].lower()]
    if not 0 < seconds <= 31 * 86400:
        raise ValueError("a span must be between a second and 31 days")
    return TimeWindow(start=now, end=now + timedelta(seconds=seconds)), ""


def _until(match: re.Match[str], now: datetime, text: str) -> tuple[TimeWindow, str]:
    end = _at(match[1], now)
    if end <= now:
        end += timedelta(days=1)
    return TimeWindow(start=now, end=end), "starts now, as no other start was given"


def _since(match: re.Match[str], now: datetime, text: str) -> tuple[TimeWindow, str]:
    start = _at(match[1], now)
    if start <= now:
        start += timedelta(days=1)
    return TimeWindow(
        start=start, end=start + timedelta(hours=2)
    ), "judged over two hours and kept after them, as no end was given"


_Build = Callable[[re.Match[str], datetime, str], tuple[TimeWindow, str]]
_CLOCKED = r"(\d{1,2}(?::\d{2}\s*(?:a\.?m\.?|p\.?m\.?)?|\s*(?:a\.?m\.?|p\.?m\.?))|noon|midnight)"
_PATTERNS: tuple[tuple[str, _Build], ...] = (
    (rf"\b(?:from|between)\s+{_CLOCK}\s*(?:to|until|till|and|-|–)\s*{_CLOCKED}(?:\s*h\b)?", _from_to),
    (rf"\b{_CLOCKED}\s*(?:to|until|till|-|–)\s*{_CLOCKED}", _from_to),
    (r"\b(\d{1,2})\s*(?:-|–|to)\s*(\d{1,2}\s*[ap]\.?m\b\.?)", _from_to),
    (
        rf"\b(?:for|in|during|within|over)?\s*the\s+(?:next|coming|following)\s+{_NUMBER}?\s*(seconds?|minutes?|mins?|hours?|hrs?|days?|h)\b",
        _for_next,
    ),
    (rf"\bfor\s+(?:about\s+)?{_NUMBER}\s+(minutes?|mins?|hours?|hrs?|days?)\b", _for_next),
    (rf"\b(?:until|till)\s+{_CLOCK}(?=\W|$)", _until),
    (rf"\b(?:from|after|starting at|as of|at)\s+{_CLOCKED}(?:\s+on(?:wards?)?\b)?", _since),
)


def _day_part(when: When, card: NetworkCard) -> When:
    match = re.search(
        r"\b(?:for |during |by |in the )?(tonight(?:'s)?|this (morning|afternoon|evening|night)|"
        r"tomorrow(?:'s)?(?: (morning|afternoon|evening|night))?|overnight|at night|(?:right )?now|today)\b",
        when.rest,
        re.IGNORECASE,
    )
    if match is None:
        return when
    rest = blank(when.rest, match)
    word = match[1].lower()
    if when.window is not None or word in ("now", "right now"):
        return replace(when, rest=rest)
    window = _window_of(word, match[2] or match[3] or "", card.now)
    note = f"{word.removesuffix(chr(39) + 's')}: {window.start:%d %B %H:%M} to {window.end:%d %B %H:%M}, network time"
    return replace(when, rest=rest, window=window, assumptions=(*when.assumptions, note))


def _window_of(word: str, part: str, now: datetime) -> TimeWindow:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if word.startswith("tomorrow"):
        begin, end = _PART[part.lower()] if part else (0, 24)
        return TimeWindow(start=midnight + timedelta(days=1, hours=begin), end=midnight + timedelta(days=1, hours=end))
    if word in ("overnight", "at night"):
        return TimeWindow(start=max(now, midnight + timedelta(hours=22)), end=midnight + timedelta(hours=30))
    begin, end = _PART[part.lower() or "night"] if part or word.startswith("tonight") else (0, 24)
    start = max(now, midnight + timedelta(hours=begin))
    return (
        TimeWindow(start=start, end=midnight + timedelta(hours=end))
        if start < midnight + timedelta(hours=end)
        else _next_day(midnight, begin, end)
    )


def _next_day(midnight: datetime, begin: int, end: int) -> TimeWindow:
    return TimeWindow(start=midnight + timedelta(days=1, hours=begin), end=midnight + timedelta(days=1, hours=end))
