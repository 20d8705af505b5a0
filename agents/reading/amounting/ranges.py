"""Two numbers in the words of one amount: a change from one to the other, a range, or a middle with a tolerance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from agents.reading.amounting.numbers import numbers_of

_FROM_TO: Final = re.compile(r"\b(?:from|of)\b.*\bto\b", re.IGNORECASE)
_TO_FROM: Final = re.compile(r"\bto\b.*\bfrom\b", re.IGNORECASE)
# "from 480 ms on 256 ms is to reduce": without the verb, "on" can be where a range begins.
_FROM_ON: Final = re.compile(r"\b(?:from|of)\b.*\bon\b", re.IGNORECASE)
_CHANGING: Final = re.compile(
    r"\b(?:reduc|lower|decreas|increas|rais|chang|mov|shift|set|bring|cut|drop|shorten|lengthen|extend)\w*", re.IGNORECASE
)
# Verbs of what becomes of something, by its direction; "bring" and the like have none of their own.
_RAISING: Final = re.compile(
    r"\b(?:increas|rais|ris(?:e|es|ing)\b|lift|boost|grow|climb|go(?:es)? up|push up|bump|up\s+from|step up|scale up)\w*",
    re.IGNORECASE,
)
_LOWERING: Final = re.compile(
    r"\b(?:reduc|lower(?!\s+(?:than|bound|limit))|decreas|cut|drop|fall|shorten|shrink|trim|halv|down\s+from|bring down"
    r"|take down)\w*",
    re.IGNORECASE,
)
_MOVING: Final = re.compile(r"\b(?:improv|bring|get|take|push|pull|move|chang|shift)\w*", re.IGNORECASE)
_LIMIT: Final = re.compile(r"\b(?:limit|cap|ceiling|floor|threshold|bound|maximum|minimum|target)\b", re.IGNORECASE)
_PERMITTING: Final = re.compile(
    r"\b(?:may|can|might|allow\w*|permit\w*|tolerat\w*|accept\w*)\b(?!\s+(?:not|you|we|i)\b)", re.IGNORECASE
)
_CORRIDOR: Final = re.compile(
    r"\bbetween\b.*\band\b|\bin\s+the\s+(?:range|band|corridor)\b|\d\s*(?:%|‰)?\s*\.\.+\s*\d|\[.*\d.*[,;].*\d.*\]",
    re.IGNORECASE,
)
# A range and nothing else: "60-80 %", "150 to 320".
_BARE_RANGE: Final = re.compile(
    r"\W*\d[\d.,]*\s*(?:%|‰|[^\W\d]+(?:/s)?)?\s*(?:-|–|to|through|till)\s*\d[\d.,]*\s*(?:%|‰|[^\W\d]+(?:/s)?|per\s?cent)?\W*",
    re.IGNORECASE,
)
_FROM_UP: Final = re.compile(r"\bfrom\b.*\b(?:to|until|through)\b", re.IGNORECASE)
_OUTSIDE: Final = re.compile(r"\bnot\s+(?:be\s+)?between\b|\boutside\s+of\b", re.IGNORECASE)
_RANGE_OF: Final = re.compile(r"\b(?:range|band|corridor)\s+of\b", re.IGNORECASE)
_ONE_SIDED: Final = re.compile(
    r"\b(?:not|never|no|nor|n['’]?t|outside|avoid\w*|max\w*|min\w*|most|least|below|under|above|over|beyond|exceed\w*"
    r"|(?:less|more|fewer|higher|lower|better|worse|of)\b)|[<>≤≥]",
    re.IGNORECASE,
)
_SPANNED: Final = re.compile(r"\b(?:between|range)\b|\d\s*(?:%|‰)?\s*(?:\.\.|-|–|to)\s*\d|\[.*,.*\]", re.IGNORECASE)
_RANGE: Final = re.compile(rf"\bfrom\b|{_SPANNED.pattern}", re.IGNORECASE)
_TOLERANCE: Final = re.compile(
    r"\s*,?\s*(?:±|\+\s?/\s?[-−–]|\b(?:give\s+or\s+take|plus\s+or\s+minus|plus\s?/\s?minus)\b)\s*", re.IGNORECASE
)
_APPROXIMATE: Final = re.compile(
    r"\W*(?:(?:at|to|be|is|of)\s+)?(?:(?:around|about|roughly|approximately|approx\.?|circa|ca\.?|some(?:thing\s+like)?)\s|~)"
    r"[^<>≤≥]*$",
    re.IGNORECASE,
)
_COMPARED: Final = re.compile(
    r"\b(?:or|at|more|less|most|least|max\w*|min\w*|below|under|above|over|beyond|tops|up|than|within|exceed\w*|higher|lower)\b",
    re.IGNORECASE,
)


class RangeError(Exception):
    """Two numbers of which it is not certain how they belong together."""


@dataclass(frozen=True)
class Bound:
    """What an amount is the bound of. lowest: the lower end counts. is_corridor: the other end is a bound, too."""

    lowest: bool = False
    is_corridor: bool = False


@dataclass(frozen=True)
class Tolerance:
    """The words of a middle and of what it may be missed by."""

    middle: str
    width: str


def one_of_two(words: str, values: Sequence[Fraction], bound: Bound | None) -> Fraction | None:
    """Return which of several values the words mean, None if they say nothing of it; raises RangeError.

    bound: None for what is to be set, which has one value.
    """
    if len(set(values)) > 2:
        return None  # "from 2 dB to 3-4 dB"
    if bound and bound.is_corridor:
        return _end(values, bound)
    if _OUTSIDE.search(words):
        raise RangeError("it is not between two amounts, so it can be on either side")
    if _TO_FROM.search(words) and not _FROM_TO.search(words):
        values = values[::-1]  # "to 256 ms from 480"
    if _is_change(words) and (bound is None or bound.lowest or changing_verb(words) or values[-1] < values[0]):
        if bound and not _is_change_to(words, values, bound):
            raise RangeError("it can be a range or a change")
        return values[-1]  # "from 20 ms to 10 ms"
    if _FROM_ON.search(words) and not _is_change(words):
        raise RangeError("it can be a range or a change, more than one amount")
    if bound is None and _SPANNED.search(words):
        raise RangeError("it is a range, more than one amount, and what is to be set has one value")
    return _end(values, bound) if bound and _RANGE.search(words) else None


def _is_change(words: str) -> bool:
    return bool(_FROM_TO.search(words) or _TO_FROM.search(words) or (_FROM_ON.search(words) and _CHANGING.search(words)))


def is_corridor(words: str, *, may_rise: bool, may_be_bare: bool = False) -> bool:
    """Whether words state both ends of a corridor and nothing of only one of them.

    may_rise: what is measured is better when it is higher, so "from 20 to 30" can be a rise that is asked for. may_be_bare: it is
    neither better when it is higher nor when it is lower, so a mere "60-80 %" is a corridor.
    """
    is_change = may_rise or changing_verb(words) or not _is_ascending(words)
    is_bare = may_be_bare and bool(_BARE_RANGE.fullmatch(words)) and _is_ascending(words)
    is_range = is_bare or _CORRIDOR.search(words) or (_FROM_UP.search(words) and not is_change)
    return bool(is_range) and not _ONE_SIDED.search(_RANGE_OF.sub("range", words))


def _is_ascending(words: str) -> bool:
    numbers = [number.value for number in numbers_of(words)]
    return len(numbers) == 2 and numbers[0] < numbers[1]


def is_from_to(words: str) -> bool:
    """Whether words lead from one amount to another, of which only a verb tells whether it is a change or a range."""
    return bool(_FROM_TO.search(words) or _TO_FROM.search(words)) and not changing_verb(words)


def changing_verb(words: str) -> str:
    """Return the last verb of change in the words, empty if there is none."""
    found = [match for verb in (_RAISING, _LOWERING, _MOVING) for match in verb.finditer(words)]
    return max(found, key=lambda match: match.start())[0] if found else ""


def _turn(words: str) -> int:
    """Return +1 if a verb says that something is to become more, -1 if less, 0 if none or several say so."""
    return bool(_RAISING.search(words)) - bool(_LOWERING.search(words))


def _is_change_to(words: str, values: Sequence[Fraction], bound: Bound) -> bool:
    """Whether words certainly mean that a bound is to become the last of the values, on the side of which it is."""
    if _LIMIT.search(words) and changing_verb(words):
        return True  # "lower the floor from 8 to 6 Mbit/s"
    is_rise = values[-1] > values[0]
    turn = _turn(words) or (1 if is_rise else -1) * bool(_MOVING.search(words))
    if not turn:
        return not is_rise  # "from 20 ms to 10 ms" is no range
    side = 1 if bound.lowest else -1
    return turn == (1 if is_rise else -1) == (-side if _PERMITTING.search(words) else side)


def _end(values: Sequence[Fraction], bound: Bound) -> Fraction:
    return (min if bound.lowest else max)(values)


def tolerance_in(words: str) -> Tolerance | None:
    """Return the parts of "60 % ± 10 points", None for other words."""
    match = _TOLERANCE.search(words)
    return Tolerance(words[: match.start()], words[match.end() :]) if match else None


def is_approximate(words: str) -> bool:
    """Whether an amount is only near to what is meant: "around 70 %" is neither at most nor at least."""
    return bool(_APPROXIMATE.match(words)) and not _COMPARED.search(words)
