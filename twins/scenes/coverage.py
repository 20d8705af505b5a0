"""What a radio map covers, in figures, and whether it may be trusted.

1. Cells inside buildings say nothing about a network outdoors, so shares are of *open* cells (nothing above them); where a
   scene has next to none, a closed room, they are of all cells.
2. Two things spoil a map: too few rays for its cells, seen where a cell in line of sight got no path, and too little depth or
   too few mechanisms, seen where most cells have no path at all. Both are measured here and judged by the data card.
"""

from __future__ import annotations

import numpy as np
from pydantic import JsonValue

from policies.evidence import Coverage
from twins.scenes.data_card import scene_card
from twins.scenes.radio_map import Flags, RadioMap
from twins.scenes.transmitter import SceneModel

_ROOM = 0.01  # share of open cells below which a scene counts as a room


class Served(SceneModel):
    """One transmitter: the share of judged cells that it reaches by any path, and of which it is the best server."""

    transmitter: str
    reached: float
    best: float


class MapSummary(SceneModel):
    """A map in figures. Shares are 0..1 of the judged cells: open cells, or all cells of a room.

    `open_share` of all cells; `covered` with any path; `above_threshold` received with at least the request's `threshold_dbm`;
    `missed_in_sight`: share of cells in line of sight of a transmitter without any path from it (None where none is in sight);
    gains and SINR in dB of the best server over covered cells, None where no cell is covered.
    """

    scene: str
    objects: int
    rows: int
    columns: int
    open_share: float
    covered: float
    covered_all_cells: float
    above_threshold: float
    threshold_dbm: float
    missed_in_sight: float | None
    median_gain_db: float | None
    low_gain_db: float | None
    median_sinr_db: float | None
    served: tuple[Served, ...]
    seconds: float
    coverage: Coverage
    warnings: tuple[str, ...]

    @property
    def trusted(self) -> bool:
        """Whether the data card covers the map."""
        return self.coverage.covered


def judged_cells(radio_map: RadioMap) -> Flags:
    """Return the cells that figures are about, bool[R, C]: those under the open sky, all cells where next to none are."""
    return np.ones_like(radio_map.open_sky) if is_room(radio_map) else radio_map.open_sky


def is_room(radio_map: RadioMap) -> bool:
    """Whether next to no cell is under the open sky."""
    return bool(radio_map.open_sky.mean() < _ROOM)


def summarize(radio_map: RadioMap) -> MapSummary:
    """Return the map's figures, its coverage by the data card, and warnings that say what to change."""
    judged = judged_cells(radio_map)
    paths = np.isfinite(radio_map.path_gain_db)
    covered = np.asarray(paths.any(axis=0))
    share = float(covered[judged].mean())
    missed = _missed(radio_map)
    gains = radio_map.best_gain_db[judged & covered]
    coverage = scene_card().covers(_configuration(radio_map, share, missed))
    rows, columns = radio_map.request.shape
    return MapSummary(
        scene=radio_map.request.scene,
        objects=radio_map.objects,
        rows=rows,
        columns=columns,
        open_share=float(radio_map.open_sky.mean()),
        covered=share,
        covered_all_cells=float(covered.mean()),
        above_threshold=float((radio_map.rss_dbm.max(axis=0) >= radio_map.request.threshold_dbm)[judged].mean()),
        threshold_dbm=radio_map.request.threshold_dbm,
        missed_in_sight=missed,
        median_gain_db=float(np.median(gains)) if gains.size else None,
        low_gain_db=float(np.percentile(gains, 5)) if gains.size else None,
        median_sinr_db=float(np.median(radio_map.sinr_db[judged & covered])) if gains.size else None,
        served=_served(radio_map, judged),
        seconds=radio_map.seconds,
        coverage=coverage,
        warnings=_warnings(radio_map, share, missed),
    )


def _missed(radio_map: RadioMap) -> float | None:
    sight = radio_map.line_of_sight & judged_cells(radio_map)[None]
    return float(np.isneginf(radio_map.path_gain_db[sight]).mean()) if sight.any() else None


def _served(radio_map: RadioMap, judged: Flags) -> tuple[Served, ...]:
    reached, best = np.isfinite(radio_map.path_gain_db)[:, judged], radio_map.best_server[judged]
    return tuple(
        Served(transmitter=one.name, reached=float(reached[index].mean()), best=float((best == index).mean()))
        for index, one in enumerate(radio_map.request.transmitters)
    )


def _configuration(radio_map: RadioMap, share: float, missed: float | None) -> dict[str, JsonValue]:
    """Return what the card judges a map by, in the card's keys."""
    request = radio_map.request
    return {
        "scene": request.scene,
        "carrier_ghz": request.carrier_ghz,
        "depth": request.depth,
        "covered": round(share, 4),
        "missed_in_sight": round(missed or 0.0, 4),
    }


def _warnings(radio_map: RadioMap, share: float, missed: float | None) -> tuple[str, ...]:
    request, validity = radio_map.request, scene_card().validity
    warnings = []
    most, least = validity["missed_in_sight"].high or 0.0, validity["covered"].low or 0.0
    if missed is not None and missed > most:
        warnings.append(
            f"do not trust this map: {missed:.1%} of the cells in line of sight got no path, because {request.rays:,} rays are"
            f" too few for cells of {request.cell_size_m:g} m: give more rays or larger cells"
        )
    if share < least:
        warnings.append(
            f"do not trust this map: only {share:.1%} of the open cells have any path (at least {least:.0%} wanted):"
            f" {_remedy(radio_map)}"
        )
    if is_room(radio_map):
        warnings.append("next to no cell lies under the open sky: the figures are about all cells")
    warnings += [
        f"transmitter {one.name} sees no cell of the map: does it stand inside an object, or far from the area?"
        for one, sight in zip(request.transmitters, radio_map.line_of_sight, strict=True)
        if not sight.any()
    ]
    return tuple(warnings)


def _remedy(radio_map: RadioMap) -> str:
    request = radio_map.request
    ways = [f"more rays than {request.rays:,}", f"more depth than {request.depth}"]
    ways += [f"{name} on" for name in ("reflection", "refraction", "diffraction") if not getattr(request, name)]
    return ", ".join([*ways, "an area nearer to the transmitters, or more transmitters"])
