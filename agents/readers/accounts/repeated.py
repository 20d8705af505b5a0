"""Words that a text says again: readers point at their first occurrence, also for the second item that has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agents.readers.spanned_text import SpannedText
from agents.reading.marked import SAME

Span = tuple[int, int]

_PRONOUN: Final = re.compile(r"(?:(?:in|on|at|for|of|to|from)\s+)?(?:there|here|it|them|that|this|that\s+one)", re.IGNORECASE)


def repeated_words(spanned: SpannedText, named: Sequence[Span]) -> Iterator[Span]:
    """Yield where places and amounts of the reading are said again. named: where the text names cells, sites and areas.

    As many mentions are accounted for as parts of the reading hold the words; a name also where an amount of the same place
    follows it, before any other name.
    """
    text = spanned.text
    pieces = [text[start:end] for start, end in _spans(spanned)]
    for words in dict.fromkeys(text[start:end] for one in spanned.items for start, end in (*one.place, *one.amount)):
        found = _mentions(text, words)
        if len(found) > 1 and len(found) <= sum(bool(_mentions(piece, words)) for piece in pieces):
            yield from found
    for place, amounts in _amounts_of_places(spanned).items():
        for start, end in _mentions(text, place):
            after = min((first for first, _ in named if first >= end), default=len(text))
            if any(end <= first and last <= after for first, last in amounts):
                yield start, end


def _spans(spanned: SpannedText) -> list[Span]:
    return [*(span for one in spanned.items for span in (*one.place, *one.amount)), *spanned.when, *spanned.condition]


def _mentions(text: str, words: str) -> list[Span]:
    """Return where these very words stand, as whole words."""
    return [match.span() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE)]


def _amounts_of_places(spanned: SpannedText) -> dict[str, list[Span]]:
    """Return where the amounts stand that belong to each place of one piece beside "there"; `SAME` is that of the item before."""
    amounts: dict[str, list[Span]] = {}
    place = ""
    for one in spanned.items:
        if one.item.place != SAME:
            pieces = [words for span in one.place if not _PRONOUN.fullmatch(words := spanned.text[slice(*span)])]
            place = pieces[0] if len(pieces) == 1 else ""
        if place:
            amounts.setdefault(place, []).extend(one.amount)
    return amounts
