"""The names and times that an operator's text may use: cells, sites, areas, slices, the calendar and the clock.

It is all that a reader knows of a network, so that texts are read without one (`twinpilot understand --card FILE`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from policies.slices import Slice
from policies.word import Word
from twins.network import NetworkCard


class NamedCell(Word):
    """A cell by name, the site that it stands on, and whether it sleeps; its kind and its neighbours where they are known."""

    id: str = Field(min_length=1)
    site: str = Field(min_length=1)
    asleep: bool = False
    kind: str | None = Field(default=None, description="macro or capacity")
    neighbours: tuple[str, ...] = Field(default=(), description="ids of the cells to which it has a relation")


class NamedEvent(Word):
    """An entry of the calendar."""

    name: str
    area: str = ""
    start: datetime
    end: datetime


class SiteCard(Word):
    """The names of a network. `areas`: ids of the cells of each area."""

    name: str
    now: datetime
    cells: tuple[NamedCell, ...] = Field(min_length=1)
    areas: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    events: tuple[NamedEvent, ...] = ()
    slices: tuple[Slice, ...] = tuple(Slice)

    @classmethod
    def of(cls, card: NetworkCard, asleep: frozenset[str] = frozenset()) -> Self:
        """Return the names of a network; `asleep`: the ids of its sleeping cells."""
        return cls(
            name=card.name,
            now=card.now,
            cells=tuple(
                NamedCell(id=cell.id, site=cell.site, asleep=cell.id in asleep, kind=cell.kind, neighbours=cell.neighbours)
                for cell in card.cells
            ),
            areas=card.areas(),
            events=tuple(NamedEvent(name=event.name, area=event.area, start=event.start, end=event.end) for event in card.events),
            slices=card.slices,
        )
