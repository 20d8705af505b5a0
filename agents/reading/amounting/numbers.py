"""Numbers in the words of an amount, in digits or in words: "4,5", "one hundred and sixty", "two and a half", "a fifth"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from agents.reading.spoken import ONES, TENS
from policies.text import number_words

_TEENS: Final = tuple(word.replace("twelve", "twelf") for word, value in number_words.ONES.items() if value > 10)
PARTS: Final = {
    **{"half": Fraction(1, 2), "third": Fraction(1, 3), "quarter": Fraction(1, 4), "fifth": Fraction(1, 5)},
    **{"fourth": Fraction(1, 4), "fourths": Fraction(1, 4)},
    **{"sixth": Fraction(1, 6), "seventh": Fraction(1, 7), "eighth": Fraction(1, 8), "ninth": Fraction(1, 9)},
    **{"tenth": Fraction(1, 10), "twentieth": Fraction(1, 20), "hundredth": Fraction(1, 100), "halves": Fraction(1, 2)},
    **{"thirds": Fraction(1, 3), "quarters": Fraction(1, 4), "fifths": Fraction(1, 5), "eighths": Fraction(1, 8)},
    **{"tenths": Fraction(1, 10), "hundredths": Fraction(1, 100)},
    **{f"{word}th{s}": Fraction(1, 11 + number) for number, word in enumerate(_TEENS) for s in ("", "s")},
    **{f"{word[:-1]}ieth{s}": Fraction(1, value) for word, value in TENS.items() for s in ("", "s")},
    **{"thousandth": Fraction(1, 1000), "thousandths": Fraction(1, 1000)},
    **{"millionth": Fraction(1, 10**6), "millionths": Fraction(1, 10**6)},
}
_TIMES_THOUSANDTH: Final = {"ten": 10, "hundred": 100}  # "a ten-thousandth"
TIMES: Final = {
    **{"twice": Fraction(2), "double": Fraction(2), "doubled": Fraction(2)},
    **{"thrice": Fraction(3), "triple": Fraction(3), "tripled": Fraction(3)},
}
_POINTED: Final = r"(?:(?<![\w)])[-+−])?(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3}){2,}(?:,\d+)?(?![\d.])"  # "12.500.000"
_DIGITS: Final = (
    rf"{_POINTED}|"
    r"(?:(?<![\w)])[-+−])?\d+(?:[ ,']\d{3})*(?:[.,]\d+)?(?:[eE][-+−]?\d+)?|(?:(?<![\w)])[-+−])?(?<!\.)\.\d+"
)
_NAMED: Final = r"(?<![^\W_xX×])"  # behind a letter stands the number of a name: C2
_TOKEN: Final = re.compile(rf"{_NAMED}(?P<digits>{_DIGITS})|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?|%|‰|/|\*)")


@dataclass(frozen=True)
class Number:
    """A number of the text, and where it stands.

    signed: with + or -. is_ratio: said as a part ("a fifth", "1/3", "2e-4"). is_joined: hundreds or digits without their word,
    "three twenty".
    """

    value: Fraction
    start: int
    end: int
    signed: bool = False
    is_ratio: bool = False
    is_joined: bool = False


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str
    is_digits: bool


def numbers_of(text: str) -> list[Number]:
    """Return the numbers of a text in order."""
    tokens = [
        _Token(match.start(), match.end(), match.group().casefold(), match["digits"] is not None)
        for match in _TOKEN.finditer(text)
    ]
    found: list[Number] = []
    position = 0
    while position < len(tokens):
        number, used = _number_at(tokens[position:])
        if number is not None:
            found.append(number)
        position += max(used, 1)
    return found


def _number_at(tokens: Sequence[_Token]) -> tuple[Number | None, int]:
    """Return the number with which the tokens begin, and how many they are."""
    first = tokens[0]
    if first.text in ("minus", "negative") and len(tokens) > 1:
        number, used = _number_at(tokens[1:])
        return (Number(-number.value, first.start, number.end, True, number.is_ratio) if number else None), used + 1
    return _digits_at(tokens) if first.is_digits else _words_at(tokens)


def _digits_at(tokens: Sequence[_Token]) -> tuple[Number, int]:
    first, value = tokens[0], _decimal(tokens[0].text)
    is_divided = len(tokens) > 2 and tokens[1].text == "/" and tokens[2].is_digits and tokens[1].start == first.end
    if is_divided and (divisor := _decimal(tokens[2].text)):
        return Number(value / divisor, first.start, tokens[2].end, is_ratio=True), 3
    if len(tokens) > 1 and (part := PARTS.get(tokens[1].text)) and not first.text.startswith("0"):
        return Number(value * part, first.start, tokens[1].end, is_ratio=True), 2
    return Number(value, first.start, first.end, first.text[0] in "+-−", "e-" in first.text.replace("−", "-")), 1


def _decimal(text: str) -> Fraction:
    plain = text.replace("−", "-").replace("'", "").replace(" ", "")
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(\.\d{3}){2,}(,\d+)?", plain):
        plain = plain.replace(".", "")  # one point can be of decimals, two cannot
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    return Fraction(plain.replace(",", "."))


def _words_at(tokens: Sequence[_Token]) -> tuple[Number | None, int]:
    words = ["#" if token.is_digits else token.text for token in _together(tokens[:12])]
    if part := _thousandth(words):
        return Number(part[0], tokens[0].start, tokens[part[1] - 1].end, is_ratio=True), part[1]
    if joined := _joined(words):
        return Number(joined[0], tokens[0].start, tokens[joined[1] - 1].end, is_joined=True), joined[1]
    value, used = _cardinal(words)
    if words[0] == "point" or used:
        return _number_of_words(tokens, words, value, used)
    article = words[0] in ("a", "an", "one")
    if words[article : article + 1] and words[article] in PARTS:
        return Number(PARTS[words[article]], tokens[0].start, tokens[article].end, is_ratio=True), 1 + article
    if words[0] in TIMES:
        return Number(TIMES[words[0]], tokens[0].start, tokens[0].end), 1
    return None, 1


def _thousandth(words: list[str]) -> tuple[Fraction, int] | None:
    """Return the part of "a ten-thousandth" or "five ten-thousandths", and how many words it is."""
    count = 1 if words[0] in ("a", "an") else ONES.get(words[0], 0)
    size = int(count > 0 and words[0] not in _TIMES_THOUSANDTH)
    if words[size : size + 1] and (times := _TIMES_THOUSANDTH.get(words[size])):
        is_one = words[size + 1 : size + 2] == ["thousandth"] and (not size or count == 1)
        is_several = words[size + 1 : size + 2] == ["thousandths"] and words[size] == "ten" and 1 < count < 10 and size > 0
        if is_one or is_several:
            return Fraction(count if size else 1, 1000 * times), size + 2
    return None


def _together(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Return the tokens between which is no more than one sign."""
    size = next((end for end in range(1, len(tokens)) if tokens[end].start - tokens[end - 1].end > 1), len(tokens))
    return tokens[:size]


def _joined(words: list[str]) -> tuple[Fraction, int] | None:
    """Return the number of "three twenty", "ten twenty four" or "two five six", and how many words it is."""
    words = words[: words.index("dozen")] if "dozen" in words else words  # "two dozen" is no 212
    digits = 0
    while digits < len(words) and ONES.get(words[digits], 10) < 10:
        digits += 1
    if digits > 2:
        return Fraction("".join(str(ONES[word]) for word in words[:digits])), digits
    hundreds, used = _below_hundred(words)
    rest, more = _below_hundred(words[used:])
    is_plain = 0 < hundreds < 20 or hundreds % 10 > 0
    if not used or not more or rest < 10 or not is_plain or words[used + more : used + more + 1] in (["hundred"], ["thousand"]):
        return None
    return Fraction(hundreds * 100 + rest), used + more


def _below_hundred(words: list[str]) -> tuple[int, int]:
    """Return the number below a hundred with which the words begin, and how many they are."""
    if words and words[0] in TENS:
        unit = ONES.get(words[1], 0) if len(words) > 1 else 0
        return TENS[words[0]] + (unit if 0 < unit < 10 else 0), 2 if 0 < unit < 10 else 1
    return (ONES[words[0]], 1) if words and words[0] in ONES else (0, 0)


def _number_of_words(tokens: Sequence[_Token], words: list[str], value: Fraction, used: int) -> tuple[Number | None, int]:
    """Go on behind a cardinal: with decimals, a fraction added or a fraction that it counts."""
    is_ratio = False
    if words[used : used + 1] == ["point"]:
        decimals = _decimals(words[used + 1 :])
        if not decimals:
            return (Number(value, tokens[0].start, tokens[used - 1].end) if used else None), max(used, 1)
        value, used = value + Fraction(int(decimals), 10 ** len(decimals)), used + 1 + len(decimals)
    elif part := _part_added(words[used:]):
        count = ONES.get(words[used + part - 2], 1) if part > 2 else 1
        value, used = value + count * PARTS[words[used + part - 1]], used + part
    elif used < len(words) and words[used] == "thousandths" and words[used - 1] == "hundred" and used > 1:
        # 500 thousandths, or 5 of 100,000? The words that follow are another number, side by side with it
        return Number(Fraction(ONES.get(words[0], 1)), tokens[0].start, tokens[0].end), 1
    elif used < len(words) and words[used] in PARTS:
        value, used, is_ratio = value * PARTS[words[used]], used + 1, True
    return Number(value, tokens[0].start, tokens[used - 1].end, is_ratio=is_ratio), used


def _part_added(words: list[str]) -> int:
    """Return how many words "and a half", "and half" or "and three quarters" are with which these begin, 0 if with none."""
    is_counted = words[1:2] in (["a"], ["one"]) or (words[2:3] != [] and words[2] in PARTS and 1 < ONES.get(words[1], 0) < 10)
    size = 3 if is_counted else 2
    return size if words[:1] == ["and"] and len(words) >= size and words[size - 1] in PARTS else 0


def _decimals(words: list[str]) -> str:
    digits = ""
    for word in words:
        if word not in ONES or ONES[word] > 9:
            break
        digits += str(ONES[word])
    return digits


def _cardinal(words: list[str]) -> tuple[Fraction, int]:
    """Return the cardinal number with which the words begin, and how many they are."""
    total = current = used = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word == "dozen" and used:
            current = max(current, 1) * 12
        elif word in ONES or word in TENS:
            current += ONES.get(word, TENS.get(word, 0))
        elif word == "hundred" and (used or words[0] == "hundred"):
            current = max(current, 1) * 100
        elif word == "thousand" and (used or words[0] == "thousand"):
            total, current = total + max(current, 1) * 1000, 0
        elif word == "a" and not index and following in ("hundred", "thousand"):
            used = 1
            continue
        elif word == "and" and (following in ONES or following in TENS) and words[index - 1] in ("hundred", "thousand"):
            continue
        else:
            break
        used = index + 1
        if word in ONES and (following in ONES or following in TENS) and following != "dozen":
            break  # "one eight two" is no number of this kind
    return Fraction(total + current), used
