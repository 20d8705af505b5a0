"""From marked words to a reading: places become cells, amounts numbers in the right unit, times a window.

What the words do not allow to compute is a doubt, and a doubt is asked about; nothing is left out and nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Final

from agents.reading.amounting.amounts import AmountError, bare_number, with_unit
from agents.reading.amounting.amounts_before import AmountsBefore, Said, is_same_again
from agents.reading.amounting.carried_units import with_units
from agents.reading.amounting.choices import choice_in, choices_of
from agents.reading.amounting.comparing import is_sign_against, refined
from agents.reading.amounting.comparing import is_turned as is_turned_by
from agents.reading.amounting.direction import direction_of, direction_of_edit, is_by
from agents.reading.amounting.ranges import Bound, is_approximate, is_corridor
from agents.reading.amounting.shares import has_own_reference, is_compared, share_of
from agents.reading.amounting.words_beside import on_stated_side, with_words_beside
from agents.reading.doubt import Doubt
from agents.reading.located import located
from agents.reading.marked import SAME, Marked, MarkedItem
from agents.reading.names import Names
from agents.reading.relation import RELATION, targets_of
from agents.reading.timing.moments import TimeError
from agents.reading.timing.window import is_deadline, window_of
from policies.kpi import kpi_definition
from policies.limits.loading import load_limits
from policies.word import Word

_ENDLESS: Final = re.compile(r"\d\s*(?:e|\^|\*\*)\s*[+-]?\s*\d{3}|\d{40}", re.IGNORECASE)
_PER_TIME: Final = re.compile(r"\b(?:per|an?|each|every|in an)\s+(?:hour|day|night|week|month|year)\b", re.IGNORECASE)
_BARE_SIGN: Final = re.compile(r"\s*[+\-−]\s*\d")  # an offset has values of both signs
_OF_PRESENT: Final = re.compile(
    r"\b(?:present|current|now|actual|existing|as it is|what it|on\s+top|extra|additional\w*|further)\b", re.IGNORECASE
)
# Units that an operator may leave out where the number is on the attribute's grid; dB, dBm, ms and degrees are asked about.
_SURE_UNITS: Final = ("MHz", "kHz", "slot", "symbol")
_LEAST_SURE: Final = 10  # percent
_UNIT_OF_DELTA: Final = {"dBm": "dB"}


class Computed(Word):
    """An item with its cells (empty: the whole network) and number.

    percent: of a relative target. value, delta: of an edit. towards: the other cells of a relation, empty if none were named.
    """

    item: MarkedItem
    cells: tuple[str, ...] = ()
    value: float | str | None = None
    percent: float | None = None
    delta: float | None = None
    towards: tuple[str, ...] = ()


class ComputedReading(Word):
    """A marked text with everything computed."""

    marked: Marked
    items: tuple[Computed, ...] = ()
    window: tuple[datetime, datetime] | None = None


def computed(marked: Marked, names: Names) -> ComputedReading:
    """Compute all items and the window; raises Doubt."""
    items: list[Computed] = []
    marked = marked.model_copy(update={"items": tuple(_without_nowhere(_as_possible(item)) for item in marked.items)})
    beside = marked.beside or ("",) * len(marked.items)
    said = tuple(with_words_beside(item, words, _unit_of) for item, words in zip(marked.items, beside, strict=True))
    said = tuple(on_stated_side(item, words, _bound(item, said)) for item, words in zip(said, beside, strict=True))
    measured = with_units(said, _unit_of)
    for item, cells in zip(measured, located(marked, names), strict=True):
        if not cells:
            raise Doubt(item.place, "no cell is left")
        ids = () if cells == names.all else tuple(sorted(cells))
        other_end = _other_end(item, measured)
        for end in (item, *other_end):
            bound = _bound(end, (item, *other_end) if other_end else measured)
            one = _item(end, ids, AmountsBefore(_said_before(item, items), ids, names, _percents_before(item, items)), bound)
            items.append(one.changed(towards=_towards(item, items, names)))
    _check_contradiction(items)
    return ComputedReading(marked=marked, items=tuple(items), window=_window(marked, names))


def _towards(item: MarkedItem, items: list[Computed], names: Names) -> tuple[str, ...]:
    if item.name != RELATION or item.kind != "edit":
        return ()
    if item.place == SAME:
        return items[-1].towards if items else ()
    return targets_of(item.place, names)


def _check_contradiction(items: list[Computed]) -> None:
    """Raise Doubt if the text forbids the edit that it asks for; a text has one window, so both are at the same time."""
    for one in items:
        if one.item.kind != "forbid":
            continue
        for other in items:
            is_same = other.item.kind == "edit" and other.item.name == one.item.name and other.item.slice == one.item.slice
            if is_same and (not one.cells or set(one.cells) & set(other.cells)):
                raise Doubt(one.item.place or one.item.name, f"it forbids {one.item.name} in a cell where the text edits it")


def _unit_of(item: MarkedItem) -> str:
    """Return the unit in which an amount is computed; raises AmountError."""
    if item.reference is not None:
        return "%"
    if item.kind == "target":
        return kpi_definition(item.name).unit
    unit = unit_of_attribute(item.name)
    return _UNIT_OF_DELTA.get(unit, unit) if item.is_delta else unit


def _bound(item: MarkedItem, items: tuple[MarkedItem, ...]) -> Bound:
    """Return which end of a range a target bounds; the words of a corridor are the amounts of two targets."""
    side = (item.comparison or "")[:1]
    others = {
        (one.comparison or "")[:1] for one in items if (one.kind, one.name, one.amount) == ("target", item.name, item.amount)
    }
    return Bound(lowest=side == ">", is_corridor=others == {"<", ">"})


_POSSIBLE: Final = r"\s+(?:\S+\s+){0,4}?as\s+(?:\w+\s+)?(?:possible|can|could|may|manages?)\b"
_MOST: Final = re.compile(rf"\bas\s*(?:…\s*)?(?:many|much|high|fast|large|big|great|long)\b(?:\s*…)?{_POSSIBLE}", re.IGNORECASE)
_LEAST: Final = re.compile(rf"\bas\s*(?:…\s*)?(?:few|little|low|slow|short|small)\b(?:\s*…)?{_POSSIBLE}", re.IGNORECASE)
_NO_EXTREME: Final = re.compile(r"\d|\b(?:than|sav\w*|cut\w*|reduc\w*|lower\w*|less|fewer|down|trim\w*)\b", re.IGNORECASE)
_NOWHERE: Final = re.compile(r"\W*nowhere\s+(?=(?:in|at|on|within|around|across)\b)", re.IGNORECASE)


def _as_possible(item: MarkedItem) -> MarkedItem:
    """Return a target with the extreme that its words state: "as many as possible" is no bound."""
    is_most, is_least = bool(_MOST.search(item.amount)), bool(_LEAST.search(item.amount))
    is_extreme = item.kind != "target" or item.comparison in ("min", "max")
    if is_extreme or is_most == is_least or _NO_EXTREME.search(item.amount):
        return item
    return item.model_copy(update={"comparison": "max" if is_most else "min", "reference": None})


def _without_nowhere(item: MarkedItem) -> MarkedItem:
    """Return an item without the "nowhere" that only turns its bound: "nowhere in the hall longer than 15 ms" is at most 15."""
    is_turned = item.kind == "target" and item.comparison is not None and is_turned_by(item.comparison, item.amount)
    return item.model_copy(update={"place": _NOWHERE.sub("", item.place, count=1)}) if is_turned else item


def _other_end(item: MarkedItem, items: tuple[MarkedItem, ...]) -> tuple[MarkedItem, ...]:
    """Return the other bound of a corridor of which a reader marked one: "between 30 and 70 %" is >= 30 and <= 70."""
    if item.kind != "target" or item.reference is not None or item.comparison in (None, "min", "max"):
        return ()
    side, opposite = (">", "<=") if item.comparison in (">", ">=") else ("<", ">=")
    is_marked = any(
        (one.kind, one.name, one.slice) == ("target", item.name, item.slice) and (one.comparison or side)[:1] != side
        for one in items
    )
    better = kpi_definition(item.name).better
    if is_marked or not is_corridor(item.amount, may_rise=better == "higher", may_be_bare=better == "neutral"):
        return ()
    return (item.model_copy(update={"comparison": opposite}),)


def _said_before(item: MarkedItem, items: list[Computed]) -> tuple[Said, ...]:
    """Return the amounts of the items before of the same name, to which "the same" or a number without a unit refers."""
    found: list[Said] = []
    for one in items:
        is_same = (one.item.kind, one.item.name, one.item.is_delta) == (item.kind, item.name, item.is_delta)
        value = one.delta if item.is_delta else one.value
        if is_same and isinstance(value, float):
            found.append((one.cells, abs(value) if item.is_delta else value))
    return tuple(found)


def _percents_before(item: MarkedItem, items: list[Computed]) -> tuple[float, ...]:
    """Return the changes that items before state of the same KPI against the same reference."""
    return tuple(
        one.percent
        for one in items
        if one.percent is not None and (one.item.name, one.item.reference) == (item.name, item.reference)
    )


def _check_size(words: str) -> None:
    """Raise Doubt for a number that no quantity has: to compute with it exactly would take for ever."""
    if _ENDLESS.search(words):
        raise Doubt(words[:60], "the number is beyond all quantities")


def _item(item: MarkedItem, cells: tuple[str, ...], before: AmountsBefore, bound: Bound) -> Computed:
    _check_size(item.amount)
    try:
        if item.kind == "target":
            return _target(item, cells, before, bound)
        if item.kind == "edit":
            return _edit(item, cells, before)
    except AmountError as error:
        raise Doubt(item.amount, str(error)) from error
    except OverflowError as error:
        raise Doubt(item.amount, "the number is too large") from error
    return Computed(item=item, cells=cells)


def _target(item: MarkedItem, cells: tuple[str, ...], before: AmountsBefore, bound: Bound) -> Computed:
    if item.comparison in ("min", "max"):
        return Computed(item=item, cells=cells)
    if item.comparison is not None and is_sign_against(item.comparison, item.amount):
        raise AmountError("the sign behind the number is heard the other way round")
    if item.reference is not None:
        if before.percents and is_same_again(item.amount):
            return Computed(item=item, cells=cells, percent=before.percents[-1])
        share = share_of(item.amount)
        if share.percent and _can_be_points(item, share.percent):
            raise AmountError(f"{item.amount!r} can be percent of its value or percentage points")
        sign = share.sign or direction_of(item.amount, kpi_definition(item.name)) or item.sign or 1
        return Computed(item=item, cells=cells, percent=share.percent * sign)
    if not before.said and is_by(item.amount):
        raise AmountError(f"{item.amount!r} is how much it changes, and not from what")
    if kpi_definition(item.name).across_windows == "sum" and _PER_TIME.search(item.amount):
        raise AmountError(f"{item.name} is a sum over the window, not over each hour or day")
    if item.comparison is not None and not bound.is_corridor:
        item = item.model_copy(update={"comparison": refined(item.comparison, item.amount)})
    if is_approximate(item.amount):
        raise AmountError(f"{item.amount!r} is neither a lower nor an upper bound")
    return Computed(item=item, cells=cells, value=before.value(item.amount, _unit_of(item), bound))


def _can_be_points(item: MarkedItem, percent: float) -> bool:
    """Whether a change in percent of a KPI that is in percent itself, and not said of what, can be one in percentage points.

    Nobody calls ten points of a share of failures "thirty percent less"; of a load they do, and of a small number.
    """
    kpi = kpi_definition(item.name)
    if kpi.unit != "%" or has_own_reference(item.amount):
        return False
    return kpi.better == "neutral" or percent < _LEAST_SURE or not is_compared(item.amount)


def _edit(item: MarkedItem, cells: tuple[str, ...], before: AmountsBefore) -> Computed:
    if item.state:
        return Computed(item=item, cells=cells, value=item.state)
    if choices_of(item.name):
        if item.is_delta:
            raise AmountError(f"{item.name} is one of {', '.join(choices_of(item.name))}, and not changed by an amount")
        return Computed(item=item, cells=cells, value=choice_in(item.amount, item.name))
    unit = _unit_of(item)
    if item.is_delta:
        if item.name == "a3Offset" and _BARE_SIGN.match(item.amount) and not _OF_PRESENT.search(item.amount):
            raise AmountError(f"{item.amount!r} can be the new value or a change")
        size = abs(before.change(item.amount, unit))
        return Computed(item=item, cells=cells, delta=size * (direction_of_edit(item.amount, item.name) or item.sign or 1))
    return Computed(item=item, cells=cells, value=before.value(_with_only_unit(item), unit))


def _with_only_unit(item: MarkedItem) -> str:
    """Return the amount, with its unit where a number without one is a value of a grid that has no other unit: "to 40" of MHz."""
    number = bare_number(item.amount)
    on_grid = (limit for limit in load_limits() if limit.attribute == item.name and limit.kind == "set")
    is_sure = number is not None and any(limit.unit in _SURE_UNITS and float(number.value) in limit.values for limit in on_grid)
    return with_unit(item.amount, _unit_of(item)) if is_sure else item.amount


@cache
def unit_of_attribute(attribute: str) -> str:
    """Return the unit of an attribute in the limits catalogue; raises AmountError if there is no such attribute, or several."""
    units = {limit.unit for limit in load_limits() if limit.attribute == attribute}
    if len(units) != 1:
        raise AmountError(f"{attribute} has no unit in the limits catalogue" if not units else f"{attribute} has several units")
    return units.pop()


def _window(marked: Marked, names: Names) -> tuple[datetime, datetime] | None:
    if not marked.when:
        return None
    _check_size(marked.when)
    if is_deadline(marked.when) and any(item.kind == "edit" for item in marked.items):
        raise Doubt(marked.when, "it can be when it ends, or when it is to be done at the latest")
    try:
        return window_of(marked.when, names.card)
    except TimeError as error:
        raise Doubt(marked.when, str(error)) from error
    except OverflowError as error:
        raise Doubt(marked.when, "the time is beyond any calendar") from error
