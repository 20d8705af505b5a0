"""What a clock phrase of an operator means on the calendar of a network, at the label's time and at others.

The calendar is moved by whole weeks. A phrase whose window moves with it means the same, and code and label agree on it; one
that names a date does not move, and is taken only where it was said.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from pydantic import JsonValue

from agents.reading.site_card import NamedEvent, SiteCard
from agents.reading.timing.moments import TimeError
from agents.reading.timing.window import window_of
from training.llm.corpus.pairs.equations import equation
from training.llm.corpus.pairs.operator_words import OperatorWords, SaidTime
from training.llm.corpus.pairs.pair import Pair, expected, first_of
from training.llm.corpus.wording import question

_WEEK: Final = timedelta(weeks=1)
_FORMAT: Final = "%A %Y-%m-%d %H:%M"
_MOST_EVENTS: Final = 4


class ClockPairs:
    """Times in operators' words, each with the clock and the events of its network."""

    name = "clock"

    def __init__(self, words: OperatorWords) -> None:
        self._words = words

    def draw(self, random: Random) -> Pair | None:
        """Return a question for one phrase at one time."""
        said = random.choice(self._words.times)
        if not said.stands:
            return None
        weeks = random.randint(-40, 40) if random.random() < 0.7 else 0
        card = _moved(said.card, weeks * _WEEK, random, said.words)
        window = (said.window[0] + weeks * _WEEK, said.window[1] + weeks * _WEEK)
        if _read(said.words, card) != window:
            return None
        events = "".join(f"{_event(event)}. " for event in card.events)
        asked = question("clock", random, now=f"{card.now:{_FORMAT}}", events=events, said=said.words)
        facts: dict[str, JsonValue] = {
            "said": [said.words, f"{card.now:{_FORMAT}}", *map(_event, card.events)],
            "now": card.now.isoformat(),
            "events": [[one.name, one.area, one.start.isoformat(), one.end.isoformat()] for one in card.events],
            "words": said.words,
        }
        thought = _thought(said, card, window)
        return Pair(kind=self.name, question=asked, thought=thought, answer=_answer(window), facts=facts, hand=said.hand)

    def objection(self, pair: Pair) -> str:
        """Read the phrase again on the clock and the events of the question."""
        listed = pair.facts["events"]
        events = tuple(_event_of(one) for one in listed if isinstance(one, list)) if isinstance(listed, list) else ()
        now, words = datetime.fromisoformat(str(pair.facts["now"])), str(pair.facts["words"])
        card = SiteCard(name="network", now=now, cells=({"id": "C1", "site": "S1"},), events=events)
        said = expected("what is said", pair.facts["said"], [words, f"{now:{_FORMAT}}", *map(_event, events)])
        window = _read(words, card)
        return first_of(said, expected("the answer", pair.answer, _answer(window)) if window else "code does not read the time")


def _read(words: str, card: SiteCard) -> tuple[datetime, datetime] | None:
    try:
        return window_of(words, card)
    except (TimeError, OverflowError):
        return None


def _moved(card: SiteCard, by: timedelta, random: Random, words: str) -> SiteCard:
    """Return the card at another time, with those events that the words may name, and some others."""
    named = [one for one in card.events if any(part in words.casefold() for part in one.name.casefold().split())]
    others = [one for one in card.events if one not in named]
    kept = [*named, *random.sample(others, min(len(others), max(0, _MOST_EVENTS - len(named))))]
    events = tuple(
        one.model_copy(update={"start": one.start + by, "end": one.end + by})
        for one in sorted(kept, key=lambda one: (one.start, one.name))
    )
    return card.model_copy(update={"now": card.now + by, "events": events})


def _event(event: NamedEvent) -> str:
    area = f" ({event.area})" if event.area else ""
    return f"Calendar: {event.name}{area} from {event.start:{_FORMAT}} to {event.end:{_FORMAT}}"


def _event_of(fields: list[JsonValue]) -> NamedEvent:
    name, area, start, end = map(str, fields)
    return NamedEvent(name=name, area=area, start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))


def _thought(said: SaidTime, card: SiteCard, window: tuple[datetime, datetime]) -> str:
    start, end = window
    about = [one for one in card.events if start in (one.start, one.end) or end in (one.start, one.end)]
    named = "".join(f" It is about {one.name}, {one.start:%H:%M} to {one.end:%H:%M}." for one in about)
    return (
        f"Now it is {card.now:{_FORMAT}}.{named} {_when(start, card.now, 'It begins')}, on {start:%A} at {start:%H:%M}. "
        f"It ends on {end:%A} at {end:%H:%M}. In minutes it lasts {_minutes(window)}."
    )


def _minutes(window: tuple[datetime, datetime]) -> str:
    """Return how long a window lasts, as the difference of its ends in minutes of the first day."""
    start, end = window
    first = start.hour * 60 + start.minute
    last = round((end - start.replace(hour=0, minute=0)).total_seconds() / 60)
    return equation(f"{last} - {first}")


def _when(start: datetime, now: datetime, verb: str) -> str:
    if start == now:
        return f"{verb} now"
    return f"{verb} {_span(start - now)} from now" if start > now else f"{verb} {_span(now - start)} ago"


def _span(length: timedelta) -> str:
    """Return a length of time in hours and minutes."""
    minutes = round(length.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} minutes"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _answer(window: tuple[datetime, datetime]) -> str:
    return f"from {window[0]:%Y-%m-%d %H:%M} to {window[1]:%Y-%m-%d %H:%M}"
