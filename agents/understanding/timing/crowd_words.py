"""What a text says about the crowds of planned events: "without the match", "including the concert", "800 visitors"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from agents.understanding.timing.when import When, blank

EVENT_WORDS = r"event|concert|match|game|festival|show|derby|final|fair|conference|race|kick ?off"
_LEFT_OUT = (
    r"(?:without(?: counting| considering| regard to)?|ignor(?:e|ing)|disregard(?:ing)?|exclud(?:e|ing)|leav(?:e|ing) out|"
    r"not counting|not considering|(?:don't|do not|never) (?:count|consider|include)|apart from|except for)"
)
_COUNTED = r"(?:including|inclusive of|even (?:during|with)|also during|(?:don't|do not|not) (?:ignore|leave out|forget))"
_ARTICLE = r"(?:the |any |an? |all |our |tonight's |tomorrow's |today's )*"
_VISITORS = re.compile(
    r"\b(?:with |about |around |some |for |expect(?:ing|ed)? )*(\d{1,3}(?:[ ,.]\d{3})+|\d+)\s*(k\b)?\s*"
    r"(?:visitors?|attendees|spectators|fans|guests|people)(?: (?:are )?expected| attend(?:ing)?)?\b",
    re.IGNORECASE,
)


class Event(Protocol):
    """An entry of a calendar: its name, area and end."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def area(self) -> str: ...  # noqa: D102
    @property
    def end(self) -> datetime: ...  # noqa: D102


class Calendar(Protocol):
    """The clock and the planned events of a network."""

    @property
    def now(self) -> datetime: ...  # noqa: D102
    @property
    def events(self) -> Sequence[Event]: ...  # noqa: D102


def read_crowd(when: When, card: Calendar) -> When:
    """Find the planned events that the operator leaves out of the forecast, and a stated attendance."""
    return read_left_out(_attendance(when), card)


def read_left_out(when: When, card: Calendar) -> When:
    """Find the planned events that the operator leaves out of the forecast, or counts in."""
    return _counted(_left_out(when, card), card)


def _attendance(when: When) -> When:
    match = _VISITORS.search(when.rest)
    if match is None:
        return when
    count = int(re.sub(r"\D", "", match[1])) * (1000 if match[2] else 1)
    note = f"{count} visitors are expected, where the calendar does not say"
    return replace(when, rest=blank(when.rest, match), attendance=count, assumptions=(*when.assumptions, note))


def _left_out(when: When, card: Calendar) -> When:
    while match := re.search(rf"\b(?<!not )(?<!n't ){_LEFT_OUT} {_ARTICLE}({_names(card)})\b", when.rest, re.IGNORECASE):
        events = _meant(match[1], card)
        names = tuple(event.name for event in events if event.name not in when.without_events)
        note = (
            f"the operator leaves out {', '.join(names)}"
            if events
            else f"no {match[1].strip()} is planned that could be left out"
        )
        when = replace(
            when,
            rest=blank(when.rest, match),
            without_events=(*when.without_events, *names),
            assumptions=(*when.assumptions, note),
        )
    return when


def _counted(when: When, card: Calendar) -> When:
    """Blank words that count an event in, if the text gives a time of its own: planned events count in anyway."""
    match = re.search(rf"\b{_COUNTED} {_ARTICLE}({_names(card)})\b", when.rest, re.IGNORECASE)
    has_time = re.search(
        r"\b(?:tonight|today|tomorrow|this (?:evening|afternoon|morning|night)|from|until|for)\b", when.rest, re.I
    )
    return when if match is None or has_time is None else replace(when, rest=blank(when.rest, match))


def _names(card: Calendar) -> str:
    """Return a pattern of the names of the planned events and of the words for events, after at most one word such as an area."""
    names = [_pattern(event.name) for event in sorted(card.events, key=lambda event: -len(event.name))]
    return "|".join([*names, rf"(?:\w+ )?(?:{EVENT_WORDS})(?:e?s)?"])


def _pattern(name: str) -> str:
    return r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", name))


def _meant(words: str, card: Calendar) -> list[Event]:
    """Return the events that are not over yet and that the words name, by name, by their area, or by a word for events."""
    ahead = [event for event in card.events if event.end > card.now]
    named = [event for event in ahead if re.fullmatch(_pattern(event.name), words, re.IGNORECASE)]
    at_area = [event for event in ahead if re.search(rf"\b{re.escape(event.area)}\b", words, re.IGNORECASE)]
    kind = words.rsplit(maxsplit=1)[-1].lower()
    of_kind = [event for event in ahead if kind.rstrip("s") in event.name.lower()]
    return named or at_area or of_kind or ahead
