"""Words that a reader marked in part, and places that it left out, where the text names them and nothing else can be meant.

A mark that cuts a name ("K" of 8MK) or a number ("2:00" of 22:00) goes on to its ends, and a condition begins with the words that
make it one ("in case"). An order of which no place is marked has the one that its text names,
if the other reader holds it to be of the request and nothing beside it takes it out or tells of it: "5LY, blocking at most 2 %".
Words that exclude, deny or compare are still to be accounted for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from agents.readers.accounting import named_words
from agents.readers.accounts.clauses import clause_at
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.names import Names

Span = tuple[int, int]

_SURE: Final = 0.5
_BETWEEN: Final = re.compile(r"(?:\s|[,;&+/]|\band\b)*", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_SMALL: Final = frozenset(
    (
        *("in", "at", "on", "for", "of", "to", "the", "both", "and", "please", "pls"),
        *("cell", "cells", "site", "sites", "sector", "sectors"),
    )
)
_OPENING: Final = re.compile(
    r"\b(?:in\s+case(?:\s+(?:that|of))?|provided(?:\s+that)?|(?:as|so)\s+long\s+as|only\s+(?:if|when)|if|unless|except\s+(?:if|when)"
    r"|on\s+condition\s+that)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_GLUED: Final = re.compile(r"[\w/.:-]")


def completed(spanned: SpannedText, pieces: Sequence[TaggedPiece], names: Names) -> SpannedText:
    """Return the text with its marks completed. pieces: of the text, tagged by the other reader."""
    spanned = _with_whole_condition(_with_whole_numbers(spanned))
    if not spanned.items:
        return spanned
    named = list(named_words(spanned.text, names))
    if any(one.place for one in spanned.items):
        items = tuple(_with_whole_names(one, spanned, named) for one in spanned.items)
        return spanned if items == spanned.items else replace(spanned, items=items)
    place = _only_place(spanned, pieces, named)
    return replace(spanned, items=tuple(_placed(one, place, spanned.text) for one in spanned.items)) if place else spanned


def _with_whole_numbers(spanned: SpannedText) -> SpannedText:
    """Return the text with no window that begins or ends within a number, and no amount that is a part of a word elsewhere."""
    text = spanned.text
    when = tuple(_whole_number(text, span) for span in spanned.when)
    taken = [*when, *spanned.condition, *(span for one in spanned.items for span in (*one.place, *one.amount))]
    items = tuple(_with_own_number(one, text, taken) for one in spanned.items)
    return spanned if (when, items) == (spanned.when, spanned.items) else replace(spanned, when=when, items=items)


def _whole_number(text: str, span: Span) -> Span:
    start, end = span
    while start > 0 and text[start].isdigit() and text[start - 1].isdigit():
        start -= 1
    while end < len(text) and text[end - 1].isdigit() and text[end].isdigit():
        end += 1
    return start, end


def _with_own_number(one: SpannedItem, text: str, taken: Sequence[Span]) -> SpannedItem:
    """Return an item whose amount is a bare number; that stands by itself, not within a name that has the same digit."""
    if len(one.amount) != 1 or not text[slice(*one.amount[0])].isdigit():
        return one
    (start, end) = one.amount[0]
    if not (text[:start][-1:].isalnum() or text[end:][:1].isalnum()):
        return one
    whole = [match.span() for match in re.finditer(rf"(?<![\w.,:/-]){text[start:end]}(?![\w:/-]|[.,]\d)", text)]
    free = [span for span in whole if not any(_overlaps(span, other) for other in taken)]
    return SpannedItem(one.item, one.place, (free[0],)) if len(free) == 1 else one


def _with_whole_condition(spanned: SpannedText) -> SpannedText:
    """Return the text with a condition that begins with what makes it one: without it "unless" would be lost."""
    if not spanned.condition:
        return spanned
    (start, end), *others = spanned.condition
    match = _OPENING.search(spanned.text, 0, start)
    marked = [*spanned.when, *others, *(span for one in spanned.items for span in (*one.place, *one.amount))]
    if match is None or any(_overlaps((match.start(), start), other) for other in marked):
        return spanned
    return replace(spanned, condition=((match.start(), end), *others))


def _placed(one: SpannedItem, place: Spans, text: str) -> SpannedItem:
    return SpannedItem(one.item.model_copy(update={"place": words_of(text, place)}), place, one.amount)


def _with_whole_names(one: SpannedItem, spanned: SpannedText, named: Sequence[Span]) -> SpannedItem:
    place = tuple(_whole(span, spanned, named) for span in one.place)
    return one if place == one.place else _placed(one, place, spanned.text)


def _whole(span: Span, spanned: SpannedText, named: Sequence[Span]) -> Span:
    """Return a piece of a place without a cut through a written name; as whole words elsewhere in the text it stands there."""
    text, (start, end) = spanned.text, span
    cut = [one for one in named if _is_cut(text, span, one)]
    if len(cut) != 1:
        return span
    if again := re.search(rf"(?<![\w/.:-]){re.escape(text[start:end])}(?![\w/:-])", text):
        return again.span()
    whole = min(start, cut[0][0]), max(end, cut[0][1])
    others = [*spanned.when, *spanned.condition, *(other for one in spanned.items for other in one.amount)]
    return span if any(_overlaps(whole, other) for other in others) else whole


def _is_cut(text: str, span: Span, name: Span) -> bool:
    """Whether a mark begins or ends within a name, where it is written as one word."""
    is_begun = name[0] < span[0] < name[1] and not text[name[0] : span[0] + 1].count(" ")
    is_ended = name[0] < span[1] < name[1] and not text[span[1] - 1 : name[1]].count(" ")
    return (is_begun or is_ended) and all(_GLUED.match(letter) for letter in text[slice(*name)])


def _only_place(spanned: SpannedText, pieces: Sequence[TaggedPiece], named: Sequence[Span]) -> Spans:
    """Return the names of the one place of a text, none if it is not certain that all of it is about it."""
    text = spanned.text
    marked = [*spanned.when, *spanned.condition, *(span for one in spanned.items for span in one.amount)]
    if not named or any(one.item.kind == "forbid" or one.item.place for one in spanned.items):
        return ()
    if any(_overlaps(name, other) for name in named for other in marked):
        return ()
    run = named[0][0], named[-1][1]
    gaps = [text[before[1] : after[0]] for before, after in pairwise(named)]
    if not all(_BETWEEN.fullmatch(gap) for gap in gaps) or not all(_is_meant(pieces, name) for name in named):
        return ()
    first, last = clause_at(text, *run)
    others = [match.span() for match in _WORD.finditer(text, first, last) if not _overlaps(match.span(), run)]
    is_plain = all(_is_of_request(text, word, pieces, marked, spanned) for word in others)
    return (run,) if is_plain else ()


def _is_meant(pieces: Sequence[TaggedPiece], name: Span) -> bool:
    """Whether the other reader holds a name to be of the request: its digits make it take 5LY for an amount, too."""
    return sum(_share(pieces, name, tag) for tag in "pak") >= _SURE


def _is_of_request(text: str, word: Span, pieces: Sequence[TaggedPiece], marked: Sequence[Span], spanned: SpannedText) -> bool:
    """Whether a word beside the names is small, of an amount or time, or names what is wished for the place."""
    if text[slice(*word)].casefold() in _SMALL or any(_overlaps(word, other) for other in marked):
        return True
    tags = "ksv" if any(one.item.state for one in spanned.items) else "ks"
    return sum(_share(pieces, word, tag) for tag in tags) >= _SURE


def _share(pieces: Sequence[TaggedPiece], span: Span, tag: str) -> float:
    shares = [piece.tags.get(tag, 0.0) for piece in pieces if _overlaps((piece.start, piece.end), span)]
    return sum(shares) / len(shares) if shares else 0.0


def _overlaps(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
