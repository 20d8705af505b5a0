"""Numbers and negations of what is told beside a request: "our 212 spray controllers", "page 6", "don't ask why"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agents.readers.accounts.clauses import clause_at
from policies.text.number_words import NUMBER_WORDS

Span = tuple[int, int]

_WORDS: Final = "|".join((*(word for word in NUMBER_WORDS if word not in ("zero", "one")), "thousand"))
_NUMBER: Final = rf"(?<![\w.,:/-])(?:\d+(?:[.,]\d+)*(?![\w/]|:\w)|(?:{_WORDS})\b)"
# What looks like a plural behind a number and is none, or can be a unit of ours that is misspelled.
_NO_THING: Final = (
    r"(?!(?:this|is|was|as|its|us|has|does|plus|minus|always|yes|tops|stays|needs|keeps|remains|runs|goes|wants|gets|takes|stands|comes"
    r"|looks|makes|seems|serves|sleeps|slots|quarters|uses|d\w{0,2}g\w*|con\w*ct\w*|w\w{0,2}ts|mil\w*|meg\w*|per\w*|sec\w*|min\w*|h\w{0,2}urs"
    r"|us\w{0,2}rs|[a-z]*bits?)\b)"
)
# A word with which a clause can be about what the network does, or a unit in which it is measured.
_OURS: Final = re.compile(
    r"""\b(?:load\w*|prbs?|usage|utili[sz]ation|delay\w*|latenc\w+|lag\w*|loss\w*|lose\w*|lost|rates?|speeds?|through\w+|th(?:r)?puts?|thp
    |tput|rlf|links?|drop\w*|block\w*|errors?|bler|reject\w*|refus\w*|fail\w*|energy|electric\w*|power|consum\w*|watts?|k?wh?|users?|ues?
    |phones?|devices?|connect\w*|handovers?|hos?|ping\w*|tilt\w*|down-?tilt\w*|hysteresis|hyst|ttt|trigger|offsets?|a3|cio|pci|nrpci
    |weights?|shares?|ratios?|cap\w*|guarante\w*|min\w*|max\w*|least|most|more|less|fewer|lower|higher|below|above|under|over|between
    |up|down|by|than|per\s?cent|percent|pct|points?|dbm?|decibels?|degrees?|deg|ms|milli\w*|micro\w*|sec\w*|mbit\w*|mbps|kbit\w*|gbit\w*
    |meg\w*|kilo\w*|giga\w*|bits?|hours?|hrs?|minutes?|mins?|days?|weeks?|nights?|until|untill?|till?|from|tonight|tomorrow|during|oclock
    |a\.?m|p\.?m|noon|midnight|sleep\w*|asleep|slept|wake\w*|awake|lock\w*|unlock\w*|off|air|cells?|sites?|sectors?|masts?|slices?|embb|urllc
    |mmtc|sensors?|video|broadband|packets?|quality|increase\w*|decrease\w*|reduc\w*|rais\w*|times|half|third|quarter|double|triple
    |bound\w*|limit\w*|goals?|targets?|values?|thresholds?|gates?)\b|[%<>≤≥=°+±]|\bd\s+b\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PLURAL: Final = rf"{_NO_THING}(?:[a-z-]+[ ]{_NO_THING})?[a-z]{{3,}}(?<!s)s\b"
_THINGS: Final = re.compile(
    rf"""(?<!\bthe[ ])(?<!\ball[ ])(?<!\bof[ ])(?<!\bde[ ])(?P<counted>{_NUMBER}(?:(?:[ ]and)?[ ]{_NUMBER})*)
    [ ](?:of[ ](?:them|us|you)\b|{_PLURAL})
    |\b(?:page|annex|chapter|room|row|seat|ticket|invoice|bus|tram|train|flight|report|clause|paragraph|section|appendix|table|figure
    |badge|locker|lot|door|house|desk|shift|extension|platform|item|letter|slide|verse|volume)\s+(?:no\.?\s*)?(?P<label>{_NUMBER})
    |\b(?:called|named|nicknamed)\s+(?P<called>{_NUMBER})""",
    re.IGNORECASE | re.VERBOSE,
)
_TIMES: Final = re.compile(rf"^\W*(?P<counted>{_NUMBER})\s+times\s+(?:since|already|today|this|last|in)\b[^,;.]*$", re.IGNORECASE)
_NOT_OURS: Final = re.compile(
    r"""\b(?:do\s*n[o'’]?t|dont)\s+(?:ask(?:\s+(?:me\s+)?(?:why|how|where))?|worry|panic|laugh|hesitate|blame\s+me|shoot|despair
      |you\s+(?:agree|think)|(?:much\s+)?care\s+(?:how|who|why|whether)|know\s+(?:your|what|who|why|how|which))\b
    |\bnot\s+(?:urgent|pressing|that\s+it\s+matters|in\s+a\s+hurry|kidding|joking|my\s+idea|your\s+fault|pretty|bad)\b
    |\b(?:nobody|no\s+one)\s+(?:is|lives|works|sits|stands|walks|parks|drives|comes|goes)\s+(?:there|here|about|around)\b
    |\b(?:energy|electricity|power|consumption|cost|delay|latency|lag|speed|throughput|load|loss|that|this|it)\s+is\s+
      not\s+(?:our|my|a)\s+(?:concern|worry|problem|priority|issue)\b
    |\b(?:terminals?|pictures?|images?|videos?|screens?|apps?|streams?|readers?|phones?|games?|tablets?)\s+(?:\w+\s+)?
      (?:freezes?|frozen)\b
    |\b(?:nobody|no\s+one)\s+(?:needs|has)\s+to\s+(?:approve|sign|know)\b
    |\b(?:which|that|whom?)\s+(?:nobody|no\s+one)\s+(?:\w+ly\s+)?
      (?:loves?|likes?|trusts?|believes?|understands?|remembers?|envies|visits?|mentions?|notices?)\b
    |\b(?:has|have|is|was|were)\s+never\s+(?:been\s+)?(?:(?:an?|my|our|one\s+of\s+(?:my|our))\s+)?(?:\w+\s+)?
      (?:favou?rites?|friends?|fan|pretty|popular|lucky|beautiful|famous)\b
    |\b(?:that|this|it)\s+(?:can\s*n?o?['’]?t|should\s*n?o?['’]?t)\s+be\s+(?:(?:so|too|that|very|all\s+that)\s+)*
      (?:hard|difficult|tricky|much\s+to\s+ask|asking\s+much)\b
    |\b(?:thought|slept|brooded|pondered)\s+(?:about|on|over)\s+(?:it|this|that)\s+overnight\b
    |\bno\s+(?:more|less)\s+than\s+an?\s+(?:assessment|estimate|estimation|simulation|question|suggestion|trial|forecast|opinion)\b
    |\bwithout\s+(?:further\s+)?(?:delay(?!\s+(?:above|over|of|below|under))|ado|hurry)\b""",
    re.IGNORECASE | re.VERBOSE,
)


_BY_THE_WAY: Final = re.compile(r"\bby\s+the\s+way\b", re.IGNORECASE)
_QUARTER: Final = re.compile(
    r"\bQ(?P<number>[1-4])(?=\s+(?:savings?|goals?|targets?|plans?|reviews?|reports?|budgets?|programmes?|results?|figures)\b)"
    r"|\b(?:goal|target|plan|review|report|budget|programme)\s+Q(?P<last>[1-4])(?=\s*[,:;])",
    re.IGNORECASE,
)
_ORDINALS: Final = re.compile(r"\bfirst\b.*\bsecond\b.*(?P<third>\bthird)(?=(?:ly)?\s*[,:])", re.IGNORECASE | re.DOTALL)


def numbers_beside(text: str, meant: Sequence[Span]) -> Iterator[Span]:
    """Yield numbers of things or labels in clauses that hold nothing of the request. meant: where its words stand."""
    for match in _THINGS.finditer(text):
        group = next(name for name in ("counted", "label", "called") if match[name])
        first, last = clause_at(text, *match.span(group))
        if not _OURS.search(_BY_THE_WAY.sub(" ", text[first:last])) and not _overlaps(meant, first, last):
            yield match.span(group)
    for match in _QUARTER.finditer(text):
        yield match.span("number" if match["number"] else "last")
    if (ordinals := _ORDINALS.search(text)) and not _overlaps(meant, *ordinals.span("third")):
        yield ordinals.span("third")
    for start, end in _clauses_of_times(text):
        counted = _TIMES.match(text[start:end])
        if counted and not _overlaps(meant, start, end):
            yield start + counted.start("counted"), start + counted.end("counted")


def _clauses_of_times(text: str) -> Iterator[Span]:
    for match in re.finditer(r"\btimes\b", text, re.IGNORECASE):
        yield clause_at(text, *match.span())


def idle_negations(text: str) -> Iterator[Span]:
    """Yield negations that are figures of speech: "don't ask", "nobody lives there", "without further delay"."""
    yield from (match.span() for match in _NOT_OURS.finditer(text))


def _overlaps(spans: Sequence[Span], start: int, end: int) -> bool:
    return any(max(start, one[0]) < min(end, one[1]) for one in spans)
