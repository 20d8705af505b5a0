"""Restrictions by the words of their own clause: "hands off S5C1" forbids any change; "except that" excludes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.readers.accounts.clauses import clause_at
from agents.readers.spanned_text import SpannedItem, SpannedText

Span = tuple[int, int]

_NEVER: Final = (
    r"(?:do\s*n[o'’]?t|do\s+not|dont|never|nobody|no\s+one|must\s+not|may\s+not|is\s+not\s+to\s+be|are\s+not\s+to\s+be)"
)
_ANY_CHANGE: Final = re.compile(
    rf"""\b(?:(?:keep\s+(?:your\s+|all\s+)?)?(?:hands|fingers|paws)\s+off|keep\s+off|off[\s-]limits|change\s+freeze|no\s+(?:more\s+)?(?:changes?|edits?)
    |untouched|{_NEVER}\s+(?:(?:restarts?|reboots?|resets?)\s+(?:or|and|nor)\s+)?(?:be\s+)?(?:touch|chang|alter|modif|edit)\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_EXCEPT_THAT: Final = re.compile(r"^\W*(?P<words>except\s+that)\b", re.IGNORECASE)
# Words beside a ban on any change and its place that say nothing about what is not to be changed.
_SMALL: Final = frozenset(
    (
        *(
            "the",
            "this",
            "that",
            "these",
            "those",
            "a",
            "all",
            "both",
            "each",
            "of",
            "at",
            "in",
            "on",
            "for",
            "to",
            "is",
            "are",
            "and",
        ),
        *(
            "be",
            "it",
            "them",
            "please",
            "pls",
            "also",
            "but",
            "too",
            "cell",
            "cells",
            "site",
            "sites",
            "sector",
            "sectors",
            "whatever",
        ),
    )
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def misheard_restrictions(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield words that forbid any change of a place, of which a ban on one thing is heard, and why that is not meant."""
    for one in spanned.items:
        if one.item.kind == "forbid" and one.item.name != "change" and one.place:
            first, last = clause_at(spanned.text, *one.place[0])
            match = _ANY_CHANGE.search(spanned.text, first, last)
            if match and not _says_more(spanned, match.span(), first, last):
                yield match.span(), f"it is heard as a ban on {one.item.name} alone"


def _says_more(spanned: SpannedText, ban: Span, first: int, last: int) -> bool:
    """Whether a clause has words beside the ban, places and times that can name what is not to be changed."""
    known = [ban, *spanned.when, *spanned.condition, *(span for one in spanned.items for span in (*one.place, *one.amount))]
    words = [match for match in _WORD.finditer(spanned.text, first, last) if not _overlaps_any(match.span(), known)]
    return any(match[0].casefold() not in _SMALL for match in words)


def words_of_restrictions(spanned: SpannedText) -> Iterator[Span]:
    """Yield the "except that" with which the clause of a restriction begins: "…, except that nobody edits S7C1"."""
    for one in spanned.items:
        if one.item.kind == "forbid" and one.place:
            first, last = clause_at(spanned.text, *one.place[0])
            if (match := _EXCEPT_THAT.match(spanned.text[first:last])) and not _is_shared(one, spanned, first, last):
                yield first + match.start("words"), first + match.end("words")


def _is_shared(one: SpannedItem, spanned: SpannedText, first: int, last: int) -> bool:
    others = [span for other in spanned.items if other is not one for span in (*other.place, *other.amount)]
    return _overlaps_any((first, last), others)


def _overlaps_any(span: Span, others: list[Span]) -> bool:
    return any(max(span[0], start) < min(span[1], end) for start, end in others)
