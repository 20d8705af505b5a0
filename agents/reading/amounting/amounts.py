"""From the words of an amount to a number in a unit: "below four hundred milliseconds", "1 in 100", "two and a half dB".

Which comparison or direction the words mean is the reader's; code computes the number, in the unit that the KPI or attribute has,
and refuses a unit that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import log10
from typing import Final

from agents.reading.amounting.numbers import TIMES, Number, numbers_of
from agents.reading.amounting.unit_words import simplified, unit_of, with_article_as_one
from policies.text.units import quantity, unit_dimension


class AmountError(Exception):
    """The words carry no number, or one in a unit that does not fit."""


def value_in(words: str, unit: str, *, lowest: bool = False, bound: bool = True, before: float | None = None) -> float:
    """Return the amount of the words in `unit`, a canonical unit of `policies.text.units`; raises AmountError.

    Of a number and its correction the last one counts ("10... no, make that 8 ms"), of a range ("between 2 and 9 %") the
    lowest or the highest. A share may be said in percent, per mille, as a ratio ("2e-4") or as "2 in 100". before: the amount of
    the item before, to which "the same", "half that" and a number without a unit refer; bound: of one, "not 80 %" is the next,
    and a range is an amount.
    """
    plain = simplified(words)
    if not numbers_of(plain):
        plain = with_article_as_one(plain)
    fitting = list(_values(plain, unit))
    if before is not None and (referred := _referred(plain, before, has_value=bool(fitting))) is not None:
        return _rounded(referred)
    if not fitting and bound and before is not None and (elided := _NOT.sub("", plain)) != plain:
        fitting = list(_values(elided, unit))  # "not above 75 % … not 80 %"
    if not fitting:
        raise AmountError(f"{words!r} is no amount in {unit or 'a number'}")
    if len(set(fitting)) == 1 or CORRECTING.search(plain):
        return _rounded(fitting[-1])
    if not bound and (_FROM_TO.search(plain) or _TO_FROM.search(plain)):
        return _rounded(fitting[-1 if _FROM_TO.search(plain) else 0])  # "from 2 dB to 3 dB"
    if _FROM_TO.search(plain) and (lowest or fitting[-1] < fitting[0]):
        if fitting[-1] > fitting[0]:
            raise AmountError(f"{words!r} can be a range or a change")
        return _rounded(fitting[-1])  # "from 20 ms to 10 ms"
    if _RANGE.search(plain) and bound:
        return _rounded((min if lowest else max)(fitting))
    raise AmountError(f"{words!r} is more than one amount")


CORRECTING: Final = re.compile(
    r"\b(?:no(?!\s+(?:more|less|fewer|higher|lower|greater|longer|shorter|worse|better|later)\b)"
    r"|make that|sorry|rather|actually|uh|er|i mean|wait|correction|instead|down from|up from|old|was|were)\b|→|->|>\s*\d",
    re.IGNORECASE,
)
_FROM_TO: Final = re.compile(r"\bfrom\b.*\bto\b", re.IGNORECASE)
_TO_FROM: Final = re.compile(r"\bto\b.*\bfrom\b", re.IGNORECASE)
_RANGE: Final = re.compile(r"\b(?:between|range|from)\b|\d\s*(?:\.\.|-|–|to)\s*\d", re.IGNORECASE)


def _rounded(value: Fraction | float) -> float:
    return float(f"{float(value):.10g}")


_SAME: Final = re.compile(r"\b(?:the same|as much|as many|likewise|ditto|dito|idem|id|same|like)\b", re.IGNORECASE)
_NOT: Final = re.compile(r"^\s*not\s+(?=\S+\s*\S+\s*$)", re.IGNORECASE)
_UNKNOWN: Final = re.compile(
    r"\s?(?!(?:at|in|on|for|to|or|as|no|is|up|max|min|too)\b)[^\W\d_]{1,3}(?![^\W_])(?:/\w+)?", re.IGNORECASE
)
_THAT: Final = re.compile(r"\s*(?:of\s+)?(?:that|it|as much|as many|the amount)\b", re.IGNORECASE)


def _referred(words: str, before: float, *, has_value: bool) -> Fraction | float | None:
    """Return the amount that the words state by that of the item before."""
    numbers = numbers_of(words)
    if len(numbers) == 1 and (numbers[0].is_ratio or words[numbers[0].start : numbers[0].end].casefold() in TIMES):
        return before * float(numbers[0].value) if _THAT.match(words[numbers[0].end :]) else None
    if not numbers:
        return before if _SAME.search(words) else None
    is_bare = len(numbers) == 1 and not numbers[0].is_ratio and not _UNKNOWN.match(words[numbers[0].end :])
    is_bare = is_bare and not unit_of(words[numbers[0].end :])
    return numbers[0].value if is_bare and not has_value else None


def _values(words: str, unit: str) -> Iterator[Fraction]:
    numbers = [number for number in numbers_of(words) if not _is_denied(words[: number.start])]
    if (_ADJACENT.search(_blanked(words, numbers)) and not (unit == "%" and _total(words, numbers))) or (
        unit == "%" and any(number.is_joined for number in numbers)
    ):
        raise AmountError(f"{words!r} can be more than one number")
    if len(numbers) > 1:  # "doubled to 4"
        numbers = [number for number in numbers if words[number.start : number.end].casefold() not in TIMES]
    is_total = has_unit = False
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
        elif (value := _in_unit(number, after, unit)) is not None:
            has_unit = True
            used.add(number.value)
            yield Fraction(value).limit_denominator(10**9)
        elif has_unit and not unit_of(after) and not number.is_ratio:
            yield number.value  # "320 ms, no, make that 256"
        else:
            unused.append(number)
    if used and any(number.value not in used for number in unused) and not CORRECTING.search(words):
        raise AmountError(f"{words!r} has a number that is not used")


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
    """Return the number of words that have one, and no unit behind it."""
    plain = simplified(words)
    numbers = [number for number in numbers_of(plain) if plain[number.start : number.end].casefold() not in TIMES]
    if len(numbers) != 1 or numbers[0].is_ratio or numbers[0].is_joined or _is_denied(plain[: numbers[0].start]):
        return None
    after = plain[numbers[0].end :]
    return None if unit_of(after) or _UNKNOWN.match(after) else numbers[0]


def with_unit(words: str, unit: str) -> str:
    """Return words with a bare number with a unit behind it."""
    plain, number = simplified(words), bare_number(words)
    return f"{plain[: number.end]} {unit}{plain[number.end :]}" if number else words


def unit_behind(words: str) -> str:
    """Return the spelling of the unit behind the last number, empty if there is none."""
    plain = simplified(words)
    numbers = numbers_of(plain)
    return unit_of(plain[numbers[-1].end :]) if numbers else ""


_DENYING: Final = re.compile(
    r"(?:\b(?:not|never|instead of|rather than|in place of|and no longer|no longer)|\bnot (?:to|at|yet))\s*$", re.IGNORECASE
)


def _is_denied(before: str) -> bool:
    """Whether the number that follows is one that does not count: "not 256", "instead of 256"."""
    return bool(_DENYING.search(before))


def _with_later_unit(words: str, numbers: list[Number]) -> str:
    """Return what stands behind the first number; if its unit stands once for two ("between 2 and 9 %"), from that unit on."""
    after = words[numbers[0].end :]
    if len(numbers) > 1 and not unit_of(after):
        between = words[numbers[0].end : numbers[1].start]
        if re.fullmatch(r"\s*(?:and|(?:down |up |on )?to|or|through|\.\.|-|–|until)\s*", between, re.IGNORECASE):
            return words[numbers[1].end :]
    if match := re.match(r"\s*,?\s*(?:and\s+)?not\s+[\d.]+\s*,?", after):
        return after[match.end() :]
    return after


def _in_unit(number: Number, after: str, unit: str) -> Fraction | float | None:
    spelling = unit_of(after)
    if unit in ("%", "0.1 deg"):
        return _share(number, spelling, after) if unit == "%" else _tenths_of_degree(number, spelling)
    if half := re.match(r"[\s-]*half[\s-]+(?=\w)", after, re.IGNORECASE):
        return _in_unit(Number(number.value / 2, number.start, number.end), after[half.end() :], unit)
    if spelling == "":
        return number.value if unit in ("", "count", "UE") and not number.is_ratio else None
    found = _own(number.value, spelling, unit)
    return _converted(number, spelling, unit) if found is None else found


def _own(value: Fraction, spelling: str, unit: str) -> Fraction | float | None:
    """Return a value in spellings of units that the catalogue does not have, None if it is in none of them."""
    milliwatts = _MILLIWATTS.get(spelling, _MILLIWATTS.get(spelling.casefold(), 0) if len(spelling) > 2 else 0)
    if unit == "dBm" and milliwatts:
        return round(10 * log10(value * milliwatts), 2) if value > 0 else None
    if unit == "Wh" and spelling in ("MJ", "megajoule", "megajoules"):
        return value * Fraction(10**6, 3600)
    bits = _BIT_FACTORS.get(spelling.casefold()) if unit in ("Mbit", "Mbit/s") else None
    return value * bits if bits else None


def _converted(number: Number, spelling: str, unit: str) -> Fraction | None:
    if _BYTES.search(spelling) or spelling.casefold() in _BITS_OR_BYTES:
        return None  # bits or bytes: it is asked about
    try:
        found = quantity(str(number.value), spelling)
    except KeyError:
        return None
    return Fraction(found.value).limit_denominator(10**9) if found.dimension == unit_dimension(unit) else None


_BYTES: Final = re.compile(r"^[kKmMgG]?i?B(?:/s|ps|PS|s)?$|[Bb]yte|BYTE")
_BITS_OR_BYTES: Final = ("meg", "megs")
_MILLIWATTS: Final = {
    **dict.fromkeys(("mW", "mw", "milliwatt", "milliwatts"), 1),
    **dict.fromkeys(("W", "w", "watt", "watts", "Watt", "Watts"), 1000),
}
_BIT_FACTORS: Final = {"kbit": Fraction(1, 1000), "mbit": Fraction(1), "gbit": Fraction(1000)}
_PER_MILLE: Final = {"‰": 10, "permille": 10, "per mille": 10, "per mil": 10, "ppm": 10_000}
_ONE_OF: Final = re.compile(r"\s*(?:\w+\s+)?(?:in|out of)\s+(?:a|every)\s+(hundred|thousand)", re.IGNORECASE)


def _share(number: Number, spelling: str, after: str) -> Fraction | None:
    if match := _ONE_OF.match(after):
        return number.value / (1 if match[1].casefold() == "hundred" else 10)
    if spelling.casefold() in _PER_MILLE:
        return number.value / _PER_MILLE[spelling.casefold()]
    if spelling == "%":
        return number.value
    if spelling:
        return None
    if number.is_ratio:
        return number.value * 100
    return number.value if not 0 < abs(number.value) < 1 else None  # a bare 0.01 can be a ratio or percent


def _tenths_of_degree(number: Number, spelling: str) -> Fraction | None:
    return number.value * 10 if spelling.casefold() in ("deg", "degree", "degrees", "°") else None
