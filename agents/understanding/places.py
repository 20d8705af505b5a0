"""Places of a frame: cells, sites and areas, resolved to cell DNs; names that the network does not have lead to a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from agents.understanding.frames import Frame
from agents.understanding.items import Item
from agents.understanding.result import Question, ReadingError
from policies.slices import Slice
from twins.network import NetworkCard

_PREPOSITIONS: Final = ("in", "at", "around", "near", "across", "inside", "throughout", "within")
_DETERMINERS: Final = ("the", "our", "all", "a", "an", "this", "that", "every", "each")
_PLACE_NOUNS: Final = (
    "cells",
    "cell",
    "area",
    "district",
    "region",
    "zone",
    "sectors",
    "sites",
    "site",
    "neighbourhood",
    "quarter",
)


@dataclass(frozen=True)
class Place:
    """Cell DNs (empty: all cells) and the name of the area, if any."""

    cells: tuple[str, ...] = ()
    area: str = ""


def place_of(frame: Frame, card: NetworkCard) -> Place | None:
    """Return the frame's place, or None if it names none."""
    if frame.everywhere and not (frame.cells or frame.sites or frame.areas):
        return Place()
    areas = card.areas()
    ids = [*frame.cells, *frame.towards]
    ids += [cell.id for cell in card.cells if cell.site in frame.sites]
    ids += [cell for area in frame.areas for cell in areas[area]]
    if not ids:
        return None
    if _names_neighbours(frame):
        ids += [neighbour for cell in list(ids) for neighbour in card.cell(cell).neighbours]
    inside = set(ids)
    return Place(tuple(cell.dn for cell in card.cells if cell.id in inside), " and ".join(frame.areas))


def _names_neighbours(frame: Frame) -> bool:
    return any(word.lower() in ("neighbours", "neighbors") for word in frame.text)


def refuse_unknown_names(items: tuple[Item, ...], card: NetworkCard) -> None:
    """Raise ReadingError for a slice or an area that the text names and the network does not have."""
    slices = [slice_.value for slice_ in card.slices]
    for position, item in enumerate(items):
        if item.kind == "slice" and Slice(item.value) not in card.slices:
            _refuse(item.text, "slice", slices, card)
        if item.kind != "word":
            continue
        before = [previous.text.lower() for previous in items[max(0, position - 4) : position]]
        after = items[position + 1].text.lower() if position + 1 < len(items) else ""
        if after in ("slice", "slices") or before[-1:] in (["slice"], ["slices"]):
            _refuse(item.text, "slice", slices, card)
        if _points_at_place(before, after):
            phrase = _whole_name(items, position)
            _refuse(phrase, "area", list(card.areas()), card)


def _points_at_place(before: list[str], after: str) -> bool:
    while before and before[-1] in _DETERMINERS:
        before = before[:-1]
    return (bool(before) and before[-1] in _PREPOSITIONS) or after in _PLACE_NOUNS


def _whole_name(items: tuple[Item, ...], position: int) -> str:
    words = []
    for item in items[position:]:
        if item.kind != "word":
            break
        words.append(item.text)
    return " ".join(words)


def _refuse(name: str, kind: str, names: list[str], card: NetworkCard) -> None:
    nearest = tuple(match[0] for match in process.extract(name, names, scorer=fuzz.WRatio, limit=4))
    listed = ", ".join(nearest) or "none"
    question = f"Network {card.name} has no {kind} {name!r}; the nearest names are: {listed}. Which one do you mean?"
    raise ReadingError(Question(question=question, choices=nearest, kind="unknown name", replaces=name))
