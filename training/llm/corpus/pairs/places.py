"""Which cells a place phrase of an operator names, on a part of the network of its hand.

The part has the sites that the words name and some others; on it the words must name the same cells as on the whole network.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from pydantic import JsonValue

from agents.reading.antecedents import PlaceError
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import Place, cells_of
from agents.reading.read_back import place_of
from agents.reading.site_card import SiteCard
from training.llm.corpus.pairs.operator_words import OperatorWords
from training.llm.corpus.pairs.pair import Pair, expected, first_of
from training.llm.corpus.wording import question

_MOST_CELLS: Final = 14


class PlacePairs:
    """Places in operators' words, each with the names of a part of its network."""

    name = "place"

    def __init__(self, words: OperatorWords) -> None:
        self._words = words

    def draw(self, random: Random) -> Pair | None:
        """Return a question for one phrase on one part of its network."""
        said = random.choice(self._words.places)
        if not said.stands:
            return None
        card = _part(said.names, said.cells, random)
        if card is None:
            return None
        names = Names(card)
        place = _read(said.words, names)
        if place is None or place.cells != said.cells & names.all or not _is_simple(place, names):
            return None
        shown = _card(card)
        return Pair(
            kind=self.name,
            question=question("place", random, card=shown, said=said.words),
            thought=_thought(place, names),
            answer=", ".join(sorted(place.cells)),
            facts={"said": [said.words, shown], "words": said.words, "card": _facts(card)},
            hand=said.hand,
        )

    def objection(self, pair: Pair) -> str:
        """Read the phrase again on the network of the question."""
        card = SiteCard.model_validate(pair.facts["card"])
        words = str(pair.facts["words"])
        said = expected("what is said", pair.facts["said"], [words, _card(card)])
        place = _read(words, Names(card))
        return first_of(said, expected("the answer", pair.answer, ", ".join(sorted(place.cells)) if place else None))


def _read(words: str, names: Names) -> Place | None:
    try:
        place = cells_of(words, names)
    except (PlaceError, AmbiguousNameError):
        return None
    return None if place.unused or place.is_alternative else place


def _part(names: Names, cells: frozenset[str], random: Random) -> SiteCard | None:
    """Return the card of a part of a network with these cells among few, None if they are too many."""
    needed = {names.site_of[cell] for cell in cells} if cells != names.all else set()
    others = [site for site in names.sites if site not in needed]
    random.shuffle(others)
    sites = set(needed)
    for site in others:
        if sum(len(names.sites[one]) for one in (*sites, site)) <= _MOST_CELLS:
            sites.add(site)
    kept = [cell for cell in names.card.cells if cell.site in sites]
    if not kept or len(kept) > _MOST_CELLS:
        return None
    ids = {cell.id for cell in kept}
    areas = {
        area: own for area, all_cells in names.card.areas.items() if (own := tuple(cell for cell in all_cells if cell in ids))
    }
    return names.card.model_copy(update={"cells": tuple(kept), "areas": areas, "events": ()})


def _is_simple(place: Place, names: Names) -> bool:
    """Whether the cells are those taken in, or all, without those left out: then that is the reasoning."""
    return _taken(place.named, names) - frozenset[str]().union(*place.left_out) == place.cells


def _taken(named: Sequence[frozenset[str]], names: Names) -> frozenset[str]:
    return frozenset[str]().union(*named) if named else names.all


def _thought(place: Place, names: Names) -> str:
    taken = ", and ".join(_listed(one, names) for one in dict.fromkeys(place.named)) or _listed(names.all, names)
    steps = [f"Taken in: {taken}."]
    if place.left_out:
        steps.append(f"Left out: {', and '.join(_listed(one, names) for one in dict.fromkeys(place.left_out))}.")
        count = f"{len(_taken(place.named, names))} cells without {len(_taken(place.named, names) - place.cells)}"
        steps.append(f"Of {count}, {len(place.cells)} are left.")
    else:
        steps.append(f"That is {len(place.cells)} of the {len(names.all)} cells.")
    return " ".join(steps)


def _listed(cells: frozenset[str], names: Names) -> str:
    where = place_of(tuple(sorted(cells)), names).removeprefix("in ")
    return where if len(cells) == 1 or "(" in where else f"{where} ({', '.join(sorted(cells))})"


def _card(card: SiteCard) -> str:
    sites: dict[str, list[str]] = {}
    for cell in card.cells:
        sites.setdefault(cell.site, []).append(f"{cell.id} (asleep)" if cell.asleep else cell.id)
    stand = "; ".join(f"{site}: {', '.join(cells)}" for site, cells in sites.items())
    areas = "; ".join(f"{area}: {', '.join(cells)}" for area, cells in card.areas.items())
    return f"Sites and cells: {stand}.{f' Areas: {areas}.' if areas else ''}"


def _facts(card: SiteCard) -> dict[str, JsonValue]:
    dumped: dict[str, JsonValue] = card.model_dump(mode="json", include={"name", "now", "cells", "areas"})
    return dumped
