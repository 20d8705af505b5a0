"""From the words of an amount to a number in a unit: "below four hundred milliseconds", "1 in 100", "two and a half dB".

Which comparison or direction the words mean is the reader's; code computes the number, in the unit that the KPI or attribute has,
and refuses a unit that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from agents.reading.amounting.converting import POINTS, in_unit
from agents.reading.amounting.numbers import TIMES, Number, numbers_of
from agents.reading.amounting.ranges import Bound, RangeError, Tolerance, one_of_two, tolerance_in
from agents.reading.amounting.unit_in_front import with_unit_behind
from agents.reading.amounting.unit_words import simplified, unit_of, with_article_as_one


class AmountError(Exception):
    """The words carry no number, or one in a unit that does not fit."""


def value_in(words: str, unit: str, *, bound: Bound | None = None, before: float | None = None) -> float:
    """Return the amount of the words in `unit`, a canonical unit of `policies.text.units`; raises AmountError.

    Of a number and its correction the last one counts ("10... no, make that 8 ms"), of a range ("between 2 and 9 %") the end that
    the bound is. A share may be said in percent, per mille, as a ratio ("2e-4") or as "2 in 100". before: the amount of the item
    before, to which "the same", "half that" and a number without a unit refer. bound: of one, "not 80 %" is the next.
    """
    plain = _plain(words)
    if tolerance := tolerance_in(plain):
        return _at_edge(tolerance, unit, bound)
    if not numbers_of(plain):
        plain = with_article_as_one(plain)
    if bound:
        plain = _NOT_BEYOND.sub("", plain)
    fitting = list(_values(plain, unit))
    if before is not None and (referred := _referred(plain, before, has_value=bool(fitting))) is not None:
        return _rounded(referred)
    if not fitting and bound and before is not None and (elided := _NOT.sub("", plain)) != plain:
        fitting = list(_values(elided, unit))  # "not above 75 % … not 80 %"
    if not fitting:
        raise AmountError(f"{words!r} is no amount in {unit or 'a number'}")
    if len(set(fitting)) == 1 or CORRECTING.search(plain):
        return _rounded(fitting[-1])
    try:
        value = one_of_two(plain, fitting, bound)
    except RangeError as error:
        raise AmountError(f"{words!r}: {error}") from error
    if value is None:
        raise AmountError(f"{words!r} is more than one amount")
    return _rounded(value)


def _plain(words: str) -> str:
    """Return words with every unit as a symbol behind its number."""
    return with_unit_behind(simplified(words))


def _at_edge(tolerance: Tolerance, unit: str, bound: Bound | None) -> float:
    """Return the end of "60 % ± 10 points" that the bound is; raises AmountError."""
    if not bound or not bound.is_corridor:
        raise AmountError("with a tolerance it has two ends")
    middle_unit, width_unit = unit_behind(tolerance.middle), unit_behind(tolerance.width)
    if middle_unit == width_unit == "%" and not POINTS.search(tolerance.width):
        raise AmountError("the tolerance can be percent of the value or percentage points")
    width = value_in(with_unit(tolerance.width, middle_unit), unit)
    middle = value_in(with_unit(tolerance.middle, width_unit), unit)
    return _rounded(middle - width if bound.lowest else middle + width)


CORRECTING: Final = re.compile(
    r"\b(?:no(?!\s+(?:more|less|fewer|higher|lower|greater|longer|shorter|worse|better|later)\b)"
    r"|make that|sorry|rather|actually|uh|er|i mean|wait|correction|instead|down from|up from|old|was|were)\b|→|->|>\s*\d",
    re.IGNORECASE,
)


def _rounded(value: Fraction | float) -> float:
    return float(f"{float(value):.10g}")


_SAME: Final = re.compile(r"\b(?:the same|as much|as many|likewise|ditto|dito|idem|id|same|like)\b", re.IGNORECASE)
_NOT: Final = re.compile(r"^\s*not\s+(?=\S+\s*\S+\s*$)", re.IGNORECASE)
# "not 20 ms or more" denies a comparison, not the number.
_NOT_BEYOND: Final = re.compile(
    r"\b(?:not|never)\s+(?=(?:a|at\s+)?[^\W_][^,;]{0,30}?\b(?:or|and)\s+(?:more|less|fewer|above|over|below|under|higher|lower|longer|up)\b)",
    re.IGNORECASE,
)
_UNKNOWN: Final = re.compile(
    r"\s?(?!(?:at|in|on|for|to|or|as|no|is|up|max|min|too)\b)[^\W\d_]{1,3}(?![^\W_])(?:/\w+)?", re.IGNORECASE
)
_THAT: Final = re.compile(r"\s*(?:of\s+)?(?:that|it|as much|as many|the amount)\b", re.IGNORECASE)


def _referred(words: str, before: float, *, has_value: bool) -> Fraction | float | None:
    """Return the amount that the words state by that of the item before."""
    numbers = numbers_of(words)
    if len(numbers) == 1 and (numbers[0].is_ratio or _is_multiple(words, numbers[0])):
        return before * float(numbers[0].value) if _THAT.match(words[numbers[0].end :]) else None
    if not numbers:
        return before if _SAME.search(words) else None
    bare = None if has_value else bare_number(words)
    return bare.value if bare else None


def _is_multiple(words: str, number: Number) -> bool:
    return words[number.start : number.end].casefold() in TIMES


def is_far(number: Fraction, other: Fraction) -> bool:
    """Whether a number without a unit is so far from the other one that it can be in another unit: "1.1 kW, then 900"."""
    return not other or not _FAR > abs(number / other) > Fraction(1, _FAR)


_FAR: Final = 10


def _values(words: str, unit: str) -> Iterator[Fraction]:
    numbers = _counting(words)
    if (_ADJACENT.search(_blanked(words, numbers)) and not (unit == "%" and _total(words, numbers))) or (
        unit == "%" and any(number.is_joined for number in numbers)
    ):
        raise AmountError(f"{words!r} can be more than one number")
    if len(numbers) > 1:  # "doubled to 4"
        numbers = [number for number in numbers if words[number.start : number.end].casefold() not in TIMES]
    is_total = False
    measured: tuple[Number, str] | None = None  # the last number with a unit, and what stands behind it
    if unit != "%" and _THOUSANDS.search(words):
        raise AmountError(f"{words!r} can be thousands or decimals")
    used, unused = set[Fraction | float](), list[Number]()
    for index, number in enumerate(numbers):
        if is_total:
            is_total = False
            continue
        after = _with_later_unit(words, numbers[index:])
        total = _total(words, numbers[index:]) if unit == "%" else Fraction(0)
        if total:
            is_total = True
            yield number.value / total * 100
        elif (value := in_unit(number, after, unit)) is not None:
            measured = (number, after)
            used.add(number.value)
            yield Fraction(value).limit_denominator(10**9)
        elif measured and not unit_of(after) and not number.is_ratio:
            yield _carried(number, *measured, unit)  # "320 ms, no, make that 256"
        else:
            unused.append(number)
    if used and any(number.value not in used for number in unused) and not CORRECTING.search(words):
        raise AmountError(f"{words!r} has a number that is not used")


def _counting(words: str) -> list[Number]:
    """Return the numbers that are neither denied nor stand for a noun; raises AmountError for digits that are not read."""
    numbers = [number for number in numbers_of(words) if not _is_denied(words[: number.start]) and not _is_pronoun(words, number)]
    if any(_POINT_BEFORE.search(words[: number.start]) for number in numbers):
        raise AmountError(f"{words!r} has a point and digits that are not understood")
    return numbers


def _carried(number: Number, other: Number, after: str, unit: str) -> Fraction:
    """Return a number without a unit in that of the other one, behind which stands `after`; raises AmountError."""
    value, scaled = in_unit(number, after, unit), in_unit(other, after, unit) != other.value
    if value is None or (scaled and is_far(number.value, other.value)):
        raise AmountError("a number can be in another unit than the one beside it")
    return Fraction(value).limit_denominator(10**9)


# "point null five" is not five.
_POINT_BEFORE: Final = re.compile(
    r"(?<!\bno )(?<!\bany )(?<!\bthis )(?<!\bthat )\bpoint\s+"
    r"(?:(?!(?:at|below|under|above|over|beyond|no|not|max|min|by|to|of|is|a)\b)[^\W\d_]+\s+)?$",
    re.IGNORECASE,
)
_THOUSANDS: Final = re.compile(r"(?<![\w.,])[1-9]\d{0,2}\.\d{3}(?![\w.])")
_IN: Final = r"(?:in|out of|from|per|over|of|on|each|every|for (?:every|each))(?:\s+(?:every|each))?"
_IN_FEW: Final = re.compile(r"\s*(?:\w+\s+|…\s+)?(?:in|out of|from|per)\b", re.IGNORECASE)  # of the others only "1 of 100"
_OUT_OF: Final = re.compile(rf"\s*(?:(?!per\s?cent\b|pct\b)\w+\s+|…\s+)?{_IN}\s*$", re.IGNORECASE)


def _total(words: str, numbers: list[Number]) -> Fraction:
    """Return the total of "1 in 100" or "2 users over 100", of which the first number is a part; 0 if there is none."""
    if len(numbers) < 2 or not _OUT_OF.match(words[numbers[0].end : numbers[1].start]):
        return Fraction(0)
    is_counted = unit_of(words[numbers[1].end :]).casefold() in (
        "",
        "ue",
        "ues",
        "user",
        "users",
        "devices",
        "connections",
        "handovers",
    )
    least = 2 if _IN_FEW.match(words[numbers[0].end : numbers[1].start]) else 10
    return numbers[1].value if numbers[1].value >= least and numbers[1].value > numbers[0].value and is_counted else Fraction(0)


_ADJACENT: Final = re.compile(r"#\s*(?:[x×*·]|of)?\s*#")


def _blanked(words: str, numbers: list[Number]) -> str:
    """Return the words with a sign for each number."""
    for number in reversed(numbers):
        words = f"{words[: number.start]}#{words[number.end :]}"
    return words


def bare_number(words: str) -> Number | None:
    """Return the only number of words, if it has no unit, not even one that is not known; None if there is no such number."""
    plain = _plain(words)
    numbers = [number for number in numbers_of(plain) if not _is_multiple(plain, number)]
    if len(numbers) != 1 or numbers[0].is_ratio or numbers[0].is_joined or _is_denied(plain[: numbers[0].start]):
        return None
    after = plain[numbers[0].end :]
    return None if unit_of(after) or _UNKNOWN.match(after) else numbers[0]


def with_unit(words: str, unit: str) -> str:
    """Return words with a bare number with a unit behind it."""
    plain, number = _plain(words), bare_number(words)
    return f"{plain[: number.end]} {unit}{plain[number.end :]}" if number else words


def unit_behind(words: str) -> str:
    """Return the spelling of the unit behind the last number, empty if there is none."""
    plain = _plain(words)
    numbers = numbers_of(plain)
    return unit_of(plain[numbers[-1].end :]) if numbers else ""


_DENYING: Final = re.compile(
    r"(?:\b(?:not|never|instead of|rather than|in place of|and no longer|no longer)"
    r"|\bnot (?:to|at|yet|the|(?:the )?(?:old|former|previous)))"
    r"(?:\s*,[^,\d]{3,60},|\s*\([^()\d]{3,60}\))?\s*$",
    re.IGNORECASE,
)
_BEFORE_PRONOUN: Final = re.compile(
    r"\b(?:the|this|that)\s+(?:(?:present|current|existing|actual|old|same|last|former|previous|latter)\s+)?$", re.IGNORECASE
)


def _is_denied(before: str) -> bool:
    """Whether the number that follows is one that does not count: "not 256", "instead of 256"."""
    return bool(_DENYING.search(before))


def _is_pronoun(words: str, number: Number) -> bool:
    """Whether "one" stands for a noun: "2 dB on the present one"."""
    is_one = words[number.start : number.end].casefold() == "one"
    return is_one and bool(_BEFORE_PRONOUN.search(words[: number.start])) and not unit_of(words[number.end :])


def _with_later_unit(words: str, numbers: list[Number]) -> str:
    """Return what stands behind the first number; if its unit stands once for two ("between 2 and 9 %"), from that unit on."""
    after = words[numbers[0].end :]
    if len(numbers) > 1 and not unit_of(after):
        between = words[numbers[0].end : numbers[1].start]
        if re.fullmatch(r"\s*(?:and|(?:down |up |on |back )?to|or|through|\.\.|-|–|until)\s*", between, re.IGNORECASE):
            return words[numbers[1].end :]
    if match := re.match(r"\s*,?\s*(?:and\s+)?not\s+[\d.]+\s*,?", after):
        return after[match.end() :]
    return after
