"""What a text says about the forecast that a change rests on, beside the reading: events left out, visitors expected."""

from __future__ import annotations

import re
from typing import Final

from agents.readers.heard import Heard
from agents.understanding.timing.crowd_words import Calendar, read_crowd, read_left_out
from agents.understanding.timing.when import When

# "Of 1,200 visitors 340 answered" tells nothing of tonight, "only if fewer than 30 people are connected" even less.
_EXPECTED: Final = re.compile(r"\b(?:with|expect\w*|attend\w*|inbound|are coming)\b", re.IGNORECASE)
_OTHER_SLOTS: Final = ("condition", "amount")


def forecast_spans(text: str, calendar: Calendar) -> list[tuple[int, int]]:
    """Return where a text leaves planned events out of the forecast or counts them in, start and end of each piece of words."""
    rest = read_left_out(When(text), calendar).rest if calendar.events else text
    spans: list[tuple[int, int]] = []
    for at in (at for at, (old, new) in enumerate(zip(text, rest, strict=True)) if old != new):
        if spans and not text[spans[-1][1] : at].strip():
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans


def without_forecast(text: str, calendar: Calendar) -> str:
    """Return the text without these words, as the readers read it: they learned nothing of forecasts."""
    rest = text
    for start, end in reversed(forecast_spans(text, calendar)):
        rest = f"{rest[:start].rstrip(' ,;')}{rest[end:]}".lstrip(" ,;")
    return rest if any(letter.isalnum() for letter in rest) else text


def forecast_told(heard: Heard, text: str, calendar: Calendar) -> When:
    """Return what the operator says of events and visitors, outside of the words that belong to another part of the reading."""
    rest = text
    for one in heard.accounted:
        if one.slot.startswith(_OTHER_SLOTS):
            rest = rest.replace(one.words, " " * len(one.words))
    told = read_left_out(When(rest), calendar)
    return read_crowd(told, calendar) if _EXPECTED.search(told.rest) else told
