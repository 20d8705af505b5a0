"""The two sides of a relation of two cells: "from S6C3 towards S7C1" is about S6C3, and its target is S7C1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.reading.antecedents import PlaceError
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.place_words import TOWARDS
from agents.reading.places import cells_of
from agents.reading.spoken import spoken

RELATION: Final = "cellIndividualOffset"  # an attribute of a relation of two cells; `cells` are its sources

_TOWARDS: Final = "towards"
_SOURCE: Final = r"(?:source|src|serving|from)"
_TARGET: Final = r"(?:target|tgt|towards?|to|neighbou?r)"
_AND: Final = r"\W*(?:and\s+)?"


def _side(side: str, said: str) -> str:
    """Return the pattern of a cell and which side it is behind it: "S1C1 (source)", "S1C1 as the source cell"."""
    return rf"\W*(?:between\s+)?(?P<{side}>\w.*?)\s*(?:\(\s*{said}(?:\s+cell)?\s*\)|\bas\s+(?:the\s+)?{said}(?:\s+cell)?\b)"


_HEADED: Final = (
    re.compile(
        r"\W*(?:source|src)\b\s*(?:cell)?\W*(?P<source>\w.*?)\W+(?:target|tgt)\b\s*(?:cell)?\W*(?P<target>\w.*)",
        re.IGNORECASE | re.DOTALL,
    ),
    # "S1C1 (source) and S2C1 (target)", "S2C1 as target, S1C1 as source"
    re.compile(_side("source", _SOURCE) + _AND + _side("target", _TARGET) + r"\W*", re.IGNORECASE | re.DOTALL),
    re.compile(_side("target", _TARGET) + _AND + _side("source", _SOURCE) + r"\W*", re.IGNORECASE | re.DOTALL),
)
# "towards S5C1 from S4C2"; the word in front can belong to the name of the attribute.
_TARGET_FIRST: Final = re.compile(
    r"\W*(?:(?:to|towards?|into|target)\W+)?(?P<target>\w.*?)\s*(?:…|,)?\s+(?:as\s+)?(?:seen\s+)?from\s+(?P<source>\w.*)",
    re.IGNORECASE,
)
_LEFT_FOR: Final = re.compile(r"\W*(?:(?:leav(?:e|es|ing)|of|from)\s+)?(?P<source>\w.*?)\s+for\s+(?P<target>\w.*)", re.IGNORECASE)
_FOREIGN: Final = re.compile(r"\b(?:(?:in\s+)?(?:de\s+)?richting|richtung)\b", re.IGNORECASE)
_WAY_BACK: Final = re.compile(r"\W*(?:(?:and\s+)?(?:(?:on\s+)?the\s+)?(?:way\s+)?back\s*,?\s+)(?=from\b)", re.IGNORECASE)
_PARTING: Final = re.compile(r"\s*[|;\t]\s*|\s*,\s*")  # what parts the columns of a table
_HEAD: Final = r"\W*(?:the\s+)?%s(?:\s+(?:cell|id|cell\s+id))?\W*"
_HEADS: Final = (re.compile(_HEAD % _SOURCE, re.IGNORECASE), re.compile(_HEAD % _TARGET, re.IGNORECASE))
_LABEL: Final = r"\b%s(?:\s+cell)?\s*[:=]\s*$"
_LABELS: Final = (re.compile(_LABEL % _SOURCE, re.IGNORECASE), re.compile(_LABEL % _TARGET, re.IGNORECASE))


def source_first(phrase: str, names: Names) -> str:
    """Return the words for a relation with its source in front: "towards S5C1 from S4C2" is "S4C2 towards S5C1"."""
    plain = _WAY_BACK.sub("", _FOREIGN.sub(_TOWARDS, phrase), count=1)
    match = next((found for one in _HEADED if (found := one.fullmatch(plain))), None) or _TARGET_FIRST.fullmatch(plain)
    if match is None and (left := _LEFT_FOR.fullmatch(plain)) and all(_is_cell(side, names) for side in left.groups()):
        match = left
    if match is None or any(word.key in TOWARDS for side in match.groupdict().values() for word in spoken(side)):
        return plain
    return f"{match['source']} {_TOWARDS} {match['target']}" if _named(match["target"], names) else plain


def with_headings(text: str, pieces: Sequence[tuple[int, int]]) -> str:
    """Return the words of a relation of which a table or a form has the two cells, as its headings tell source from target.

    "| from | to |" over "| S1C1 | S2C1 |" and "source: S1C1; target: S2C1" give "from S1C1 towards S2C1". Empty if none tells.
    """
    if len(pieces) == 1:
        start, end = pieces[0]
        parting = list(_PARTING.finditer(text, start, end))
        if len(parting) != 1 or not start < parting[0].start() < parting[0].end() < end:
            return ""
        pieces = (start, parting[0].start()), (parting[0].end(), end)
    if len(pieces) != 2:
        return ""
    said = [text[slice(*piece)] for piece in pieces]
    for source, target in ((0, 1), (1, 0)):
        is_labelled = all(one.search(text, 0, pieces[at][0]) for one, at in zip(_LABELS, (source, target), strict=True))
        heads = _heads(text, pieces)
        is_headed = bool(heads) and all(one.fullmatch(heads[at]) for one, at in zip(_HEADS, (source, target), strict=True))
        if is_labelled or is_headed:
            return f"from {said[source]} {_TOWARDS} {said[target]}"
    return ""


def _heads(text: str, pieces: Sequence[tuple[int, int]]) -> list[str]:
    """Return what stands over two pieces of one line in the first line of the table, empty if there is none."""
    begin = text.rfind("\n", 0, pieces[0][0]) + 1
    if "\n" in text[begin : pieces[1][1]] or not (parting := _PARTING.search(text, pieces[0][1], pieces[1][0])):
        return []
    sign = parting[0].strip(" ") or "\t"
    columns = [text.count(sign, begin, start) for start, _ in pieces]
    for line in reversed(text[: max(0, begin - 1)].split("\n")):
        heads = line.split(sign)
        if len(heads) > max(columns) and all(any(head.fullmatch(heads[column]) for head in _HEADS) for column in columns):
            return [heads[column] for column in columns]
        if sign not in line:
            break
    return []


def _is_cell(words: str, names: Names) -> bool:
    """Whether words are the name of one cell and nothing else."""
    said = spoken(words)
    name = names.full_at(said, 0) if said else None
    return name is not None and name.kind == "cell" and name.words == len(said)


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
