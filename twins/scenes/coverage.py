"""Coverage figures of a radio map, and whether the map can be trusted.

1. Cells inside buildings are irrelevant for an outdoor network, so shares are of *open* cells (nothing above them). A scene with
   hardly any open cell, a closed room, is evaluated over all cells.
2. Two things spoil a map: too few rays for its cells, which leaves cells in line of sight without a path, and too little depth or
   too few mechanisms, which leaves most cells without any path. Both are measured here and checked against the data card.
"""

from __future__ import annotations

import numpy as np
from pydantic import JsonValue

from policies.evidence import Coverage
from policies.word import Word
from twins.scenes.data_card import scene_card
from twins.scenes.radio_map import Flags, RadioMap

_ROOM = 0.01  # share of open cells below which a scene counts as a room


class Served(Word):
    """Shares of the evaluated cells that a transmitter reaches by any path, and for which it is the best server."""

    transmitter: str
    reached: float
    best: float


class MapSummary(Word):
    """A map in figures. Shares are 0..1 of the evaluated cells: open cells, or all cells of a room.

    `open_share` of all cells; `covered` with any path; `above_threshold` received with at least the request's `threshold_dbm`;
    `missed_in_sight`: share of cells in line of sight of a transmitter without any path from it, None if no cell is in line of
    sight; gains and SINR in dB of the best server over covered cells, None if no cell is covered.
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


def evaluated_cells(radio_map: RadioMap) -> Flags:
    """Return the cells that the figures refer to, bool[R, C]: cells under the open sky, or all cells of a room."""
    return np.ones_like(radio_map.open_sky) if is_room(radio_map) else radio_map.open_sky


def is_room(radio_map: RadioMap) -> bool:
    """Return whether hardly any cell is under the open sky."""
    return bool(radio_map.open_sky.mean() < _ROOM)


def summarize(radio_map: RadioMap) -> MapSummary:
    """Return the map's figures, its coverage by the data card, and warnings with remedies."""
    cells = evaluated_cells(radio_map)
    paths = np.isfinite(radio_map.path_gain_db)
    covered = np.asarray(paths.any(axis=0))
    share = float(covered[cells].mean())
    missed = _missed(radio_map)
    gains = radio_map.best_gain_db[cells & covered]
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
        above_threshold=float((radio_map.rss_dbm.max(axis=0) >= radio_map.request.threshold_dbm)[cells].mean()),
        threshold_dbm=radio_map.request.threshold_dbm,
        missed_in_sight=missed,
        median_gain_db=float(np.median(gains)) if gains.size else None,
        low_gain_db=float(np.percentile(gains, 5)) if gains.size else None,
        median_sinr_db=float(np.median(radio_map.sinr_db[cells & covered])) if gains.size else None,
        served=_served(radio_map, cells),
        seconds=radio_map.seconds,
        coverage=coverage,
        warnings=_warnings(radio_map, share, missed),
    )


def _missed(radio_map: RadioMap) -> float | None:
    in_sight = radio_map.line_of_sight & evaluated_cells(radio_map)[None]
    return float(np.isneginf(radio_map.path_gain_db[in_sight]).mean()) if in_sight.any() else None


def _served(radio_map: RadioMap, cells: Flags) -> tuple[Served, ...]:
    reached, best = np.isfinite(radio_map.path_gain_db)[:, cells], radio_map.best_server[cells]
    return tuple(
        Served(transmitter=transmitter.name, reached=float(reached[index].mean()), best=float((best == index).mean()))
        for index, transmitter in enumerate(radio_map.request.transmitters)
    )


def _configuration(radio_map: RadioMap, share: float, missed: float | None) -> dict[str, JsonValue]:
    """The values that the data card bounds, under the card's keys."""
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
    max_missed, min_covered = validity["missed_in_sight"].high or 0.0, validity["covered"].low or 0.0
    if missed is not None and missed > max_missed:
        warnings.append(
            f"do not trust this map: {missed:.1%} of the cells in line of sight have no path, because {request.rays:,} rays are"
            f" too few for cells of {request.cell_size_m:g} m: use more rays or larger cells"
        )
    if share < min_covered:
        warnings.append(
            f"do not trust this map: only {share:.1%} of the open cells have any path (at least {min_covered:.0%} required):"
            f" {_remedy(radio_map)}"
        )
    if is_room(radio_map):
        warnings.append("hardly any cell is under the open sky: the figures are over all cells")
    warnings += [
        f"transmitter {transmitter.name} sees no cell of the map: is it inside an object, or far from the area?"
        for transmitter, in_sight in zip(request.transmitters, radio_map.line_of_sight, strict=True)
        if not in_sight.any()
    ]
    return tuple(warnings)


def _remedy(radio_map: RadioMap) -> str:
    request = radio_map.request
    remedies = [f"use more rays than {request.rays:,}", f"more depth than {request.depth}"]
    remedies += [f"{name} on" for name in ("reflection", "refraction", "diffraction") if not getattr(request, name)]
    return ", ".join([*remedies, "an area nearer to the transmitters, or more transmitters"])
