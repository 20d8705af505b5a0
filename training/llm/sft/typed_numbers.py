"""Numbers of a text as digits that know what they are digits of: `18.4 dB` becomes `db.1=1 db.2=8 db.3=4 db`.

A digit in the text stands before its unit, so that a decoder that reads from left to right meets it before it can know what it
means; to copy it later takes several layers. Here each digit carries unit and place:

1. dB, m/s and ns have three fixed places, those of the figures (`level`).
2. Other units and bit error rates have two significant digits and the power of ten: `950 kbit/s` is `kbit/s.1=9`, `.2=5`, `.e=2`.
   More digits than a notation holds are rounded; the tasks state two.
3. A unit is looked for in the two words behind a number (`24 free PRBs`). A number without one stays a row of plain digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Final

_ALIASES: Final = {"milliseconds": "ms", "mbps": "mbit/s", "prb": "prbs", "antenna": "ports"}
_LINEAR: Final = {"db": 0.1, "m/s": 0.1, "ns": 1.0}
_POWERS: Final = ("ms", "mbit/s", "kbit/s", "dbm", "ghz", "khz", "prbs", "gop/s", "antennas", "ports")
_RATE: Final = "ber"  # a number with a power of ten and no unit
_WORDS: Final = {"one": 1.0, "two": 2.0, "four": 4.0}
_EXPONENTS: Final = range(-7, 6)
_POWER_MARKS: Final = ("e-", "10^-")
_REACH: Final = 2


def typed_numbers(words: Sequence[str]) -> list[str]:
    """Return `words` with numbers that have a unit written as said above, other numbers as digits, and words as they are."""
    typed: list[str] = []
    place = 0
    while place < len(words):
        value, end = _number(words, place)
        unit = _unit(words, place, end) if value is not None else None
        if value is None:
            typed.append(words[place])
        elif unit is None:
            end = place + 1
            typed += [words[place]] if words[place] in _WORDS else list(words[place])
        else:
            typed += _digits(unit, value)
        place = end
    return typed


def number_tokens() -> list[str]:
    """Return all tokens that a number can be written with."""
    linear = [f"{unit}.{place}={digit}" for unit in _LINEAR for place in (1, 2, 3) for digit in range(10)]
    powers = [
        token
        for unit in (*_POWERS, _RATE)
        for token in (
            *(f"{unit}.{place}={digit}" for place in (1, 2) for digit in range(10)),
            *(f"{unit}.e={power}" for power in _EXPONENTS),
        )
    ]
    return [*linear, *powers]


def _number(words: Sequence[str], start: int) -> tuple[float | None, int]:
    """The number that begins at `start`, None if none does, and where what follows it begins."""
    word = words[start]
    if word in _WORDS:
        return _WORDS[word], start + 1
    if not word[0].isdigit() or not word.replace(".", "").isdigit():
        return None, start + 1
    if _has_power(words, start + 1):
        return float(word) * 10.0 ** -int(words[start + 2]), start + 3
    return float(word), start + 1


def _has_power(words: Sequence[str], place: int) -> bool:
    return len(words) > place + 1 and words[place] in _POWER_MARKS and words[place + 1].isdigit()


def _unit(words: Sequence[str], start: int, end: int) -> str | None:
    if _has_power(words, start + 1):
        return _RATE
    is_word = words[start] in _WORDS
    for word in words[end : end + (1 if is_word else 1 + _REACH)]:
        unit = _ALIASES.get(word, word)
        if unit in _LINEAR or unit in _POWERS:
            return unit if is_word == (unit in ("antennas", "ports")) else None
        if word[0].isdigit():
            return None  # the unit of another number
    return None


def _digits(unit: str, value: float) -> list[str]:
    if unit in _LINEAR:
        level = min(round(value / _LINEAR[unit]), 999)
        return [f"{unit}.{place}={digit}" for place, digit in enumerate(f"{level:03d}", start=1)]
    power = floor(log10(value)) if value > 0.0 else 0
    significant = round(value / 10.0 ** (power - 1))
    if significant == 100:
        significant, power = 10, power + 1
    power = min(max(power, _EXPONENTS[0]), _EXPONENTS[-1])
    return [f"{unit}.1={significant // 10}", f"{unit}.2={significant % 10}", f"{unit}.e={power}"]
