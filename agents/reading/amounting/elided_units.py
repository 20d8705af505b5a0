"""Units that are said once for several amounts: "below 8, below 40 and below 500 ms", "S5 2 kWh, S6 2.4"."""

from __future__ import annotations

from typing import Final

from agents.reading.amounting.amounts import bare_number, unit_behind, with_unit
from agents.reading.amounting.amounts_before import likened
from agents.reading.amounting.numbers import numbers_of
from agents.reading.amounting.unit_words import simplified
from agents.reading.doubt import Doubt
from agents.reading.marked import MarkedItem
from policies.text.units import quantity

_FARTHEST: Final = 10  # how many times as large an amount beside it can be, unless its unit is the usual one


def with_units(items: tuple[MarkedItem, ...]) -> tuple[MarkedItem, ...]:
    """Return the items with a unit for each bare number: that of the last amount of its name before it, else of the next one.

    With a unit in which it would be of another size it is a doubt: "under 40 and under half a second" is not 40 seconds.
    """
    found, unlike = list(items), set[int]()
    for numbers in (range(len(items)), reversed(range(len(items)))):
        beside: dict[tuple[object, ...], str] = {}
        for number in numbers:
            item = found[number]
            key = (item.kind, item.name, item.is_delta, item.reference)
            if item.amount and key in beside and _is_alike(item.amount, beside[key]):
                found[number] = item = item.model_copy(update={"amount": with_unit(item.amount, unit_behind(beside[key]))})
            if item.amount and unit_behind(item.amount):
                beside[key] = item.amount
            elif item.amount and key in beside and _is_bare(item.amount):
                unlike.add(number)
    if doubtful := [item for number, item in enumerate(found) if number in unlike and _is_bare(item.amount)]:
        raise Doubt(doubtful[0].amount, "it is not certain in which unit it is")
    return tuple(found)


def _is_bare(words: str) -> bool:
    """Whether words have a number without a unit, and not that of a name: "same as S1"."""
    return bare_number(words) is not None and not likened(words)


def _is_alike(words: str, beside: str) -> bool:
    """Whether a bare number is of the size of the amount beside it."""
    bare, other = bare_number(words), numbers_of(simplified(beside))
    if bare is None or not other or likened(words):
        return False
    if _is_usual(unit_behind(beside)):
        return True
    sizes = sorted((abs(bare.value), abs(other[-1].value)))
    return sizes[1] <= sizes[0] * _FARTHEST


def _is_usual(unit: str) -> bool:
    """Whether a unit is the one that the catalogue has."""
    try:
        return quantity("1", unit).value == 1
    except KeyError:
        return False
