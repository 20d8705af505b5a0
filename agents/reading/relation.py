"""The other side of a relation of two cells: "from S6C3 towards S7C1" is about S6C3, and its target is S7C1."""

from __future__ import annotations

from agents.reading.antecedents import PlaceError
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.place_words import TOWARDS
from agents.reading.places import cells_of
from agents.reading.spoken import spoken


def targets_of(phrase: str, names: Names) -> tuple[str, ...]:
    """Return the sorted cells behind the word that separates source and target, empty if none are named there."""
    words = spoken(phrase)
    behind = next((word.end for number, word in enumerate(words) if number and word.key in TOWARDS), None)
    if behind is None or not phrase[behind:].strip():
        return ()
    try:
        place = cells_of(phrase[behind:], names)
    except (PlaceError, AmbiguousNameError):
        return ()
    return () if place.unused else tuple(sorted(place.cells))
