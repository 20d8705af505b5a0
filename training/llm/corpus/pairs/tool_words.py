"""What the questions for tools are made of: places of a network with plain names, KPIs in words, and settings with a tool."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random
from typing import Final

from pydantic import TypeAdapter

from agents.reading.names import Names
from agents.reading.places import cells_of
from agents.reading.site_card import NamedCell, SiteCard
from policies.kpi import kpi_definitions
from policies.text.times import Moment

_SITES: Final = ("S1", "S2", "S3", "S7", "N04", "HB2")
_AREAS: Final = ("stadium", "harbour", "campus", "old town", "terminal", "hospital")
_NOW: Final = TypeAdapter(Moment).validate_python("2026-03-03T12:00:00Z")


@cache
def network() -> Names:
    """Return the names of the network that the questions are about."""
    cells = tuple(NamedCell(id=f"{site}C{number}", site=site) for site in _SITES for number in (1, 2, 3))
    areas = {area: tuple(cell.id for cell in cells[3 * index : 3 * index + 2]) for index, area in enumerate(_AREAS)}
    return Names(SiteCard(name="network", now=_NOW, cells=cells, areas=areas))


def drawn_place(random: Random, *, everywhere: bool) -> tuple[str, list[str]]:
    """Return words for a place and the cells or areas that a tool gets for it; everywhere: it may be the whole network."""
    form = random.choice(("cell", "cell", "cells", "area", "area", "everywhere" if everywhere else "cell"))
    if form == "everywhere":
        return "in the whole network", []
    if form == "area":
        area = random.choice(_AREAS)
        return f"in the {area}", [area]
    cells = sorted(random.sample(network().order, 1 if form == "cell" else random.choice((2, 3))))
    *first, last = cells
    return f"in {', '.join(first)} and {last}" if first else f"in {last}", cells


def is_place(words: str, named: list[str]) -> bool:
    """Whether words name the cells that a tool would take for these cells and areas."""
    areas = network().card.areas
    cells = {cell for name in named for cell in areas.get(name, (name,))}
    if not named:
        return cells_of("the whole network", network()).cells == network().all and words.endswith("the whole network")
    return cells_of(words, network()).cells == cells


@cache
def kpi_words() -> dict[str, str]:
    """Return the names of operators for KPIs, each of one KPI alone, and that KPI."""
    counted = Counter(alias for kpi in kpi_definitions().values() for alias in kpi.aliases)
    return {
        alias: kpi.name
        for kpi in kpi_definitions().values()
        for alias in kpi.aliases
        if counted[alias] == 1 and "cell" in kpi.levels and not kpi.binned
    }
