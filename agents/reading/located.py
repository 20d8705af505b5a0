"""The cells of every item of a marked text: its place, that of the item before, or what it refers to.

An item does not hold where the text forbids it: what is not to be touched has no goal, what keeps running does not sleep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from agents.reading.antecedents import Antecedents, PlaceError, named_in
from agents.reading.doubt import Doubt
from agents.reading.marked import SAME, Marked, MarkedItem
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import Place, cells_of
from agents.reading.relation import RELATION, source_first
from agents.reading.spoken import ONES

_OFF: Final = ("toBeEnergySaving", "LOCKED")
_NOTHING: Final = re.compile(r"\W*nothing\b", re.IGNORECASE)
_MORE: Final = re.compile(r"\b(?:above|over|more|exceed\w*|beyond|higher|longer|greater)\b|>", re.IGNORECASE)
_FEWER: Final = re.compile(r"\b(?:below|under|less|fewer|lower|beneath|short)\b|<", re.IGNORECASE)
_OPPOSITES: Final = {"<": _MORE, "<=": _MORE, ">": _FEWER, ">=": _FEWER}  # the words of an amount that "nothing" turns
# "in either" of a goal or a ban holds for each of the two; "S2C1 … in both": one of them was marked with what means both.
_EITHER: Final = re.compile(
    r"(?:(?<=…)|^)(?P<before>\s*(?:(?:in|on|at|for|of|from)\s+)?)either(?P<behind>\s+of\s+them)?(?=\s*(?:…|$))", re.IGNORECASE
)
_NAMED_BOTH: Final = re.compile(r"…\s*(?:(?:in|on|at|for|of|from)\s+)?both(?:\s+of\s+(?:them|these|those))?\s*$", re.IGNORECASE)
_COUNTED: Final = re.compile(r"\b(?:both|all (?:two|three|four|five|six|\d+))\b", re.IGNORECASE)


def located(marked: Marked, names: Names) -> list[frozenset[str]]:
    """Return the cells of every item, in order, without those in which the text forbids it; raises Doubt."""
    places = _places(marked, names)
    touchable = _touchable(marked, [place.cells for place in places], names)
    allowed = zip(marked.items, places, touchable, strict=True)
    return [_allowed(marked, item, place, cells, touchable) for item, place, cells in allowed]


def _touchable(marked: Marked, cells: list[frozenset[str]], names: Names) -> list[frozenset[str]]:
    """Return the cells of the items without those that the text forbids to change; restrictions keep theirs."""
    pairs = list(zip(marked.items, cells, strict=True))
    forbidden = frozenset[str]().union(*(own for item, own in pairs if item.kind == "forbid" and item.name == "change"))
    hands_off = frozenset[str]() if forbidden == names.all else forbidden
    for item, own in pairs:
        if item.kind == "edit" and own & hands_off and _COUNTED.search(item.place):
            raise Doubt(item.place, "it is not certain whether it is of the cells that are not to be touched, too")
    return [own if item.kind == "forbid" or _is_counted(item, own) else own - hands_off for item, own in pairs]


def _is_counted(item: MarkedItem, cells: frozenset[str]) -> bool:
    """Whether the words of a place count its cells: "on all three" is of those that are not to be touched, too."""
    counted = _COUNTED.search(item.place)
    count = "two" if counted and counted[0].casefold() == "both" else counted[0].split()[-1].casefold() if counted else ""
    return bool(count) and count in (str(len(cells)), next((word for word, number in ONES.items() if number == len(cells)), ""))


def _allowed(
    marked: Marked, item: MarkedItem, place: Place, cells: frozenset[str], all_cells: Sequence[frozenset[str]]
) -> frozenset[str]:
    """Return the cells of an edit without those parts of its place in which the text forbids it: "A to sleep, A1 keeps running".

    A part that the edit names by itself stays: then the text contradicts itself, which is for others to see.
    """
    kept = frozenset[str]().union(
        *(
            own
            for other, own in zip(marked.items, all_cells, strict=True)
            if item.kind == "edit" and other.kind == "forbid" and _forbids(other, item) and own < cells
        )
    )
    if not kept or any(named <= kept for named in place.named):
        return cells
    if _COUNTED.search(item.place) or item.state == "LOCKED":
        raise Doubt(item.place, "it is not certain whether it is of the cells that are to stay as they are, too")
    return cells - kept


def _forbids(restriction: MarkedItem, edit: MarkedItem) -> bool:
    if restriction.name == "sleep":
        return edit.state in _OFF
    return restriction.name == edit.name and restriction.slice in (None, edit.slice)


def _places(marked: Marked, names: Names) -> list[Place]:
    """Return the place of every item, in order; raises Doubt."""
    named = _named(marked, names)
    told = named_in(marked.condition, names) or named_in(marked.when, names)
    told = told if len(told) == 1 else ()  # of several nobody knows which is meant
    items = [*map(_placed_as_the_others(marked), marked.items)]
    found: dict[int, Place] = {}
    before: list[frozenset[str]] = []
    last = Place(names.all)
    for index in _in_order_of_text(marked):
        item = items[index]
        others = tuple({cells for place, cells in named.items() if place != item.place})
        said = tuple(before) or told or (others if len(others) == 1 else ())
        antecedents = Antecedents(said, others, last.left_out, last.named if before else ())
        place = _place(item, names, antecedents, found.get(index - 1, Place(names.all)))
        found[index] = place
        if item.place and item.place != SAME:
            last = place
            before = [cells for cells in before if cells != place.cells] + [place.cells]
    return [found[index] for index in range(len(items))]


def _in_order_of_text(marked: Marked) -> list[int]:
    """Return the numbers of the items as their places stand in the text; one without a place of its own behind the one before it.

    "Keep A on air, and loss on it below 1 %" has the goal as its first item, but "it" is what is kept on air.
    """
    starts = list(marked.starts or range(len(marked.items)))
    for index, item in enumerate(marked.items):
        if index and item.place in (SAME, ""):
            starts[index] = starts[index - 1]
    return sorted(range(len(starts)), key=lambda index: (starts[index], index))


def _placed_as_the_others(marked: Marked) -> Callable[[MarkedItem], MarkedItem]:
    """Return what gives an item without a place that of the text: a place named once holds for all goals and edits."""
    places = {item.place for item in marked.items if item.kind != "forbid" and item.place not in ("", SAME)}

    def placed(item: MarkedItem) -> MarkedItem:
        if item.place or item.kind == "forbid" or not places:
            return item
        if len(places) > 1:
            raise Doubt(item.amount or item.name, "several places are named, and not which of them it is about")
        return item.model_copy(update={"place": next(iter(places))})

    return placed


def _named(marked: Marked, names: Names) -> dict[str, frozenset[str]]:
    """Return the places that can be read by themselves, for "the rest"."""
    named: dict[str, frozenset[str]] = {}
    for item in marked.items:
        if item.place and item.place != SAME and item.place not in named:
            try:
                named[item.place] = cells_of(_said(item, names), names, is_relation=item.name == RELATION).cells
            except (PlaceError, AmbiguousNameError):
                continue  # it refers to the others, or is asked about when its turn comes
    return named


def _said(item: MarkedItem, names: Names) -> str:
    """Return the words of the place of an item, those of a relation with its source in front."""
    return source_first(item.place, names) if item.name == RELATION else item.place


def _place(item: MarkedItem, names: Names, antecedents: Antecedents, last: Place) -> Place:
    if not item.place:
        return Place(names.all)
    if item.place == SAME:
        return last
    said = _said(item, names)
    if _EITHER.search(said):
        if item.kind == "edit":
            raise Doubt(item.place, "it can be one of them or all")
        said = _EITHER.sub(r"\g<before>both\g<behind>", said)
    try:
        place = _both(said, names, antecedents) or cells_of(said, names, antecedents, is_relation=item.name == RELATION)
    except AmbiguousNameError as error:
        raise Doubt(item.place, f"it can be {' or '.join(error.names)}") from error
    except PlaceError as error:
        raise Doubt(item.place, str(error)) from error
    if place.unused:
        raise Doubt(item.place, f"{', '.join(place.unused)} is not understood")
    if place.is_alternative and item.kind == "edit":
        raise Doubt(item.place, "it can be one of them or all")
    if place.is_pair and item.kind == "edit":
        raise Doubt(item.place, "it is not certain which is the source and which the target")
    return _only(item, place) if place.is_none_but and item.kind != "forbid" else place


def _both(said: str, names: Names, antecedents: Antecedents) -> Place | None:
    """Return the place of "A … in both" if A is only one of the two, which the words before name; None of all other words.

    Two cells, or two places, that are named before "both" are what it means.
    """
    match = _NAMED_BOTH.search(said)
    place = cells_of(said[: match.start()], names, antecedents) if match else None
    if place is None or len(place.cells) == 2 or len(place.named) != 1:
        return None
    cells = antecedents.both_with(place.cells)
    return Place(cells, place.unused, place.left_out, place.is_alternative, (*place.named, cells - place.cells))


def _only(item: MarkedItem, place: Place) -> Place:
    """Return the place of "nothing but A", which is A; raises Doubt if the words can mean all but A.

    They do where "nothing" turns what is said of it: "nothing but A above 80 %". What is forbidden is forbidden in all but A.
    """
    is_turned = item.comparison in _OPPOSITES and _OPPOSITES[item.comparison].search(item.amount)
    if is_turned or not _NOTHING.match(item.place):
        raise Doubt(item.place, "it can be only what is named, or all but that")
    cells = frozenset[str]().union(*place.left_out)
    return Place(cells, named=place.left_out)
