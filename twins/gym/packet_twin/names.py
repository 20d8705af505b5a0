"""The names of a layout's cells in the managed object tree; cells at the same position share a site."""

from __future__ import annotations

import math
from typing import NamedTuple

from twins.gym.layout import Layout
from twins.system.configuration import LOCAL_ID_BITS


class CellName(NamedTuple):
    """The names of a cell; its neighbours are all other cells, nearest first."""

    id: str
    gnb: int
    local: int
    neighbours: tuple[str, ...]

    @property
    def site(self) -> str:
        """Id of the site."""
        return f"S{self.gnb}"

    @property
    def element(self) -> str:
        """DN of the site's ManagedElement."""
        return f"ManagedElement={self.site}"

    @property
    def du(self) -> str:
        """DN of the NRCellDU."""
        return f"{self.element},GNBDUFunction=1,NRCellDU={self.id}"

    @property
    def cu(self) -> str:
        """DN of the NRCellCU."""
        return f"{self.element},GNBCUCPFunction=1,NRCellCU={self.id}"

    @property
    def carrier(self) -> str:
        """DN of the NRSectorCarrier."""
        return f"{self.element},GNBDUFunction=1,NRSectorCarrier={self.id}"

    @property
    def nci(self) -> int:
        """NR cell identity: number of the site followed by the local number of the cell."""
        return (self.gnb << LOCAL_ID_BITS) | self.local

    def relation(self, neighbour: str) -> str:
        """DN of the NRCellRelation to a neighbour."""
        return f"{self.cu},NRCellRelation={neighbour}"


def cell_names(layout: Layout) -> dict[str, CellName]:
    """Return the names of every cell of `layout`, in its order."""
    places = {name: (cell.position.x_m, cell.position.y_m) for name, cell in layout.cells.items()}
    sites = list(dict.fromkeys(places.values()))
    names: dict[str, CellName] = {}
    for name, place in places.items():
        local = 1 + sum(places[other] == place for other in names)
        neighbours = sorted((other for other in places if other != name), key=lambda other: math.dist(place, places[other]))
        names[name] = CellName(name, sites.index(place) + 1, local, tuple(neighbours))
    return names
