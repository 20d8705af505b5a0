"""Words of time and condition that a reader dropped: beside a request they are asked about, even if held to mean nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from agents.readers.accounts.accounted_words import SUPPOSITION, AccountedWords
from agents.readers.accounts.clauses import clause_at, is_telling, sentence_at
from agents.reading.site_card import NamedEvent, SiteCard
from agents.reading.timing.plain_time import event_words
from agents.reading.timing.time_words import AFTER, BEFORE, FROM, KNOWN, NO_EVENT, PLAIN
from policies.text.number_words import NUMBER_WORDS

Span = tuple[int, int]

_HOUR: Final = rf"(?:{'|'.join(word for word, number in NUMBER_WORDS.items() if 1 <= number <= 12)})"
_HALF: Final = r"(?:[ap][.\s]?m\b|[ap]\b)"
_CLOCK: Final = (
    rf"(?:\d{{1,2}}[:.h]\d\d\b|\d{{1,2}}\s?(?:{_HALF}|o['’]?clock)|{_HOUR}\s+o['’]?clock|(?:half|quarter)\s+(?:past|to)\s+\w+"
    r"|noon\b|midnight\b|midday\b)"
)
_TO: Final = r"(?:-|–|to|till?|until|thru|through|and|bis)"
_OFFICIAL: Final = r"(?:[01]\d|2[0-4])[0-5]\d(?:\s?z|\s+h(?:rs|ours)?)?\b"
_UNIT: Final = r"(?:hours?|days?|minutes?|mins?|hrs?|h)\b"
_COUNT: Final = rf"(?:\d+(?:[.,]\d+)?|{_HOUR}|an?|half|couple|few|fifteen|twenty|thirty|forty|fifty|sixty|ninety)"
_TIME: Final = re.compile(
    rf"""\b(?:during|durante|während|tijdens|pendant|tonight|tonite|2nite|tngt|tnght|overnight|overnite|tomorrow|tmrw|tmr)\b(?!['’]s)
    |\b(?:until|till?|'til|hasta)\b(?!\s+(?:further|now\b|then\b|notice|(?:I|we|you|he|she|they|it|somebody|someone)\b))
    |\b(?:from|between)\s+(?:{_CLOCK}|{_HOUR}(?:\s+{_HALF})?)\s*(?:{_TO})\s
    |\b(?:before|after|once|until|when|while|as\s+soon\s+as)\s+(?:the|this|our|that)\s+(?:[\w'’-]+\s+){{1,4}}?
    (?:starts?|begins?|ends?|lasts?|opens?|closes?|finish\w*|(?:is|are)\s+over|ha(?:s|ve)\s+(?:passed|ended|begun|started|gone))\b
    |\b(?:before|after|starting)\s+{_CLOCK}
    |\b\d{{1,2}}[:.]\d\d\s?z?\s*{_TO}\s*\d{{1,2}}[:.]\d\d
    |(?<![\w.-])(?!20[23]\d-){_OFFICIAL}\s*{_TO}\s*{_OFFICIAL}
    |\b\d{{1,2}}\s?{_HALF}?\s*{_TO}\s*\d{{1,2}}\s?{_HALF}
    |\b(?:on|this|next|coming)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?!['’]s)
    |\b(?:for\s+(?:the\s+)?(?:(?:next|coming|following)\s+)?|next\s+){_COUNT}(?:\s+(?:{_COUNT}|and|a|half|quarters?|of))*\s+{_UNIT}|\bnext\s+hour\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CONDITION: Final = re.compile(
    r"\b(?:unless|provided(?=\s+(?:that|the|no|it|there))|(?:as|so)\s+long\s+as(?!\s+you['’]re)|only\s+if|on\s+condition)\b"
    r"(?!\s+I\s+am)",
    re.IGNORECASE,
)
# "if the load is over 85 %": of a goal it can be a polite form ("grateful if it were under 2 %"), of an edit it is its condition.
_COMPARED: Final = re.compile(
    rf"""(?<!even\s)(?:\b(?:if|when|whenever|once|except\s+(?:if|when|where))|(?:^|(?<=[.:;,\n]\s))should)\b(?=[^.,;:\n?]{{0,60}}?
    (?:\b(?:above|over|below|under|exceed\w*|past|tops|(?:more|less|fewer|worse|better|higher|lower)\s+than)\b|[<>≤≥])
    [^.,;:\n?]{{0,12}}?(?:\d|\b(?:{"|".join(NUMBER_WORDS)})\b))""",
    re.IGNORECASE | re.VERBOSE,
)
# Verbs put first and moments that are still to come make what follows a condition, whatever it is about: "Should the race be
# called off, …", "once the divers are out", "before the owner has agreed".
_POLITE: Final = (
    r"(?:you|I|we|he|she|it\s+(?:please|suit|be\s+possible|not\s+be\s+too)|time\s+(?:allow|permit)|there\s+be\s+(?:any\s+)?questions?"
    r"|(?:the\s+)?(?:choice|decision)|any\s+questions?|it\s+up\s+to)"
)
_ARTICLE: Final = (
    r"(?:the|an?|any|anyone|anybody|no\s+one|nobody|someone|somebody|more|less|fewer|it|they|that|this|these|those|there"
    r"|our|my|his|her|their)"
)
_VERB_FIRST: Final = re.compile(
    rf"""(?:(?:^|(?<=[.;\n]\s)|(?<=[.;\n]))should\s+(?!{_POLITE}\b)(?!(?:be|have|get|stay|remain|not|never|always|also|read|carry|see)\b)
        (?=[^.,;:?\n]{{3,80}}[,:])
    |(?<=,\s)should\s+{_ARTICLE}\s(?!{_POLITE}\b)(?=[^.,;:?\n]{{3,80}}(?:[.,;:\n]|$))
    |(?:^|(?<=[.;\n]\s)|(?<=,\s))were\s+(?!{_POLITE}\b){_ARTICLE}\s(?!{_POLITE}\b)(?=[^.,;:?\n]{{3,80}}(?:[.,;:\n]|$)))
    (?![^;\n]*(?:\?|\b(?:what|how|which|where|would)\b))  # who asks what would come of it supposes""",
    re.IGNORECASE | re.VERBOSE,
)
_STILL_TO_COME: Final = re.compile(
    rf"""(?<!at\s)(?<!this\s)(?<!for\s)(?<!all\s)(?<!never\s)(?<!than\s)(?<!just\s)(?<!not\s)\bonce\s+(?!I\b)[^.,;:?\n]{{2,50}}?\b(?:is|are|has|have|gets?|goes)\b
    |\b(?:before|after|unless|until|as\s+soon\s+as|whenever)\s+(?!{_CLOCK})(?:{_ARTICLE}\s)?(?!(?:I|we|you)\b)[^.,;:?\n]{{2,50}}?
        \b(?:(?:is|are)\s+(?:out|in|off|on|over|away|gone|back|done|ready|there|here|clear|finished|through|safe|home|empty|up|down)
        |ha(?:s|ve)\s+(?:\w+ly\s+)?(?:(?:been\s+)?\w+(?:ed|en)|given|gone|left|begun|come|cleared|met|sent|said|told)
        |agrees?|approves?|confirms?|consents?|signs?\s+off|says?\s+(?:so|yes)|gives?\s+(?:the|its|their|his|her))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# "If it rains and the square empties, …": what does not speak to the reader or of politeness is what may happen.
_NO_CASE: Final = (
    r"(?:I|you|u|ya|we|one|any(?:one|body|thing|\s+of)|some(?:one|body)|nobody|no\s+one|possible|so|not|need(?:ed)?|necessary|only|ever"
    r"|(?:it|that|this)(?:\s+(?:is|be|were|was)|['’]?s)\s+(?:not\s+|n['’]t\s+|at\s+all\s+|really\s+|indeed\s+)*(?:too|possible|all|the\s+same|eas\w+"
    r"|ok\w*|fine|alright|of|convenient|between|up|helpful|necessary|needed|within|in\s+your|a\s+choice|allowed|feasible|doable|about)"
    r"|(?:it|that|this)\s+(?:please\w*|suits?|helps?|works?|comes\s+to|lies|must|matters|makes?|does|can|may|would|all))"
)
_HAPPENING: Final = re.compile(
    rf"""(?:^|(?<=[.;:!\n]\s)|(?<=[;\n]))(?:(?:and|but|so|also)\s+)?if\s+(?!{_NO_CASE}\b)
        (?![^,.;:?\n]{{0,80}}\b(?:were|could|would|might|may|can|should|was|had|did)\b)(?=[^.;:?\n]{{3,100}},\s)
    |\bif\s+it\s+(?:(?:is|starts?|begins?)\s+(?:to\s+)?)?(?:rain|snow|storm|freez|hail|thaw|pour|drizzl|flood)(?:s|es|ing|e)?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_AROUND: Final = (
    r"before|after|while|whilst|when|once|(?:as|so)\s+long\s+as|as\s+soon\s+as|following|outside|until|till?|throughout|from|by|for|over"
    r"|(?:minutes|mins?|hours?|half|end|start|rest|duration|part)\s+of"
)
_MISSPELLED: Final = ("during", "tonight", "overnight", "tomorrow")
_WORD: Final = re.compile(r"\b(?:d\w{4,6}|t\w{5,8}|o\w{7,9}|unitl|utnil|untli|untill)\b", re.IGNORECASE)
# "not even for a minute", "not tomorrow, not ever": a restriction that has no end has no window.
_EVER: Final = re.compile(r"\b(?:not|nor|neither|never)\s+(?:even\s+)?$", re.IGNORECASE)
_TIMELY: Final = KNOWN | PLAIN | FROM | BEFORE | AFTER
_FOR: Final = re.compile(r"(?:for|over|from|by)\b", re.IGNORECASE)
_PONDERED: Final = re.compile(r"\b(?:thought|slept|brooded|pondered)\s+(?:about|on|over)\s+(?:it|this|that)\s+$", re.IGNORECASE)
_FEW: Final = 1  # words before a time with which a clause begins: "valid until noon"
# Who tells of what was: "we agreed on Friday", "K50s slept for 41 hours".
_PAST: Final = re.compile(
    r"\b(?:was|were|had|did|came|stood|happened|said|wrote|demanded|saw|argue)\b"
    r"|(?<!be\s)(?<!is\s)(?<!are\s)\b(?:lost|slept|agreed|asked|told|blocked|left|sent|attached)\b",
    re.IGNORECASE,
)


def dropped_times(text: str, accounted: Sequence[AccountedWords], card: SiteCard) -> Iterator[Span]:
    """Yield words of time and condition that stand beside a request and in neither its window nor another of its slots."""
    slots = {one.slot for one in accounted}
    conditions = (_CONDITION, _COMPARED) if any(" of edit " in slot or " of forbid " in slot for slot in slots) else (_CONDITION,)
    found = [match.span() for pattern in conditions for match in pattern.finditer(text)]
    found += [span for span in _times(text, card) if _is_dropped(text, span, accounted)]
    if not slots & {"condition", SUPPOSITION}:
        patterns = (_VERB_FIRST,) if "window" in slots else (_VERB_FIRST, _STILL_TO_COME)
        some = [match.span() for pattern in patterns for match in pattern.finditer(text)]
        found += [span for span in some if _is_of_request(text, *span, accounted)]
    if not slots & {"condition", SUPPOSITION}:
        found += [match.span() for match in _HAPPENING.finditer(text) if _is_before_request(text, *match.span(), accounted)]
    for start, end in found:
        if not any((one.is_meant or one.slot == SUPPOSITION) and one.overlaps(start, end) for one in accounted):
            yield start, end


def _is_before_request(text: str, start: int, end: int, accounted: Sequence[AccountedWords]) -> bool:
    """Whether places or amounts of the request stand in the sentence of these words: not in "if it fails, call me"."""
    first, last = sentence_at(text, start, end)
    return any(one.slot.startswith(("place", "amount")) and one.overlaps(first, last) for one in accounted)


def _is_dropped(text: str, span: Span, accounted: Sequence[AccountedWords]) -> bool:
    """Whether words of time are neither denied nor said again."""
    if _EVER.search(text[: span[0]]) or _PONDERED.search(text[: span[0]]):
        return False
    is_again = any(one.overlaps(*span) for one in accounted) or _FOR.match(text, span[0])
    return not (is_again and any(one.slot == "window" for one in accounted)) and _is_of_request(text, *span, accounted)


def _times(text: str, card: SiteCard) -> Iterator[Span]:
    for pattern in (_TIME, _around_event(card.events)):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _WORD.finditer(text):
        word = match[0].casefold()
        if word not in _MISSPELLED and (word.startswith("u") or any(_is_misspelled(word, right) for right in _MISSPELLED)):
            yield match.span()


def _is_misspelled(word: str, right: str) -> bool:
    return word[0] == right[0] and OSA.distance(word, right, score_cutoff=1) <= 1


@lru_cache(maxsize=64)
def _around_event(events: tuple[NamedEvent, ...]) -> re.Pattern[str]:
    """Return the pattern of a time around one of the calendar's events: "before the harvest", "while the race is on"."""
    words = {word for event in events for word in event_words(event) if word not in NO_EVENT and len(word) > 3}
    words |= {"kick-off", "kickoff"} if events else set()
    named = "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"
    return re.compile(
        rf"\b(?:{_AROUND})\s+(?:(?:the|this|a|our|that|whole|\w+['’]s)\s+)*(?:\w+\s+)?(?:{named})s?\b(?!['’])(?!\s+(?:crowd|people|team))",
        re.IGNORECASE,
    )


def _is_of_request(text: str, start: int, end: int, accounted: Sequence[AccountedWords]) -> bool:
    """Whether the clause is about the request: something of the request stands in it, or it begins with the time."""
    first, last = clause_at(text, start, end)
    before, behind = text[first:start], text[end:last]
    if _PAST.search(f"{before} {behind}"):
        return False
    if any(not one.is_idle and one.overlaps(first, last) for one in accounted):
        return True
    others = [word for word in re.findall(r"[\w'’-]+", before.casefold()) if word not in _TIMELY]
    return not is_telling(before) and len(others) <= _FEW
