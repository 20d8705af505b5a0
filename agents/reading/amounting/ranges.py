"""Two numbers in the words of one amount: a change from one to the other, a range, or a middle with a tolerance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

_FROM_TO: Final = re.compile(r"\b(?:from|of)\b.*\bto\b", re.IGNORECASE)
_TO_FROM: Final = re.compile(r"\bto\b.*\bfrom\b", re.IGNORECASE)
# "from 480 ms on 256 ms is to reduce": without the verb, "on" can be where a range begins.
_FROM_ON: Final = re.compile(r"\b(?:from|of)\b.*\bon\b", re.IGNORECASE)
_CHANGING: Final = re.compile(
    r"\b(?:reduc|lower|decreas|increas|rais|chang|mov|shift|set|bring|cut|drop|shorten|lengthen|extend)\w*", re.IGNORECASE
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
    if _TO_FROM.search(words) and not _FROM_TO.search(words):
        values = values[::-1]  # "to 256 ms from 480"
    if _is_change(words) and (bound is None or bound.lowest or values[-1] < values[0]):
        if bound and bound.lowest and values[-1] > values[0]:
            raise RangeError("it can be a range or a change")
        return values[-1]  # "from 20 ms to 10 ms"
    if _FROM_ON.search(words) and not _is_change(words):
        raise RangeError("it can be a range or a change, more than one amount")
    if bound is None and _SPANNED.search(words):
        raise RangeError("it is a range, more than one amount, and what is to be set has one value")
    return _end(values, bound) if bound and _RANGE.search(words) else None


def _is_change(words: str) -> bool:
    return bool(_FROM_TO.search(words) or _TO_FROM.search(words) or (_FROM_ON.search(words) and _CHANGING.search(words)))


def _end(values: Sequence[Fraction], bound: Bound) -> Fraction:
    return (min if bound.lowest else max)(values)


def tolerance_in(words: str) -> Tolerance | None:
    """Return the parts of "60 % ± 10 points", None for other words."""
    match = _TOLERANCE.search(words)
    return Tolerance(words[: match.start()], words[match.end() :]) if match else None


def is_approximate(words: str) -> bool:
    """Whether an amount is only near to what is meant: "around 70 %" is neither at most nor at least."""
    return bool(_APPROXIMATE.match(words)) and not _COMPARED.search(words)
