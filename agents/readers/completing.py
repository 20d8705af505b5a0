"""Words that a reader marked in part, and places that it left out, where the text names them and nothing else can be meant.

A mark that cuts a name ("K" of 8MK, "c two" of "lock c two") or a number ("2:00" of 22:00, "4 dBm" of 44) goes on to its ends,
a place to the words that choose among its cells ("the depot cell | that's awake"), and a condition begins with the words that
make it one ("in case"). An order of which no place is marked has the one that its text names,
if the other reader holds it to be of the request and nothing beside it takes it out or tells of it: "5LY, blocking at most 2 %".
A ban is on what its own clause forbids: "leave A be" is no ban on sleep.
Words that exclude, deny or compare are still to be accounted for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from agents.readers.accounting import is_spelled, named_words, said_names
from agents.readers.accounts.clauses import clause_at
from agents.readers.accounts.restrained import stated_bans
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.names import Names

Span = tuple[int, int]

_SURE: Final = 0.5
_LETTER: Final = 2  # a space and a letter
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
_NUMBER_CUT_BEFORE: Final = re.compile(r"(?<![\w.,:/-])(?:\d+\.?)+$")  # behind a comma can be the next cell of a table
_NUMBER_CUT_BEHIND: Final = re.compile(r"\d*(?:\.\d+)?(?![.,:/-]?\d)")
# "the depot cell | that's awake": of the cells that are named so, the words behind choose.
_OF_SEVERAL: Final = re.compile(
    r"\b(?:cells?|sectors?|carriers?|antennas?|sites?|stations?)(?P<pronoun>\s+(?:that|which)(?:['’](?:s|re)|\s+(?:is|are))?)?$",
    re.IGNORECASE,
)
_CHOOSING: Final = re.compile(
    r"""(?P<pronoun>\s+(?:that|which)(?:['’](?:s|re)|\s+(?:is|are))?)?(?:\s+(?:now|currently|presently|still|already|just))?
    \s+(?:asleep|awake|sleeping|sleeps?|dormant|dark|on\s+air|off\s+air|up|down|off|on)\b(?!\s+(?:to|until|till?|from|by|at|between|during)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
# "gen oh one | a fewer than two hundred": no amount begins so, and the letter is that of a cell.
_LETTER_BEFORE: Final = re.compile(
    r"(?P<letter>[a-z])\s+(?=(?:not|never|no|fewer|less|more|below|under|beneath|above|over|at|within|between|up|stays?|must|should|shall|may|is|to|by"
    r"|has|can)\b|[<>≤≥=])",
    re.IGNORECASE,
)


def completed(spanned: SpannedText, pieces: Sequence[TaggedPiece], names: Names) -> SpannedText:
    """Return the text with its marks completed. pieces: of the text, tagged by the other reader."""
    spanned = _with_stated_bans(_with_whole_condition(_with_whole_numbers(spanned)))
    if not spanned.items:
        return spanned
    named = list(named_words(spanned.text, names))
    if any(one.place for one in spanned.items):
        said = [span for span in said_names(spanned.text, names) if is_spelled(spanned.text[slice(*span)], names)]
        items = tuple(
            _chosen(_with_said_names(_with_whole_names(one, spanned, named), spanned, said), spanned) for one in spanned.items
        )
        return spanned if items == spanned.items else replace(spanned, items=items)
    place = _only_place(spanned, pieces, named)
    return replace(spanned, items=tuple(_placed(one, place, spanned.text) for one in spanned.items)) if place else spanned


def _with_stated_bans(spanned: SpannedText) -> SpannedText:
    """Return the text with bans on what their own clauses forbid: of "leave A be" on any change, of "leave A awake" on sleep."""
    stated = dict(stated_bans(spanned))
    items = tuple(
        replace(one, item=one.item.model_copy(update={"name": stated[number]})) if number in stated else one
        for number, one in enumerate(spanned.items)
    )
    return replace(spanned, items=items) if stated else spanned


def _with_whole_numbers(spanned: SpannedText) -> SpannedText:
    """Return the text with no window that begins or ends within a number, and no amount that is a part of a word elsewhere."""
    text = spanned.text
    when = tuple(_whole_number(text, span) for span in spanned.when)
    spanned = replace(spanned, items=tuple(_with_whole_amount(one, text) for one in spanned.items))
    taken = [*when, *spanned.condition, *(span for one in spanned.items for span in (*one.place, *one.amount))]
    items = tuple(_with_own_number(one, text, taken) for one in spanned.items)
    return spanned if (when, items) == (spanned.when, spanned.items) else replace(spanned, when=when, items=items)


def _with_whole_amount(one: SpannedItem, text: str) -> SpannedItem:
    """Return an item whose amount does not begin or end within a number: "4 dBm" of 44 dBm, but not the 6 of a site S6."""
    amount = tuple(_whole_amount(text, span) for span in one.amount)
    return one if amount == one.amount else _measured(one, amount, text)


def _whole_amount(text: str, span: Span) -> Span:
    start, end = span
    if text[start].isdecimal() and (before := _NUMBER_CUT_BEFORE.search(text, 0, start)):
        start = before.start()
    if text[end - 1].isdecimal() and (behind := _NUMBER_CUT_BEHIND.match(text, end)):
        end = behind.end()
    return start, end


def _whole_number(text: str, span: Span) -> Span:
    start, end = span
    while start > 0 and text[start].isdecimal() and text[start - 1].isdecimal():
        start -= 1
    while end < len(text) and text[end - 1].isdecimal() and text[end].isdecimal():
        end += 1
    return start, end


def _with_own_number(one: SpannedItem, text: str, taken: Sequence[Span]) -> SpannedItem:
    """Return an item whose amount is a bare number; that stands by itself, not within a name that has the same digit."""
    if len(one.amount) != 1 or not text[slice(*one.amount[0])].isdecimal():
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


def _measured(one: SpannedItem, amount: Spans, text: str) -> SpannedItem:
    return SpannedItem(one.item.model_copy(update={"amount": words_of(text, amount)}), one.place, amount)


def _with_said_names(one: SpannedItem, spanned: SpannedText, said: Sequence[Span]) -> SpannedItem:
    """Return an item with no place that is only the end of a name of several words: "c two" of "lock c two"."""
    others = [*spanned.when, *spanned.condition, *(other for each in spanned.items for other in each.amount)]
    place = tuple(_from_begin(span, spanned.text, said, (*others, *one.place)) for span in one.place)
    letters = {at: name[1] for span in place for name in said for at in one.amount if _is_letter(spanned.text, span, at, name)}
    if not letters:
        return one if place == one.place else _placed(one, place, spanned.text)
    amount = tuple(_behind_letter(spanned.text, span) if span in letters else span for span in one.amount)
    ends = {name[1] for span in place for name in said for at in letters if _is_letter(spanned.text, span, at, name)}
    place = tuple((start, next((last for last in ends if last - _LETTER <= end < last), end)) for start, end in place)
    return _placed(_measured(one, amount, spanned.text), place, spanned.text)


def _from_begin(span: Span, text: str, said: Sequence[Span], others: Sequence[Span]) -> Span:
    """Return a piece of a place from the beginning of the name of which it is the end."""
    begin = next((first for first, last in said if first < span[0] < last), span[0])
    is_word = any(letter.isalnum() for letter in text[begin : span[0]])
    is_free = not any(_overlaps((begin, span[0]), other) for other in others if other != span)
    return (begin, span[1]) if is_word and is_free else span


def _is_letter(text: str, place: Span, amount: Span, name: Span) -> bool:
    """Whether an amount begins with the letter that ends a name, of which the place is all the rest."""
    match = _LETTER_BEFORE.match(text, *amount)
    is_cut = name[0] < place[1] < name[1] and not text[place[1] : amount[0]].strip()
    return match is not None and is_cut and match.end("letter") == name[1]


def _behind_letter(text: str, amount: Span) -> Span:
    match = _LETTER_BEFORE.match(text, *amount)
    return (match.end() if match else amount[0]), amount[1]


def _chosen(one: SpannedItem, spanned: SpannedText) -> SpannedItem:
    """Return an item whose place goes on to the words that choose among its cells."""
    text = spanned.text
    others = [*spanned.when, *spanned.condition, *(span for each in spanned.items for span in (*each.place, *each.amount))]
    place = tuple((start, _end_of_choice(text, (start, end), others)) for start, end in one.place)
    return one if place == one.place else _placed(one, place, text)


def _end_of_choice(text: str, span: Span, others: Sequence[Span]) -> int:
    several = _OF_SEVERAL.search(text, *span)
    choosing = _CHOOSING.match(text, span[1]) if several else None
    if several is None or choosing is None or (several["pronoun"] is None) == (choosing["pronoun"] is None):
        return span[1]
    return span[1] if any(_overlaps((span[1], choosing.end()), other) for other in others) else choosing.end()


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
