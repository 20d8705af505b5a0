"""The comparison that the words of a bound state outright: "no more than 5 %" is at most, "under 5 %" is below."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.amounting.numbers import numbers_of
from agents.reading.amounting.swapped_letters import unscrambled
from agents.reading.marked import Comparison

_NOT: Final = r"(?:\b(?:no|not|never|n['’]?t|cannot|nor)\b(?:\s+(?:be|to|go|get|rise|climb|fall|drop|stay|exceed|any))*\s+)"
_DENYING: Final[tuple[tuple[re.Pattern[str], Comparison], ...]] = (
    (
        re.compile(rf"{_NOT}(?:more|higher|greater|larger|longer|above|over|beyond|past|north\s+of|exceed\w*)\b", re.IGNORECASE),
        "<=",
    ),
    (re.compile(rf"{_NOT}(?:less|lower|fewer|smaller|shorter|below|under|beneath|south\s+of)\b", re.IGNORECASE), ">="),
)
_PHRASES: Final[tuple[tuple[str, Comparison], ...]] = (
    (
        r"\b(?:or|and)\s+(?:below|under|beneath|less|lower|fewer)\b|\bat\s+(?:the\s+)?(?:very\s+)?most\b|<\s*=|(?<![a-z])=\s*<|≤",
        "<=",
    ),
    (
        r"\b(?:or|and)\s+(?:above|over|more|higher|up|beyond)\b|\bat\s+(?:the\s+)?(?:very\s+)?least\b|>\s*=|(?<![a-z])=\s*>|≥",
        ">=",
    ),
    *((pattern.pattern, comparison) for pattern, comparison in _DENYING),
    (
        r"\b(?:below|under|beneath|south\s+of|less\s+than|fewer\s+than|lower\s+than|shorter\s+than|smaller\s+than)\b|<(?!\s*=)",
        "<",
    ),
    (
        r"\b(?:above|over|north\s+of|in\s+excess\s+of|more\s+than|greater\s+than|higher\s+than|longer\s+than|larger\s+than|beyond)\b|>(?!\s*=)",
        ">",
    ),
)
_STATED: Final = tuple((re.compile(pattern, re.IGNORECASE), comparison) for pattern, comparison in _PHRASES)


# Words that no negation elsewhere in the text turns round: whoever reads them, they are the side of the bound.
_FIRM_WORDS: Final[tuple[tuple[str, Comparison], ...]] = (
    (
        r"\bat\s+(?:the\s+)?(?:very\s+)?most\b|\batmost\b|\bat\s+the\s+(?:utmost|outside)\b|\bmax(?:imum|imal|imally)?\b|\bcap(?:ped)?\b"
        r"|\bceiling\b|\blid\b|\btops\b(?!\s+up)|\bupper\s+(?:limit|bound)\b|\b(?:no|not)\s+(?:more|higher|greater|longer|larger)\s+than\b"
        r"|\bup\s+to\b|\bwithin\b|<\s*=|(?<![a-z])=\s*<|≤",
        "<=",
    ),
    (
        r"\bat\s+(?:the\s+)?(?:very\s+)?least\b|\batleast\b|\bmin(?:imum|imal|imally)?\b(?!\s*\d*\s*min)|\bfloor\b|\blower\s+(?:limit|bound)\b"
        r"|\b(?:no|not)\s+(?:less|lower|fewer|smaller|shorter)\s+than\b|>\s*=|(?<![a-z])=\s*>|≥",
        ">=",
    ),
)
_FIRM: Final = tuple((re.compile(pattern, re.IGNORECASE), comparison) for pattern, comparison in _FIRM_WORDS)
# "75 % ≥ load": the number stands on the left, so the sign is that of the number; seen from what is measured it turns around.
_SIGN_BEHIND: Final = re.compile(r"(?<=[^\s<>≤≥=-])\s*(?P<sign>[<>]\s*=|=\s*[<>]|[<>≤≥])\s*$")
_MIRRORED: Final = str.maketrans("<>≤≥", "><≥≤")
_DENIED: Final = re.compile(r"\b(?:not?|never|nor|neither|none|nobody|cannot)\b|n['’]t\b|\bdont\b", re.IGNORECASE)


def sign_behind(amount: str) -> re.Match[str] | None:
    """Return the comparison sign that stands behind the only number of an amount and ends it, None if there is none."""
    match = _SIGN_BEHIND.search(amount)
    return match if match and len(numbers_of(amount)) == 1 and numbers_of(amount)[0].end <= match.start("sign") else None


def with_sign_in_front(amount: str) -> str:
    """Return an amount that ends with a comparison sign with that sign before it, turned around: "75 % ≥" as "≤ 75 %"."""
    match = sign_behind(amount)
    return f"{match['sign'].translate(_MIRRORED)} {amount[: match.start()]}" if match else amount


def is_sign_against(comparison: Comparison, amount: str) -> bool:
    """Whether a sign behind the number of an amount says another direction than is heard: "75 % ≥" as ">="."""
    stated = _stated(amount) if sign_behind(amount) else None
    return stated is not None and comparison not in ("min", "max") and stated[0] != comparison[0]


def firm(amount: str) -> Comparison | None:
    """Return the comparison of words that mean it whatever stands around them ("at least 25"), None if they state none such.

    Words with another comparison or a negation beside state none: "at most five in a hundred may get less than 3 Mbit/s".
    """
    rest, found = unscrambled(with_sign_in_front(amount)), set[Comparison]()
    for pattern, comparison in (*_FIRM, *_DENYING):
        if pattern.search(rest):
            found.add(comparison)
            rest = pattern.sub(" ", rest)
    is_turned = len(found) != 1 or _DENIED.search(rest) or _stated(rest) is not None
    return None if is_turned else found.pop()


_BARE: Final = re.compile(
    r"\W*(?:(?:a\s+)?(?:budget|target)\s+(?:of\s+)?)?\d[\d.,]*(?:e-?\d+)?\s*(?:%|‰|[^\W\d]+(?:/\w+)?)?\W*", re.IGNORECASE
)
_WITH_EQUAL: Final[dict[Comparison, Comparison]] = {">": ">=", ">=": ">=", "<": "<=", "<=": "<="}
_OPPOSITE: Final[dict[Comparison, Comparison]] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def refined(comparison: Comparison, amount: str) -> Comparison:
    """Return the comparison with the strictness that the words of the amount state, if they state one.

    Words of the other direction are what must not be: "nobody below 2 Mbit/s" is at least 2, "must not reach 400 ms or more" is
    below 400.
    """
    if comparison in ("min", "max"):
        return comparison
    stated = _stated(amount)
    if stated is None:
        return comparison
    return stated if stated[0] == comparison[0] else _OPPOSITE[stated]


def with_equal(comparison: Comparison, amount: str, words: str) -> Comparison:
    """Return the comparison of a number alone ("load 80 %", "budget 12 kW"), which may be reached; words: beside it."""
    is_alone = _BARE.fullmatch(amount) and _stated(words) is None
    return _WITH_EQUAL.get(comparison, comparison) if is_alone else comparison


def _stated(amount: str) -> Comparison | None:
    """Return the comparison of the words, None if they state none or several."""
    found: set[Comparison] = set()
    rest = unscrambled(with_sign_in_front(amount))
    for pattern, comparison in _STATED:
        if pattern.search(rest):
            found.add(comparison)
            rest = pattern.sub(" ", rest)
    return found.pop() if len(found) == 1 else None


def is_turned(comparison: Comparison, amount: str) -> bool:
    """Whether the words of an amount state the other direction, which is what must not be: "don't let them drop below 4"."""
    stated = _stated(amount)
    return stated is not None and comparison not in ("min", "max") and stated[0] != comparison[0]
