"""A unit that stands once for several amounts: "S5 max 2 kWh, S6 max 2.4", "below 8, below 40 and below 500 ms"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from agents.reading.amounting.amounts import AmountError, bare_number, is_far, unit_behind, value_in, with_unit
from agents.reading.amounting.amounts_before import likened
from agents.reading.amounting.numbers import numbers_of
from agents.reading.amounting.unit_words import simplified
from agents.reading.doubt import Doubt
from agents.reading.marked import MarkedItem

_COUNTED: Final = re.compile(r"(?!(?:an?|one)\b)\S+\s+\S", re.IGNORECASE)
_UNCERTAIN: Final = "it is not certain in which unit it is"
_Key = tuple[object, ...]


@dataclass(frozen=True)
class _Unit:
    """A unit as it was said, and the number before it. is_of_parts: the number counts parts of it, "15 tenths of a dB"."""

    spelling: str
    number: Fraction
    is_of_parts: bool


def with_units(items: Iterable[MarkedItem], unit_of: Callable[[MarkedItem], str]) -> tuple[MarkedItem, ...]:
    """Return the items with the unit of the amount before, or of the one behind if none was before, in the amounts without.

    unit_of: the unit in which an amount is computed. Raises Doubt where a number is so far from the other one that its unit can
    be another: "1.1 kW … 900".
    """
    return tuple(reversed(_carried(reversed(_carried(items, unit_of)), unit_of)))


def _carried(items: Iterable[MarkedItem], unit_of: Callable[[MarkedItem], str]) -> list[MarkedItem]:
    units, found = dict[_Key, _Unit](), list[MarkedItem]()
    for item in items:
        key, taken = _key(item, unit_of), item
        unit = units.get(key)
        if unit and _is_bare(item.amount) and _is_fitting(unit, item, unit_of):
            taken = item.model_copy(update={"amount": _with_unit(item.amount, unit, unit_of(item))})
        found.append(taken)
        if spelling := unit_behind(taken.amount):
            units[key] = _unit(spelling, taken.amount)
    return found


def _unit(spelling: str, words: str) -> _Unit:
    plain = simplified(words)
    number = numbers_of(plain)[-1]
    return _Unit(spelling, number.value, number.is_ratio and bool(_COUNTED.match(plain[number.start : number.end])))


def _key(item: MarkedItem, unit_of: Callable[[MarkedItem], str]) -> _Key:
    """Return what the amounts have in common that share a unit: bounds of two KPIs can, what is to be set cannot."""
    return (item.kind, unit_of(item) if item.kind == "target" else item.name, item.is_delta, item.reference)


def _is_bare(words: str) -> bool:
    """Whether words have a number without a unit, and not that of a name: "same as S1"."""
    return bare_number(words) is not None and not likened(words)


def _is_fitting(unit: _Unit, item: MarkedItem, unit_of: Callable[[MarkedItem], str]) -> bool:
    """Whether the amount of an item can be computed from that unit; an item without a unit is asked about later."""
    try:
        value_in(f"1 {unit.spelling}", unit_of(item))
    except AmountError:
        return False
    return True


def _with_unit(words: str, unit: _Unit, own: str) -> str:
    number = bare_number(words)
    if number is None:
        return words
    if unit.is_of_parts:
        raise Doubt(words, f"{_UNCERTAIN}: it can be in {unit.spelling}, or in parts of it as the amount beside it")
    if value_in(f"1 {unit.spelling}", own) != 1 and is_far(number.value, unit.number):
        raise Doubt(words, f"{_UNCERTAIN}: it can be in {unit.spelling} as the amount beside it, or in {own}")
    return with_unit(words, unit.spelling)
