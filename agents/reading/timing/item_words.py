"""What stands among the items of a time: its words, durations and moments, and whether they name a point in time."""

from __future__ import annotations

from collections.abc import Sequence

from agents.reading.timing.moments import Day, Event, Item, Moment, Span
from agents.reading.timing.time_words import AFTER, BACK, BEFORE, ENDS, STARTS


def words_in(items: Sequence[Item]) -> list[str]:
    """Return the words among the items."""
    return [item for item in items if isinstance(item, str)]


def has(items: Sequence[Item], kind: type[Moment] | type[Span]) -> bool:
    """Whether a moment or duration is among the items."""
    return any(isinstance(item, kind) for item in items)


def moment_in(items: Sequence[Item]) -> Moment | None:
    """Return the first moment, None if there is none."""
    return next((item for item in items if isinstance(item, Moment)), None)


def index_of(items: list[Item], words: frozenset[str]) -> int | None:
    """Return where the first of these words stands, None if none does."""
    return next((index for index, item in enumerate(items) if isinstance(item, str) and item in words), None)


def is_timely(items: Sequence[Item]) -> bool:
    """Whether words name a point in time."""
    words = set(words_in(items))
    is_point = any(isinstance(item, Moment | Event | Day) for item in items)
    is_relative = has(items, Span) and bool(words & (BEFORE | AFTER))
    return (
        is_point
        or is_relative
        or "now" in words
        or bool(words & (STARTS | ENDS))
        or (bool(words & BACK) and bool(words & (BEFORE | AFTER | {"with"})))
    )
