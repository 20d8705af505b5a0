"""Parts of sites by a word for them: "the land sides" of several sites, "the middle one" of a site with a cell CV8mid."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from agents.reading.name import Name, folded, key_of
from agents.reading.placing.place_phrase import PlacePhrase

_PLURALS: Final = ("cells", "sectors", "sides", "ends", "ones", "carriers", "antennas", "halves")
_SINGULARS: Final = ("1", "cell", "sector", "side", "end")
_ADJECTIVAL: Final = ("dle", "er", "ern", "ward", "most", "ermost", "dlemost", "side")  # middle of mid, western of west
_SHORTEST: Final = 3  # letters


def parts_of_sites(phrase: PlacePhrase, position: int, sites: Collection[str]) -> Name | None:
    """Return the cells of "land sides", one of each of the sites that have one; None if the words are no such part of several."""
    for length in (3, 2, 1):
        part, end = phrase.words[position : position + length], position + length
        key = key_of(part)
        is_part = len(part) == length and all(word.is_word for word in part) and not key.isdecimal()
        if not is_part or not phrase.is_at(end, *_PLURALS):
            continue
        cells = phrase.names.suffixed(key, sites)
        if len(cells) > 1 and len(phrase.names.sites_of(cells)) == len(cells):
            return Name("range", key, cells, length + 1)
    return None


def cell_told(phrase: PlacePhrase, position: int, site: str) -> Name | None:
    """Return the cell of a site whose part begins an adjective: CV8mid of "CV8, the middle one"; None if not just one."""
    word = phrase.words[position].key
    if not phrase.is_at(position - 1, "the") or not phrase.is_at(position + 1, *_SINGULARS):
        return None
    parts = {cell: folded(cell).removeprefix(folded(site)) for cell in phrase.names.sites[site]}
    cells = [
        cell
        for cell, part in parts.items()
        if len(part) >= _SHORTEST and word.startswith(part) and word.removeprefix(part) in _ADJECTIVAL
    ]
    return Name("cell", cells[0], frozenset(cells), 2) if len(cells) == 1 else None
