"""The planned event that a text is about: its time and its area are taken from the event calendar."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from agents.understanding.result import Question, ReadingError
from agents.understanding.timing.crowd_words import EVENT_WORDS
from agents.understanding.timing.when import When, blank
from policies.intent import TimeWindow
from policies.text.times import span_text
from twins.network import NetworkCard, PlannedEvent

_RELATION = r"(?:(for|during|before|after|following|until|since) )?"
_AFTER = timedelta(hours=2)


def read_event(when: When, card: NetworkCard) -> When:
    """Find the event; raises ReadingError for one that is not in the calendar, or that could be several."""
    named = _named_event(when.rest, card)
    if named is not None:
        event, words = named
        return _with_event(replace(when, rest=blank(when.rest, words)), event, words, card)
    match = re.search(
        rf"\b{_RELATION}(?:the |an? |our )?(?:(tonight|tomorrow|today)'s )?(?:\w+ )?(?:{EVENT_WORDS})s?\b",
        when.rest,
        re.IGNORECASE,
    )
    if match is None:
        return when
    return _unnamed_event(when, card, match)


def _named_event(text: str, card: NetworkCard) -> tuple[PlannedEvent, re.Match[str]] | None:
    for event in sorted(card.events, key=lambda event: -len(event.name)):
        pattern = (
            rf"\b{_RELATION}(?:the )?"
            + r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", event.name))
            + r"(?:'s)?\b"
        )
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            return event, match
    return None


def _unnamed_event(when: When, card: NetworkCard, match: re.Match[str]) -> When:
    """Find the event of "tonight's event" by day, then by the area that the text names."""
    today = card.now.date()
    tomorrow = bool(re.search(r"\btomorrow\b", when.rest, re.IGNORECASE))
    day = today + timedelta(days=1 if tomorrow else 0)
    ahead = [event for event in card.events if event.end > card.now]
    on_day = (
        [event for event in ahead if event.start.date() == day]
        if re.search(r"\b(tonight|tomorrow|today|this evening)\b", when.rest, re.IGNORECASE)
        else ahead
    )
    matches = [event for event in on_day if re.search(rf"\b{re.escape(event.area)}\b", when.rest, re.IGNORECASE)] or on_day
    if len(matches) == 1:
        rest = _keep_area(when.rest, match, matches[0])
        return _with_event(replace(when, rest=rest), matches[0], match, card)
    if when.window is not None:
        return when
    if not matches:
        planned = ", ".join(f"{event.name} {event.start:%d %B %H:%M}" for event in ahead) or "none"
        question = f"There is no such event in the calendar (planned: {planned}). When does it start and end?"
        raise ReadingError(Question(question=question, kind="unknown name"))
    choices = tuple(event.name for event in matches)
    raise ReadingError(
        Question(question="Which event do you mean?", choices=choices, kind="ambiguous", replaces=match.group().strip())
    )


def _keep_area(text: str, match: re.Match[str], event: PlannedEvent) -> str:
    """Blank the event's words except the name of its area."""
    blank = " " * len(match.group())
    area = re.search(rf"\b{re.escape(event.area)}\b", match.group(), re.IGNORECASE)
    if area:
        blank = blank[: area.start()] + area.group() + blank[area.end() :]
    return text[: match.start()] + blank + text[match.end() :]


def _with_event(when: When, event: PlannedEvent, words: re.Match[str], card: NetworkCard) -> When:
    note = f"{event.name}: {span_text(event.start, event.end)} at area {event.area}, from the event calendar"
    window = when.window or _window_of(event, (words[1] or "").lower(), card)
    return replace(
        when,
        window=window,
        event=event.name,
        areas=(event.area,) if event.area else (),
        assumptions=(*when.assumptions, note),
    )


def _window_of(event: PlannedEvent, relation: str, card: NetworkCard) -> TimeWindow:
    """Return the time of the event, or that after it ("after the match") or up to it ("until the match")."""
    if relation in ("after", "following", "since"):
        return TimeWindow(start=event.end, end=event.end + _AFTER)
    if relation == "until" and event.start > card.now:
        return TimeWindow(start=card.now, end=event.start)
    return TimeWindow(start=event.start, end=event.end)
