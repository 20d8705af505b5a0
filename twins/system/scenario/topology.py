"""Cell layouts and neighbour lists."""

from __future__ import annotations

import math

from twins.system.scenario.scenario import CellSpec

MAX_NEIGHBOURS = 14


def hexagonal(rings: int = 1, isd: float = 500.0, sectors: tuple[float, ...] = (30.0, 150.0, 270.0)) -> tuple[CellSpec, ...]:
    """Return macro cells on a hexagonal grid with `rings` around the central site (0: 1 site, 1: 7 sites, 2: 19 sites).

    `isd` is the inter-site distance in m (TR 38.901 UMa: 500); `sectors` are the azimuths in degrees.
    """
    cells = []
    for number, (x, y) in enumerate(_grid(rings, isd), start=1):
        for index, azimuth in enumerate(sectors, start=1):
            cells.append(CellSpec(id=f"S{number}C{index}", site=f"S{number}", x=x, y=y, azimuth=azimuth))
    return tuple(cells)


def _grid(rings: int, isd: float) -> list[tuple[float, float]]:
    points = []
    for q in range(-rings, rings + 1):
        for r in range(max(-rings, -q - rings), min(rings, -q + rings) + 1):
            points.append((isd * (q + 0.5 * r), isd * r * math.sqrt(0.75)))
    points.sort(key=lambda point: (round(math.hypot(*point), 3), round(math.atan2(point[1], point[0]) % (2 * math.pi), 6)))
    return [(round(x, 3), round(y, 3)) for x, y in points]


def neighbours(cells: tuple[CellSpec, ...], cell: CellSpec) -> tuple[str, ...]:
    """Return the ids of a cell's neighbours, nearest first by distance between the cells' centres of coverage; 14 at most."""
    here = _coverage_centre(cell)
    ranked = sorted((math.dist(here, _coverage_centre(other)), other.id) for other in cells if other.id != cell.id)
    return tuple(identity for _, identity in ranked[:MAX_NEIGHBOURS])


def _coverage_centre(cell: CellSpec) -> tuple[float, float]:
    """Return a point in front of the cell's antenna, m."""
    reach = 150.0 if cell.kind == "macro" else 30.0
    angle = math.radians(cell.azimuth)
    return cell.x + reach * math.cos(angle), cell.y + reach * math.sin(angle)
