"""Words that a reader used twice in different ways: an operator says them once, for one thing.

A reader points at words by what they are, so the very same words for several items are no sign of anything, nor are words that
the text says again. A place within the place of another item is, or within the condition beside items that have their places
elsewhere: "lock S4C3; | S4C1, S4C2 | stay on air" is not about S4C2 alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.readers.spanned_text import SpannedText

Span = tuple[int, int]


def crossed_words(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield the words that stand in two slots at once, and why nobody means them so."""
    text = spanned.text
    places = [(number, span) for number, one in enumerate(spanned.items) for span in one.place]
    condition = spanned.condition if len(spanned.condition) == 1 else ()  # of several pieces nobody knows which one is meant
    for number, span in places:
        others = [(at, other) for at, other in places if at != number and other != span]
        if any(_is_within(span, other) for _, other in others) and _is_said_once(text, span):
            yield span, "it is a part of the place of something else"
        is_beside = any(not _is_in(other, condition) for _, other in others)
        if is_beside and _is_in(span, condition) and _is_said_once(text, span):
            yield span, "it stands in the condition"
    for span in (span for one in spanned.items for span in one.amount):
        if any(_overlaps(span, other) for other in condition) and _is_said_once(text, span):
            yield span, "it stands in the condition"


def _is_in(span: Span, others: tuple[Span, ...]) -> bool:
    return any(_is_within(span, other) for other in others)


def _is_within(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _overlaps(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def _is_said_once(text: str, span: Span) -> bool:
    return len(re.findall(rf"(?<!\w){re.escape(text[slice(*span)])}(?!\w)", text, re.IGNORECASE)) == 1
