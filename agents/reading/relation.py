"""The two sides of a relation of two cells: "from S6C3 towards S7C1" is about S6C3, and its target is S7C1."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.antecedents import PlaceError
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.place_words import TOWARDS
from agents.reading.places import cells_of
from agents.reading.spoken import spoken

_TOWARDS: Final = "towards"
_HEADED: Final = re.compile(
    r"\W*(?:source|src)\b\s*(?:cell)?\W*(?P<source>\w.*?)\W+(?:target|tgt)\b\s*(?:cell)?\W*(?P<target>\w.*)",
    re.IGNORECASE | re.DOTALL,
)
# "towards S5C1 from S4C2"; the word in front can belong to the name of the attribute.
_TARGET_FIRST: Final = re.compile(
    r"\W*(?:(?:to|towards?|into|target)\W+)?(?P<target>\w.*?)\s*(?:…|,)?\s+(?:as\s+)?(?:seen\s+)?from\s+(?P<source>\w.*)",
    re.IGNORECASE,
)
_FOREIGN: Final = re.compile(r"\b(?:(?:in\s+)?(?:de\s+)?richting|richtung)\b", re.IGNORECASE)


def source_first(phrase: str, names: Names) -> str:
    """Return the words for a relation with its source in front: "towards S5C1 from S4C2" is "S4C2 towards S5C1"."""
    plain = _FOREIGN.sub(_TOWARDS, phrase)
    match = _HEADED.fullmatch(plain) or _TARGET_FIRST.fullmatch(plain)
    if match is None or any(word.key in TOWARDS for side in match.groupdict().values() for word in spoken(side)):
        return plain
    return f"{match['source']} {_TOWARDS} {match['target']}" if _named(match["target"], names) else plain


def _named(words: str, names: Names) -> tuple[str, ...]:
    """Return the sorted cells that words name, empty if they name none or are not understood."""
    try:
        place = cells_of(words, names)
    except (PlaceError, AmbiguousNameError):
        return ()
    return () if place.unused else tuple(sorted(place.cells))


def targets_of(phrase: str, names: Names) -> tuple[str, ...]:
    """Return the sorted cells behind the word that separates source and target, empty if none are named there."""
    phrase = source_first(phrase, names)
    words = spoken(phrase)
    behind = next((word.end for number, word in enumerate(words) if number and word.key in TOWARDS), None)
    return () if behind is None or not phrase[behind:].strip() else _named(phrase[behind:], names)
