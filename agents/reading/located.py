"""The cells of every item of a marked text: its place, that of the item before, or what it refers to."""

from __future__ import annotations

from collections.abc import Callable

from agents.reading.antecedents import Antecedents, PlaceError, named_in
from agents.reading.doubt import Doubt
from agents.reading.marked import SAME, Marked, MarkedItem
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import Place, cells_of

RELATION = "cellIndividualOffset"  # an attribute of a relation of two cells; `cells` are its sources


def located(marked: Marked, names: Names) -> list[frozenset[str]]:
    """Return the cells of every item, in order; raises Doubt."""
    named = _named(marked, names)
    told = named_in(marked.condition, names) or named_in(marked.when, names)
    told = told if len(told) == 1 else ()  # of several nobody knows which is meant
    found: list[frozenset[str]] = []
    before: list[frozenset[str]] = []
    left_out: tuple[frozenset[str], ...] = ()
    for item in map(_placed_as_the_others(marked), marked.items):
        others = tuple({cells for place, cells in named.items() if place != item.place})
        antecedents = Antecedents(tuple(before) or told or (others if len(others) == 1 else ()), others, left_out)
        place = _place(item, names, antecedents, found[-1] if found else names.all)
        cells = place.cells
        found.append(cells)
        if item.place and item.place != SAME:
            left_out = place.left_out
            before = [place for place in before if place != cells] + [cells]
    return found


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
                named[item.place] = cells_of(item.place, names, is_relation=item.name == RELATION).cells
            except (PlaceError, AmbiguousNameError):
                continue  # it refers to the others, or is asked about when its turn comes
    return named


def _place(item: MarkedItem, names: Names, antecedents: Antecedents, last: frozenset[str]) -> Place:
    if not item.place:
        return Place(names.all)
    if item.place == SAME:
        return Place(last)
    try:
        place = cells_of(item.place, names, antecedents, is_relation=item.name == RELATION)
    except AmbiguousNameError as error:
        raise Doubt(item.place, f"it can be {' or '.join(error.names)}") from error
    except PlaceError as error:
        raise Doubt(item.place, str(error)) from error
    if place.unused:
        raise Doubt(item.place, f"{', '.join(place.unused)} is not understood")
    if place.is_alternative and item.kind == "edit":
        raise Doubt(item.place, "it can be one of them or all")
    return place
