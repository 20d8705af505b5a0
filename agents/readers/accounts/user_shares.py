"""Shares of the users for which no KPI stands: "two thirds of the fans", "most users". Only 95 % of them has one (FORMAT.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agents.readers.accounts.clauses import clause_at, sentence_at
from agents.readers.spanned_text import SpannedItem, SpannedText
from policies.text.number_words import NUMBER_WORDS

Span = tuple[int, int]

_USERS: Final = (
    r"(?:(?:users?|subscribers?|customers?|fans?|people|persons?|folks?|guests?|visitors?|spectators?|passengers?|viewers?|callers?"
    r"|students?|patients?|workers?|tenants?|residents?|phones?|smartphones?|handsets?|terminals?|devices?|sensors|meters"
    r"|everyone|everybody)(?!['’])|ues?)\b"
)
_SMALL: Final = "|".join(sorted((word for word in NUMBER_WORDS if word not in ("a", "an")), key=len, reverse=True))
_NUMBER: Final = rf"(?:\d+(?:[.,]\d+)?|(?:{_SMALL})(?:[\s-]+(?:{_SMALL}))?)"
_BREAKING: Final = (
    r"per|for|from|to|by|at|in|on|a|an|each|every|which|that|whose|and|or|than|under|over|above|below|less|more|least|most|now"
)
_FEW: Final = rf"(?:\s+(?!(?:{_BREAKING})\b)[^\W\d][\w-]*){{0,3}}?"
_OF_USERS: Final = rf"(?:\s+of)?{_FEW}\s+{_USERS}"
_SHARE: Final = re.compile(
    rf"""\b(?:(?<!at\s)(?:most|almost\s+all|nearly\s+all|practically\s+all|virtually\s+all)
        |(?:the\s+)?(?:(?:great|vast|large|overwhelming|clear|big)\s+)?majority|(?:the\s+)?(?:bulk|greater\s+part|better\s+part)
        |half|(?:two|three|four|a|one|\d)?[\s-]*(?:thirds?|quarters?|fifths|tenths))
      {_OF_USERS}
    |(?P<percent>{_NUMBER})\s*(?:%|percent\b|per\s+cent\b|pct\b)(?:\s+of{_FEW}|(?:\s+(?:e?mbb|video|broadband|urllc|mmtc))?)\s+{_USERS}
    |(?P<some>{_NUMBER}){_FEW}\s+(?:out\s+of|of|in)\s+(?:every\s+|a\s+)?(?P<all>ten|hundred|twenty|five|four|three|10|100|20|5|4|3){_OF_USERS}
    |(?P<part>{_NUMBER}){_FEW}\s+{_USERS}\s+(?:out\s+of|in)\s+(?:every\s+)?(?P<whole>ten|twenty|five|four|three|10|100|20|5|4|3)\b
    |\b(?:every|each|one)\s+(?:second|third|fourth|other){_FEW}\s+{_USERS}
    |\bhalf\s+of\s+(?:them|those)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# A share of whom, whatever they are called: a throughput or a delay is no part of anything, so beside its bound such a part is
# one of those who have it: "80 % of the technicians with 5 Mbit/s", "every second stand at 20 ms", "nine in ten below 30 ms".
_PART_OF: Final = (
    r"\s+of\s+(?!(?:a|an|one|what|now|today|yesterday|last|its?|this|that)\b|the\s+(?:value|level|present|current|time)\b)"
)
_SOME_SHARE: Final = re.compile(
    rf"""(?<![\w.,])(?P<percent>{_NUMBER})\s*(?:%|percent\b|per\s+cent\b|pct\b)(?=\s*[:,]?\s+(?:of\s+)?[^\W\d_])
    |(?<!at\s)(?<!the\s)\bmost\s+(?!(?:is|was|of\s+all)\b)(?:of\s+|(?=(?:[^\W\d_]+\s+)?[^\W\d_]+s\b))
    |\bhalf\s+(?:the|our|these|those|my|their)\s+(?!(?:value|level|time|hour|day|night|week)\b)(?=[^\W\d_])
    |(?<!first\s)(?<!second\s)(?<!other\s)\b(?:half|majority|most|bulk|(?:greater|better|larger)\s+part|{_NUMBER}[\s-]+(?:thirds?|quarters?|fifths|tenths)|a\s+(?:third|quarter|fifth|tenth)){_PART_OF}
    |(?<![\w.,])(?P<some>{_NUMBER})\s+(?:out\s+of|of|in)\s+(?:every\s+|a\s+|the\s+)?(?P<all>ten|hundred|twenty|five|four|three|10|100|20|5|4|3)(?=\s+[^\W\d_])
    |\bevery\s+(?:second|third|fourth|other)\s+(?=[^\W\d_])(?!(?:hour|minute|day|night|week|second)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
# The best served are no 95 %, and "hardly any" is no number.
_BEST: Final = re.compile(
    rf"""\b(?:top|fastest|best(?:[\s-]served)?|luckiest|quickest|highest|upper)\s+
    (?:(?:{_NUMBER})\s*(?:%|percent\b|per\s+cent\b|pct\b)|(?:few|fifth|tenth|quarter|third|half|decile|quartile)\b(?:\s+of)?{_FEW}\s+{_USERS}|{_USERS})""",
    re.IGNORECASE | re.VERBOSE,
)
_HARDLY: Final = re.compile(
    rf"""\b(?:(?:hardly|barely|scarcely)\s+(?:any(?:one|body)?|an?|some(?:one|body))
    |(?:almost|nearly|practically|virtually|next\s+to)\s+(?:no(?:body|ne)?|no\s+one)
    |(?:almost|nearly|practically|virtually)\s+every(?:one|body|\s+{_USERS})
    |(?:only|just|but)\s+(?:a\s+)?few(?:{_OF_USERS}|\s+(?:may|can|are))|very\s+few|all\s+but\s+a\s+few
    |a\s+handful\b(?:{_OF_USERS}|\s+(?:is|are|may|can|could|might|under|below|of\s+them)))(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_OF: Final = re.compile(r"\s+of\b", re.IGNORECASE)
_NINETY_FIVE: Final = ("5", "95", "five", "ninety five")
_PAIRS: Final = (("19", "20"), ("95", "100"), ("1", "20"), ("5", "100"))
_OF_USERS_KPI: Final = ("DRB.UEThpDl", "DRB.PdcpSduDelayDl")


def other_shares(spanned: SpannedText) -> Iterator[Span]:
    """Yield where a bound on throughput or delay stands with a share of the users that is neither all nor 95 % of them."""
    goals = [one for one in spanned.items if one.item.kind == "target" and one.item.name.startswith(_OF_USERS_KPI)]
    if spanned.act not in ("change", "what_if") or not goals:
        return
    for match in _SHARE.finditer(spanned.text):
        first, last = clause_at(spanned.text, *match.span())
        own = [span for one in goals for span in one.amount]
        if not _is_measured(match) and any(max(first, start) < min(last, end) for start, end in own):
            yield match.span()
    yield from _of_some(spanned, goals)
    yield from _of_whomever(spanned, [one for one in goals if one.item.reference is None])


def _of_some(spanned: SpannedText, goals: Sequence[SpannedItem]) -> Iterator[Span]:
    """Yield the best served users, and words for a few or nearly all of them, in the clause of a goal."""
    for match in (*_BEST.finditer(spanned.text), *_HARDLY.finditer(spanned.text)):
        first, last = clause_at(spanned.text, *match.span())
        if any(max(first, start) < min(last, end) for one in goals for start, end in one.amount):
            yield match.span()


def _of_whomever(spanned: SpannedText, goals: Sequence[SpannedItem]) -> Iterator[Span]:
    """Yield shares beside a bound on throughput or delay that are in no words of the reading: with "of" in its sentence, else in
    its clause.
    """
    own = [span for one in spanned.items for span in (*one.place, *one.amount)] + [*spanned.when, *spanned.condition]
    for match in _SOME_SHARE.finditer(spanned.text):
        is_of = _OF.match(spanned.text, match.end()) or match[0].endswith("of ")
        first, last = (sentence_at if is_of else clause_at)(spanned.text, *match.span())
        is_beside = any(max(first, start) < min(last, end) for one in goals for start, end in one.amount)
        is_own = any(max(match.start(), start) < min(match.end(), end) for start, end in own)
        if is_beside and not is_own and not _is_measured(match):
            yield match.span()


def _is_measured(match: re.Match[str]) -> bool:
    """Whether a share is 95 % of the users, or the 5 % that are left."""
    said = match.groupdict()
    if said["percent"]:
        return _plain(said["percent"]) in _NINETY_FIVE
    some, whole = said["some"] or said.get("part"), said["all"] or said.get("whole")
    return bool(some and whole) and (_number(some or ""), _number(whole or "")) in _PAIRS


def _plain(words: str) -> str:
    return " ".join(re.split(r"[\s-]+", words.casefold()))


def _number(words: str) -> str:
    """Return a number of one or two words in digits."""
    parts = _plain(words).split()
    return words if parts[0][0].isdecimal() else str(sum(int(NUMBER_WORDS[part]) for part in parts))
