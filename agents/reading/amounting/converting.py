"""A number and the words behind it, in the unit that a KPI or attribute has: "20 W" in dBm, "3 degrees" in 0.1 deg."""

from __future__ import annotations

import re
from fractions import Fraction
from math import log10
from typing import Final

from agents.reading.amounting.numbers import Number
from agents.reading.amounting.unit_words import unit_of
from policies.text.units import quantity, unit_dimension

POINTS: Final = re.compile(r"\bpoints?\b|\bpp\b", re.IGNORECASE)
_HALVES: Final = re.compile(r"[\s-]*half[\s-]+(?=\w)", re.IGNORECASE)  # "5 half-dB"


# Spellings of units in which only attributes are, with the factor to each.
_OF_ATTRIBUTES: Final = {
    "MHz": {"mhz": Fraction(1), "megahertz": Fraction(1), "ghz": Fraction(1000), "gigahertz": Fraction(1000)},
    "kHz": {"khz": Fraction(1), "kilohertz": Fraction(1), "mhz": Fraction(1000), "megahertz": Fraction(1000)},
    "slot": {"slot": Fraction(1), "slots": Fraction(1)},
    "symbol": {"symbol": Fraction(1), "symbols": Fraction(1)},
    "km/h": {"km/h": Fraction(1), "kmh": Fraction(1), "kph": Fraction(1)},
    "1/10000": {"%": Fraction(100), "percent": Fraction(100), "‰": Fraction(10)},
}
_IN_MS: Final = {"s": Fraction(1, 1000), "100 ms": Fraction(1, 100)}
_IN_DB: Final = {"0.5 dB": Fraction(2)}


def in_unit(number: Number, after: str, unit: str) -> Fraction | float | None:
    """Return a number behind which `after` stands in a canonical unit, None if what stands there is no such unit."""
    spelling = unit_of(after)
    if unit in ("%", "0.1 deg"):
        return _share(number, spelling, after) if unit == "%" else _tenths_of_degree(number, spelling)
    if half := _HALVES.match(after):
        return in_unit(Number(number.value / 2, number.start, number.end), after[half.end() :], unit)
    if spelling == "":
        return number.value if unit in ("", "count", "UE") and not number.is_ratio else None
    if (factor := _OF_ATTRIBUTES.get(unit, {}).get(spelling.casefold())) is not None:
        return number.value * factor
    for base, units in (("ms", _IN_MS), ("dB", _IN_DB)):
        if unit in units:
            value = _converted(number, spelling, base)
            return None if value is None else value * units[unit]
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
