"""What the words beside an amount say of it: the unit of its number ("watts S6 under 900"), or that it is a change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agents.reading.amounting.amounts import AmountError, bare_number, value_in, with_unit
from agents.reading.amounting.comparing import firm, is_sign_against, with_equal
from agents.reading.amounting.direction import (
    DirectionError,
    direction_of,
    direction_of_azimuth,
    direction_of_tilt,
    is_plain_change,
)
from agents.reading.amounting.ranges import Bound, changing_verb, is_from_to
from agents.reading.amounting.shares import share_of
from agents.reading.amounting.unit_in_front import units_in
from agents.reading.doubt import Doubt
from agents.reading.marked import Comparison, MarkedItem
from policies.kpi import kpi_definition

_NEGATED: Final = re.compile(
    r"\b(?:no|not|never|nor|neither|none|nobody|nothing|nowhere|without|cannot|dont|avoid\w*|prevent\w*|stop\w*|keep\w*\s.*\bfrom)\b|n['’]t\b|!",
    re.IGNORECASE,
)
_DIRECTIONS: Final[dict[str, Callable[[str, str], int]]] = {
    "digitalTilt": direction_of_tilt,
    "digitalAzimuth": direction_of_azimuth,
}
_COUNTED: Final = ("", "count", "UE")  # a number of these is complete without a unit


def with_words_beside(item: MarkedItem, words: str, unit_of: Callable[[MarkedItem], str]) -> MarkedItem:
    """Return an item whose amount has what the words beside it say of it; unit_of: the unit in which an amount is computed."""
    if not item.amount or item.kind == "forbid" or item.state or item.reference is not None:
        return item
    if is_from_to(item.amount) and (verb := changing_verb(words)):
        return item.model_copy(update={"amount": f"{verb} … {item.amount}"})
    if bare_number(item.amount) is None or not (units := units_in(words)):
        return item
    try:
        own = unit_of(item)
    except AmountError:
        return item  # it is asked about when it is computed
    fitting = {unit for unit in units if own not in _COUNTED and _fits(unit, own)}
    return item.model_copy(update={"amount": with_unit(item.amount, fitting.pop())}) if len(fitting) == 1 else item


def on_stated_side(item: MarkedItem, words: str, bound: Bound) -> MarkedItem:
    """Return a target with the comparison, or a change of a tilt or azimuth with the sign, that its words state for certain.

    "at least 25" is no upper bound, whatever a reader marked, and neither is "30 % more than now"; a negation
    beside them can turn them round. Raises Doubt if they state both directions.
    """
    if item.kind == "edit" and item.is_delta and item.name in _DIRECTIONS:
        try:
            turn = _DIRECTIONS[item.name](item.amount, words)
        except DirectionError as error:
            raise Doubt(item.amount, str(error)) from error
        return item.model_copy(update={"sign": turn}) if turn else item
    if (
        item.kind != "target"
        or item.comparison is None
        or item.comparison in ("min", "max")
        or bound.is_corridor
        or is_sign_against(item.comparison, item.amount)  # it is asked about
        or _NEGATED.search(words)
    ):
        return item
    side: Comparison | None = firm(item.amount)
    if item.reference is not None:
        turn = _turn(item) if is_plain_change(item.amount) else 0
        side = ">=" if turn > 0 else "<=" if turn < 0 else None
    if side is None and words and item.reference is None:
        side = with_equal(item.comparison, item.amount, words)
    if side is None or (item.reference is not None and side[0] == item.comparison[0]):
        return item
    return item.model_copy(update={"comparison": side})


def _turn(item: MarkedItem) -> int:
    """Return +1 if the words of a relative target say a rise, -1 for a fall, 0 if they say neither or cannot be computed."""
    try:
        return share_of(item.amount).sign or direction_of(item.amount, kpi_definition(item.name))
    except AmountError:
        return 0


def _fits(unit: str, own: str) -> bool:
    try:
        value_in(f"1 {unit}", own)
    except AmountError:
        return False
    return True
