"""Restrictions by the words of their own clause: "hands off S5C1" forbids any change; "except that" excludes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.readers.accounts.clauses import clause_at
from agents.readers.accounts.telling_words import phrases_in, telling_words
from agents.readers.spanned_text import SpannedItem, SpannedText

Span = tuple[int, int]

_NEVER: Final = (
    r"(?:do\s*n[o'’]?t|do\s+not|dont|never|nobody|no\s+one|must\s+not|may\s+not|is\s+not\s+to\s+be|are\s+not\s+to\s+be)"
)
_ANY_CHANGE: Final = re.compile(
    rf"""\b(?:(?:keep\s+(?:your\s+|all\s+)?)?(?:hands|fingers|paws)\s+off|keep\s+off|off[\s-]limits|change\s+freeze|no\s+(?:more\s+)?(?:changes?|edits?)
    |untouched|non\s+tocca(?:re|te)?|niet\s+(?:aankomen|aanraken|wijzigen|veranderen)|ne\s+(?:pas\s+toucher|touche[rz]?\s+pas)
    |no\s+to(?:car|quen?)|nicht\s+(?:anfassen|anrühren|berühren|ändern|verändern)|não\s+(?:tocar|toquem?|mexer|mexam?)|{_NEVER}\s+(?:(?:restarts?|reboots?|resets?)\s+(?:or|and|nor)\s+)?(?:be\s+)?(?:touch|chang|alter|modif|edit)\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What a ban names beside the place: "no power changes", "don't change Tx on S3", "the tilt is off limits".
_THING: Final = (
    r"(?:(?:the|any|its|their|our|your|that|all|digital|electrical|transmit|tx|output|downlink)\s+){0,3}"
    r"(?P<thing>powers?|tx|pwr|tilts?|downtilts?|azimuths?|pci|physical\s+cell\s+ids?|cio|offsets?|hysteresis|hyst|ttt|time[\s-]to[\s-]trigger|a3"
    r"|schedul(?:er|ing)|weights?|ratios?|shares?|caps?|bandwidth|handovers?|timers?|t310|neighbou?rs?|csi|ssb)\b(?!['’]s)"
)
_ACTS: Final = r"(?:touch|chang|alter|modif|edit|adjust|tun|tweak|fiddl|mess|play|rais|lower|mov)\w*"
_BAN_ON_ONE: Final = re.compile(
    rf"""\b(?:no\s+(?:more\s+|further\s+)?{_THING}(?:\s+\w+)?\s+(?:changes?|edits?|tuning|adjustments?|tweak\w*|moves?|modifications?)\b
    |(?:{_NEVER}|without)\s+(?:be\s+)?{_ACTS}\s+(?:(?:with|around\s+with|at)\s+)?{_THING}
    |(?:leave|keep)\s+{_THING}(?!\s+(?:below|under|above|over|at|on)\b)
    |(?:hands|fingers|paws)\s+off\s+{_THING}
    |{_THING}[^.,;:\n]{{0,40}}?\s(?:is|are|stays?|remains?)\s+(?:off[\s-]limits|untouched|unchanged|frozen|(?:not\s+)?to\s+be\s+left)
    |{_THING}[^.,;:\n]{{0,40}}?\s(?:must|may|shall|should|can|is|are)\s*n(?:ot|['’]t)\s+(?:to\s+)?be\s+{_ACTS})""".replace(
        "(?P<thing>", "(?:"
    ),
    re.IGNORECASE | re.VERBOSE,
)
# "leave S6C1 be" is about all of it; "leave S6C1 awake" is about its sleep alone.
_LEFT_BE: Final = re.compile(
    r"""\b(?:leave|leaves|let|lets|leaving)\b(?P<what>[^.;:\n]{1,80}?)\b
    (?:(?:well\s+)?alone|in\s+peace|be(?=\s*(?:$|[.,;:!?)\n]|(?:and|but|while|then|please|until|till?|from|tonight|overnight|during)\b)))""",
    re.IGNORECASE | re.VERBOSE,
)
_KEPT_AWAKE: Final = re.compile(
    r"\b(?:keep|keeps|kept|keeping|leave|leaves|left|leaving|let|hold|stays?|remains?)\b[^.;:\n]{0,80}?"
    r"\b(?:awake|on[\s-]air|up\s+and\s+running|running|switched\s+on|powered\s+(?:on|up))\b",
    re.IGNORECASE,
)
# With one of these a clause can forbid to wake something, or not ask for that at all.
_NOT_KEPT: Final = re.compile(
    r"\b(?:not|never|no|nobody|none|neither|nor|without|dont|asleep|sleep\w*|dormant|dark|off|wak(?:es?|ed|en\w*|ing))\b|n['’]t\b",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(r"\W*(?:it|that|this|them|those|these|there)(?:\s+one)?\W*", re.IGNORECASE)
# "S1C1 | excluded from sleep": who is spared what is forbidden it. Who is spared "the freeze" or "this" is not.
_SPARED_FROM: Final = re.compile(
    r"""[\s,]*(?P<words>(?:(?:is|are|be|being|to\s+be|(?:shall|must|should|will)\s+be|remains?|stays?)\s+)*
    (?:excluded|exempt(?:ed)?|spared|excused)\s+(?:from|of)\s+(?:(?:any|all|the|every|energy|further|tonight['’]s)\s+){0,3}
    (?:sleep\w*|saving|savings|hibernation|changes?|edits?|modifications?|alterations?|tuning|adjustments?))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_WITHOUT: Final = re.compile(r"\b(?P<word>without|w/o)\s+\w+ing\b(?P<what>[^.,;:\n]{1,50})", re.IGNORECASE)
_CELLWIDE: Final = re.compile(r"\b(?:anything|nothing|everything|or\s+anything|whatsoever)\b", re.IGNORECASE)
# Who may not serve is to be locked: "S6C1 may not carry traffic, lock it".
_LOCK_IT: Final = re.compile(
    r"""(?:[.,;:!—–-]\s*|\b(?:so|hence|therefore|thus|and|then)\s+)(?:(?:please|pls|so|then|hence|therefore|just|kindly|and|go\s+and)[\s,]+)*
    (?P<order>(?P<lock>(?:lock|block|bar)\s+(?:it|them|that|this|both|these|those)\b
    |(?:take|put|place|get)\s+(?:it|them|that|this|both|these|those)\s+out\s+of\s+service\b)
    |(?P<sleep>(?:switch|turn|power)\s+(?:it|them|that|this|both|these|those)\s+off\b
    |(?:put|send)\s+(?:it|them|that|this|both|these|those)\s+to\s+sleep\b|shut\s+(?:it|them|that|this|both|these|those)\s+down\b))""",
    re.IGNORECASE | re.VERBOSE,
)
_DENIED_BEFORE: Final = re.compile(
    r"\b(?:never|nobody|no\s+one|do\s+not|do\s*n[o'’]?t|dont|whatever|circumstances?|accounts?|repeat|ever|unless|if|neither|nor)\b",
    re.IGNORECASE,
)
# Who must not sleep any longer sleeps now, and is to be woken; "not to be switched off any more" is a ban.
_SLEPT_ENOUGH: Final = re.compile(
    r"""\b(?:must|shall|should|may|can|could|is|are|will|ought|need)\s*(?:not|n['’]?t)\b[^.,;:\n]{0,12}?\b(?:sleep|sleeping|asleep|slumber|doze|hibernate)\b[^.,;:\n]{0,25}?\b(?:any\s*more|any\s+longer)\b
    |\bno\s+longer\s+(?:to\s+)?(?:be\s+)?(?:sleep|sleeping|asleep|slumber|doze|hibernate)\b""",
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
            if match:  # the words of the amount before say nothing of what is not to be changed
                ends = [end for other in spanned.items for _, end in other.amount if first < end <= match.start()]
                first = max((first, *ends))
            if match and not _says_more(spanned, match.span(), first, last):
                yield match.span(), f"it is heard as a ban on {one.item.name} alone"


def stated_bans(spanned: SpannedText) -> Iterator[tuple[int, str]]:
    """Yield the numbers of bans on waking or sleeping whose own clause forbids another thing, and what: "leave S6C1 be".

    A place that is left be or alone has no change, one that is kept or left awake no sleep.
    """
    for number, one in enumerate(spanned.items):
        if one.item.kind == "forbid" and one.item.name in ("sleep", "energySavingControl") and one.place:
            first, last = clause_at(spanned.text, *one.place[0])
            if any(_is_left_be(spanned, one, match) for match in _LEFT_BE.finditer(spanned.text, first, last)):
                yield number, "change"
            elif one.item.name != "sleep" and _is_kept_awake(spanned.text[first:last]):
                yield number, "sleep"


def _is_left_be(spanned: SpannedText, one: SpannedItem, match: re.Match[str]) -> bool:
    """Whether all that is left be is the place of the ban, by name: "leave the tilt of A be" and "leave it be" say less."""
    own = [span for span in one.place if match.start("what") <= span[0] and span[1] <= match.end("what")]
    is_named = any(not _PRONOUN.fullmatch(spanned.text[slice(*span)]) for span in own)
    words = [word for word in _WORD.finditer(spanned.text, *match.span("what")) if not _overlaps_any(word.span(), own)]
    return is_named and all(word[0].casefold() in _SMALL for word in words)


def _is_kept_awake(clause: str) -> bool:
    return bool(_KEPT_AWAKE.search(clause)) and not _NOT_KEPT.search(clause)


def bans_on_one_thing(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield words that forbid to change one thing, where a ban on any change is heard, and why that is not meant."""
    for one in spanned.items:
        if one.item.kind == "forbid" and one.item.name == "change":
            first, last = clause_at(spanned.text, *one.place[0]) if one.place else (0, len(spanned.text))
            match = _BAN_ON_ONE.search(spanned.text, first, last)
            if match is None or _CELLWIDE.search(spanned.text, first, last):
                continue
            beside = [span for span in one.place if not (match.start() < span[0] and span[1] < match.end())]
            if not _overlaps_any(match.span(), beside):  # "don't touch the power plant" is about a place
                yield match.span(), "it is heard as a ban on any change"


def orders_to_stop(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield orders to lock a cell or to switch it off of which a ban on just that is heard."""
    for match in _LOCK_IT.finditer(spanned.text):
        what = ("administrativeState",) if match["lock"] else ("sleep", "energySavingControl")
        start = max(spanned.text.rfind(mark, 0, match.start()) for mark in ".;!\n")
        is_denied = _DENIED_BEFORE.search(spanned.text, start + 1, match.start("order"))
        names = [(one.item.kind, one.item.name) for one in spanned.items]
        ordered = any(kind == "edit" and name in ("administrativeState", "energySavingControl") for kind, name in names)
        if not is_denied and not ordered and any(kind == "forbid" and name in what for kind, name in names):
            yield match.span("order"), "it is heard as a ban on doing so"


def orders_to_wake(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield words that end a sleep, of which a ban on sleeping is heard and nothing else."""
    match = _SLEPT_ENOUGH.search(spanned.text)
    wakes = any(one.item.kind == "edit" and one.item.name == "energySavingControl" for one in spanned.items)
    bans = any(one.item.kind == "forbid" and one.item.name in ("sleep", "energySavingControl") for one in spanned.items)
    if match and bans and not wakes:
        yield match.span(), "it can be an order to wake, and a ban is heard"


def _says_more(spanned: SpannedText, ban: Span, first: int, last: int) -> bool:
    """Whether a clause has words beside the ban, places and times that can name what is not to be changed."""
    known = [ban, *spanned.when, *spanned.condition, *(span for one in spanned.items for span in (*one.place, *one.amount))]
    words = [match for match in _WORD.finditer(spanned.text, first, last) if not _overlaps_any(match.span(), known)]
    return any(match[0].casefold() not in _SMALL for match in words)


def words_of_restrictions(spanned: SpannedText) -> Iterator[Span]:
    """Yield words that forbid and exclude nothing.

    "…, except that nobody edits S7C1", "S7C1 is exempt from sleep", "without raising the transmit power".
    """
    for one in spanned.items:
        if one.item.kind == "forbid" and one.place:
            first, last = clause_at(spanned.text, *one.place[0])
            if (match := _EXCEPT_THAT.match(spanned.text[first:last])) and not _is_shared(one, spanned, first, last):
                yield first + match.start("words"), first + match.end("words")
            spared = (_SPARED_FROM.match(spanned.text, end) for _, end in spanned.place_of(one))
            yield from (match.span("words") for match in spared if match)
    bans = {one.item.name for one in spanned.items if one.item.kind == "forbid"}
    for match in _WITHOUT.finditer(spanned.text):
        if any(telling_words().get(phrase) in bans for phrase, _ in phrases_in(match["what"])):
            yield match.span("word")


def _is_shared(one: SpannedItem, spanned: SpannedText, first: int, last: int) -> bool:
    others = [span for other in spanned.items if other is not one for span in (*other.place, *other.amount)]
    return _overlaps_any((first, last), others)


def _overlaps_any(span: Span, others: list[Span]) -> bool:
    return any(max(span[0], start) < min(span[1], end) for start, end in others)
