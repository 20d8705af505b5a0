"""From the words of an amount to a number: "below four hundred milliseconds", "a fifth less", "1 in 100", "two and a half dB".

An amount is a number with a unit, or a share of a reference. Which comparison or direction the words mean is the reader's; code
computes the number, in the unit that the KPI or attribute has, and refuses a unit that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import log10
from typing import Final

from policies.text.units import is_unit, quantity, unit_dimension

_ONES: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen".split()
    )
} | {"thre": 3, "fve": 5, "oh": 0}
_TENS: Final = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_PARTS: Final = {
    "half": Fraction(1, 2), "halves": Fraction(1, 2), "third": Fraction(1, 3), "thirds": Fraction(1, 3), "thrid": Fraction(1, 3),
    "quarter": Fraction(1, 4), "quarters": Fraction(1, 4), "fifth": Fraction(1, 5), "fifths": Fraction(1, 5), "sixth": Fraction(1, 6),
    "seventh": Fraction(1, 7), "eighth": Fraction(1, 8), "eighths": Fraction(1, 8), "ninth": Fraction(1, 9), "tenth": Fraction(1, 10),
    "tenths": Fraction(1, 10), "tenht": Fraction(1, 10), "twentieth": Fraction(1, 20), "hundredth": Fraction(1, 100),
}  # fmt: skip
_DIGITS: Final = re.compile(r"[-+−]?\d+(?:[ ,']\d{3})*(?:[.,]\d+)?(?:[eE][-+−]?\d+)?|[-+−]?\d*\.\d+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|%|‰|/|\*")
_PERCENT: Final = frozenset("% percent pct prcent percents procent points point".split())
_TIMES: Final = {"twice": Fraction(2), "double": Fraction(2), "doubled": Fraction(2), "triple": Fraction(3), "tripled": Fraction(3), "thrice": Fraction(3)}
_OF: Final = re.compile(
    r"\s*(?:%|per\s?cent|percent|pct)?\s*(?:of\s+\S|what (?:it|they)\b|as (?:many|much|high|low|long|big)\b|\*\s*(?:last|now|yesterday|today))", re.IGNORECASE
)


class DoubtfulAmount(Exception):
    """The words carry no number, or one in a unit that does not fit."""


@dataclass(frozen=True)
class Number:
    """A number of the text, and where it stands."""

    value: Fraction
    start: int
    end: int
    signed: bool = False


def numbers_of(text: str) -> list[Number]:
    """Return the numbers of a text in order, in digits or in words; fractions ("a third", "2/3") included."""
    found: list[Number] = []
    tokens = sorted(
        [*((match.start(), match.end(), match.group(), True) for match in _DIGITS.finditer(text)),
         *((match.start(), match.end(), match.group(), False) for match in _WORD.finditer(text))]
    )  # fmt: skip
    position = 0
    while position < len(tokens):
        number, used = _number_at(tokens, position)
        if number is not None:
            found.append(number)
        position += max(used, 1)
    return found


_Token = tuple[int, int, str, bool]


def _number_at(tokens: list[_Token], position: int) -> tuple[Number | None, int]:
    start, end, text, is_digits = tokens[position]
    if text.casefold() in ("minus", "negative") and position + 1 < len(tokens):
        number, used = _number_at(tokens, position + 1)
        return (Number(-number.value, start, number.end, signed=True) if number else None), used + 1
    if is_digits:
        value = _decimal(text)
        following = [token[2].casefold() for token in tokens[position + 1 : position + 3]]
        if following[:1] == ["/"] and len(tokens) > position + 2 and tokens[position + 2][3] and tokens[position + 1][0] == end:
            return Number(value / _decimal(tokens[position + 2][2]), start, tokens[position + 2][1]), 3
        if following[:1] and following[0] in _PARTS and following[0] != "half":
            return Number(value * _PARTS[following[0]], start, tokens[position + 1][1]), 2
        return Number(value, start, end, text[0] in "+-−"), 1
    return _words_at(tokens, position)


def _decimal(text: str) -> Fraction:
    plain = text.replace("−", "-").replace("'", "").replace(" ", "")
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    return Fraction(plain.replace(",", "."))


def _words_at(tokens: list[_Token], position: int) -> tuple[Number | None, int]:
    """Read "two and a half", "one hundred and sixty", "one point five", "three quarters", "a fifth", "half a"."""
    words = [token[2].casefold() if not token[3] else "#" for token in tokens[position : position + 12]]
    start = tokens[position][0]
    if words[0] == "point" and words[1:2] and words[1] in _ONES:
        words = ["zero", *words]
        number, used = _words_at([(start, start, "zero", False), *tokens[position:]], 0)
        return (Number(number.value, start, number.end) if number else None), used - 1
    value, used = _cardinal(words)
    if used:
        if words[used : used + 1] == ["point"] and words[used + 1 : used + 2] and words[used + 1] in _ONES:
            digits = 0
            text = ""
            while used + 1 + digits < len(words) and words[used + 1 + digits] in _ONES and _ONES[words[used + 1 + digits]] < 10:
                text += str(_ONES[words[used + 1 + digits]])
                digits += 1
            value, used = value + Fraction(int(text), 10 ** len(text)), used + 1 + digits
        elif words[used : used + 3] in (["and", "a", "half"], ["and", "one", "half"]):
            value, used = value + Fraction(1, 2), used + 3
        elif words[used : used + 3] == ["and", "a", "quarter"]:
            value, used = value + Fraction(1, 4), used + 3
        elif used < len(words) and words[used] in _PARTS:
            value, used = value * _PARTS[words[used]], used + 1
        return Number(value, start, tokens[position + used - 1][1]), used
    article = words[0] in ("a", "an", "one")
    if words[article : article + 1] and words[article] in _PARTS:
        return Number(_PARTS[words[article]], start, tokens[position + article][1]), 1 + article
    if words[0] in _TIMES:
        return Number(_TIMES[words[0]], start, tokens[position][1]), 1
    return None, 1


def _cardinal(words: list[str]) -> tuple[Fraction, int]:
    total = current = used = 0
    for index, word in enumerate(words):
        if word in _ONES or word in _TENS:
            current += _ONES.get(word, _TENS.get(word, 0))
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total, current = total + max(current, 1) * 1000, 0
        elif word == "and" and used and index + 1 < len(words) and (words[index + 1] in _ONES or words[index + 1] in _TENS) and (
            words[index - 1] in ("hundred", "thousand")
        ):
            continue
        else:
            break
        used = index + 1
        if word in _ONES and (index + 1 >= len(words) or words[index + 1] in _ONES or words[index + 1] in _TENS):
            break  # "one eight two" is no number of this kind
    if used and words[0] in ("a", "hundred", "thousand"):
        used = used if words[0] != "a" else 0
    return Fraction(total + current), used


def value_in(words: str, unit: str, *, lowest: bool = False) -> float:
    """Return the amount of the words in `unit`, a canonical unit of `policies.text.units`; raises DoubtfulAmount.

    Of several numbers the last one that fits counts ("10... no, make that 8 ms"); of a range ("between 2 and 9 %") the lowest or
    the highest. A share may be said in percent, per mille, as a ratio ("2e-4") or as "2 in 100".
    """
    fitting = list(_values(_simplified(words), unit))
    if not fitting:
        raise DoubtfulAmount(f"{words!r} is no amount in {unit or 'a number'}")
    is_range = len(fitting) > 1 and re.search(r"\b(?:between|range|from)\b", words, re.IGNORECASE)
    value = (min if lowest else max)(fitting) if is_range else fitting[-1]
    return float(f"{float(value):.10g}")


_SIMPLER: Final = (
    (re.compile(r"\b(?:a|an|one|1)\s+(\w+)\s+and\s+(?:a|one)\s+half\b", re.IGNORECASE), r"1.5 \1"),
    (re.compile(r"\b(more|less|further|additional|extra)\s+(degrees?|d\s?b|decibels?|dB|points?)\b", re.IGNORECASE), r"\2"),
    (re.compile(r"\b(kilo|mega|giga)bits?(?:\s*(?:/|per|a)\s*s(?:econd)?)?\b", re.IGNORECASE), lambda match: f"{match[1][0]}bit/s"),
    (re.compile(r"\b(?:a|an)\s+(quarter|half|third|tenth)\s+of\s+an?\s+(\w+)", re.IGNORECASE), lambda match: f"{float(_PARTS[match[1].casefold()]):g} {match[2]}"),
    (re.compile(r"([kKmMgG])\s?bits?/s", re.IGNORECASE), lambda match: f"{match[1]}bit/s"),
    (re.compile(r"\b([kKmMgG])(?:\s?bits?|\s?b)\s*/\s*s\b"), lambda match: f"{match[1]}bit/s"),
    (re.compile(r"\b([kKmMgG])?bits?\s+per\s+joule\b", re.IGNORECASE), lambda match: f"{match[1] or ''}bit/J"),
    (re.compile(r"\b(kilo)?watt-hours?\b", re.IGNORECASE), lambda match: "kWh" if match[1] else "Wh"),
    (re.compile(r"\b(per|a)\s+sec(?:ond)?\b", re.IGNORECASE), "per second"),
)


def _simplified(words: str) -> str:
    for pattern, simpler in _SIMPLER:
        words = pattern.sub(simpler, words)
    return words


def _values(words: str, unit: str) -> Iterator[Fraction]:
    numbers = numbers_of(words)
    is_total = has_unit = False
    for index, number in enumerate(numbers):
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        if is_total:
            is_total = False
            continue
        after = words[number.end :]
        if unit == "%" and following and following.value > 1 and re.match(r"\s*(?:\w+\s+)?(?:in|out of|from)\s", after):
            is_total = True
            yield number.value / following.value * 100
        elif unit == "%" and (match := re.match(r"\s*(?:\w+\s+)?(?:in|out of)\s+(?:a|every)\s+(hundred|thousand)", after)):
            yield number.value / (1 if match[1] == "hundred" else 10)
        elif (value := _in_unit(number, after, unit)) is not None:
            has_unit = True
            yield Fraction(value).limit_denominator(10**9)
        elif has_unit and _unit_of(after) == "":
            yield number.value  # "320 ms, no, make that 256"


def _in_unit(number: Number, after: str, unit: str) -> Fraction | float | None:
    spelling = _unit_of(after)
    if unit == "%":
        if spelling in ("‰", "permille", "per mille", "per mil"):
            return number.value / 10
        is_ratio = spelling == "" and (abs(number.value) < Fraction(1, 100) or number.value.denominator > 1 > abs(number.value))
        return number.value * 100 if is_ratio else number.value if spelling in ("", "%") else None
    if spelling == "":
        return number.value if unit in ("", "count", "UE") else None
    if unit == "dBm" and spelling in ("W", "mW", "w", "watt", "watts", "milliwatt", "milliwatts", "mw"):
        milliwatts = float(number.value) * (1 if spelling.startswith(("mW", "mw", "milli")) else 1000)
        return round(10 * log10(milliwatts), 2) if milliwatts > 0 else None
    if unit == "0.1 deg":
        if re.match(r"\s*\(?\s*0\.1\s*deg", after):
            return number.value
        return number.value * 10 if spelling in ("deg", "degree", "degrees", "°", "degres") else None
    if unit == "Mbit" and spelling.casefold() in ("gbit", "kbit"):
        return number.value * (1000 if spelling.casefold() == "gbit" else Fraction(1, 1000))
    try:
        found = quantity(str(number.value), spelling)
    except KeyError:
        return None
    return Fraction(found.value).limit_denominator(10**9) if found.dimension == unit_dimension(unit) else None


_UNIT_WORDS: Final = {"milisecond": "ms", "miliseconds": "ms", "decibel": "dB", "degrees": "deg", "tenths": ""}


def _unit_of(after: str) -> str:
    """Return the spelling of the unit behind a number, empty if there is none."""
    match = re.match(r"[\s-]*((?:per\s+cent|per\s+mille|per\s+mil|[^\W\d_]+|[%‰°µμ])(?:\s*/\s*[^\W\d_]+)?(?:\s+[^\W\d_]+){0,3})", after)
    if match is None:
        return ""
    words = match[1].replace(" / ", "/").split()
    if words[0].casefold() in _PERCENT or match[1].casefold().startswith("per cent"):
        return "%"
    if words[0] in ("a", "of", "an"):
        return _unit_of(after[after.index(words[0]) + len(words[0]) :])
    for size in range(len(words), 0, -1):
        spelling = " ".join(words[:size])
        if is_unit(spelling):
            return spelling
        if spelling.casefold() in ("d b", "d b m", "m s", "m bit"):
            return {"d b": "dB", "d b m": "dBm", "m s": "ms", "m bit": "Mbit"}[spelling.casefold()]
    return {"‰": "‰", "permille": "‰", "per": "‰" if match[1].casefold().startswith("per mil") else ""}.get(words[0].casefold(), _UNIT_WORDS.get(words[0].casefold(), words[0] if words[0].casefold() in ("deg", "degree", "degrees", "degres", "°") else ""))


@dataclass(frozen=True)
class Share:
    """A change relative to a reference, in percent; `sign` is +1 or -1 if the words say it, else 0."""

    percent: float
    sign: int = 0


def share_of(words: str) -> Share:
    """Return the relative change that the words state; raises DoubtfulAmount. Without a number it is none: "no worse than now"."""
    lowered = words.casefold()
    numbers = numbers_of(words)
    if re.search(r"half as (?:much|many|fast|high) again", lowered):
        return Share(50, 1)
    if re.search(r"\bhalv(?:e|ed|ing)\b|\bin half\b", lowered):
        return Share(50, -1)
    if not numbers:
        return Share(0)
    number = numbers[-1]
    after, value = words[number.end :], number.value
    before = words[: number.start].casefold()
    if re.match(r"\s*times\b", after) or re.search(r"\bx\s*$", before) or lowered[number.start : number.end] in _TIMES:
        return Share(_percent(value * 100 - 100), 1 if value > 1 else -1)
    is_share = value if _is_percent(after) else value * 100
    if _OF.match(after) and not re.search(r"\bby\s*$", before):
        change = is_share - 100
        return Share(_percent(abs(change)), 1 if change > 0 else -1)
    if number.signed:
        return Share(_percent(abs(is_share)), 1 if value > 0 else -1)
    return Share(_percent(is_share))


def _is_percent(after: str) -> bool:
    return bool(re.match(r"\s*(?:%|per\s?cent|percent|pct|prcent)", after, re.IGNORECASE))


def _percent(value: Fraction) -> float:
    return float(f"{float(value):.4g}")
