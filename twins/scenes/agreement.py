"""Agreement of a ray-traced map with TR 38.901 path loss, the propagation model of the system twin, at the same distances.

1. For each transmitter, open cells are sorted into logarithmic distance bins, separately for line of sight (by the scene's
   geometry) and no line of sight. For a sector only cells within 60 degrees of its azimuth count: behind it reflections outweigh
   what the antenna radiates there.
2. In each bin the map's median path gain is compared with the median of 38.901 over the same cells: its path loss at each cell's
   distance and line-of-sight state, with the same transmit antenna. Cells without a path rank below all others, so deep shadow is
   included; if they are the majority, the bin has no median and is not compared.
3. A transmitter agrees in a line-of-sight state if the median difference over its bins (weighted by cells) is at most 38.901's
   own shadow fading standard deviation: a scene is one realization of what that model describes, and sites deviate from its mean
   by this much.
"""

from __future__ import annotations

import math

import numpy as np

from policies.word import Word
from twins.radio.propagation import MIN_DISTANCE_M, TERMINAL_HEIGHTS_M, Scenario, path_loss_db, shadow_std_db
from twins.scenes.antenna import Values, antenna_gain_dbi, directions
from twins.scenes.coverage import evaluated_cells, is_room
from twins.scenes.radio_map import Flags, RadioMap
from twins.scenes.transmitter import TransmitterSpec

BINS_PER_DECADE = 8
SECTOR_DEG = 60.0  # half of a 120-degree sector
MIN_CELLS = 20  # per bin, for a meaningful median
ROOFTOP_M = 20.0  # boundary between UMi transmitters at 10 m and UMa at 25 m (TR 38.901 table 7.2-1)


class DistanceBin(Word):
    """Cells of one transmitter between two horizontal distances; `map_gain_db` is None if most cells have no path."""

    transmitter: str
    line_of_sight: bool
    from_m: float
    to_m: float
    cells: int
    map_gain_db: float | None
    model_gain_db: float
    difference_db: float | None


class SiteAgreement(Word):
    """Agreement of one transmitter in one line-of-sight state: median difference (map minus model) over comparable bins.

    `shadow_std_db` is the model's own spread. `difference_db` is None if no bin could be compared, `agrees` is None if the
    comparable bins hold less than half of the cells.
    """

    transmitter: str
    scenario: Scenario
    line_of_sight: bool
    cells: int
    compared_cells: int
    difference_db: float | None
    shadow_std_db: float
    agrees: bool | None


class Agreement(Word):
    """The comparison of a map with TR 38.901; `reason` explains why nothing was compared."""

    sites: tuple[SiteAgreement, ...] = ()
    bins: tuple[DistanceBin, ...] = ()
    reason: str = ""

    @property
    def summary(self) -> str:
        """The comparison in one line."""
        compared = [site for site in self.sites if site.agrees is not None]
        if not compared:
            return f"not comparable with TR 38.901: {self.reason or 'too few cells with a path'}"
        return f"{sum(site.agrees is True for site in compared)} of {len(compared)} site states within TR 38.901's shadow fading"


def compare_with_38901(radio_map: RadioMap, scenario: Scenario | None = None) -> Agreement:
    """Return the comparison with `scenario` for all transmitters; by default UMi below 20 m transmitter height, else UMa."""
    low, high = TERMINAL_HEIGHTS_M
    height = radio_map.request.receiver_height_m
    if not low <= height <= high:
        return Agreement(reason=f"receiver_height_m={height:g} is outside {low:g}..{high:g} m (TR 38.901 table 7.4.1-1)")
    if is_room(radio_map):
        return Agreement(reason="the scene is a room, and UMa and UMi are outdoors")
    bins: list[DistanceBin] = []
    sites: list[SiteAgreement] = []
    for index, transmitter in enumerate(radio_map.request.transmitters):
        site_scenario: Scenario = scenario or ("UMa" if transmitter.height_m >= ROOFTOP_M else "UMi")
        for los in (True, False):
            site_bins = _bins(radio_map, index, site_scenario, los)
            bins += site_bins
            sites.append(_site(transmitter.name, site_scenario, los, site_bins))
    reason = "" if bins else f"no {MIN_CELLS} open cells at one distance between {MIN_DISTANCE_M:g} m and 5 km"
    return Agreement(sites=tuple(sites), bins=tuple(bins), reason=reason)


def _bins(radio_map: RadioMap, index: int, scenario: Scenario, los: bool) -> list[DistanceBin]:
    transmitter = radio_map.request.transmitters[index]
    distance, zenith, azimuth = directions(radio_map, transmitter)
    cells = evaluated_cells(radio_map) & (radio_map.line_of_sight[index] == los) & (distance >= MIN_DISTANCE_M)
    cells &= _in_sector(transmitter, azimuth)
    # The model assumes flat ground: the base height counts from the ground of each cell.
    base = np.maximum(transmitter.height_m - radio_map.ground_m[cells], 1.6)
    loss = path_loss_db(scenario, distance[cells], los, radio_map.request.carrier_ghz, base, radio_map.request.receiver_height_m)
    model = antenna_gain_dbi(transmitter, zenith[cells], azimuth[cells]) - loss
    traced = radio_map.path_gain_db[index][cells].astype(np.float64)
    steps = np.floor(np.log10(distance[cells] / MIN_DISTANCE_M) * BINS_PER_DECADE).astype(int)
    return [
        _bin(transmitter.name, los, step, traced[steps == step], model[steps == step])
        for step in np.unique(steps)
        if (steps == step).sum() >= MIN_CELLS
    ]


def _bin(name: str, los: bool, step: int, traced: Values, model: Values) -> DistanceBin:
    # The lower median: with half of the cells at -inf, the mean of the two middle values would be no median.
    median = float(np.quantile(traced, 0.5, method="lower"))
    gain, expected = (median if math.isfinite(median) else None), float(np.median(model))
    return DistanceBin(
        transmitter=name,
        line_of_sight=los,
        from_m=round(MIN_DISTANCE_M * 10 ** (step / BINS_PER_DECADE), 1),
        to_m=round(MIN_DISTANCE_M * 10 ** ((step + 1) / BINS_PER_DECADE), 1),
        cells=len(traced),
        map_gain_db=gain,
        model_gain_db=expected,
        difference_db=None if gain is None else gain - expected,
    )


def _site(name: str, scenario: Scenario, los: bool, bins: list[DistanceBin]) -> SiteAgreement:
    compared = [site_bin for site_bin in bins if site_bin.difference_db is not None]
    spread = shadow_std_db(scenario)[0 if los else 1]
    weights = [site_bin.cells for site_bin in compared]
    cells, compared_cells = sum(site_bin.cells for site_bin in bins), sum(weights)
    difference = _weighted_median([site_bin.difference_db or 0.0 for site_bin in compared], weights) if compared else None
    return SiteAgreement(
        transmitter=name,
        scenario=scenario,
        line_of_sight=los,
        cells=cells,
        compared_cells=compared_cells,
        difference_db=difference,
        shadow_std_db=spread,
        agrees=abs(difference) <= spread if difference is not None and 2 * compared_cells >= cells else None,
    )


def _weighted_median(values: list[float], weights: list[int]) -> float:
    order = np.argsort(values)
    total = np.cumsum(np.array(weights)[order])
    return float(np.array(values)[order][np.searchsorted(total, 0.5 * total[-1])])


def _in_sector(transmitter: TransmitterSpec, azimuth: Values) -> Flags:
    if transmitter.azimuth_deg is None:
        return np.ones(azimuth.shape, dtype=np.bool_)
    inside: Flags = np.abs((azimuth - transmitter.azimuth_deg + 180.0) % 360.0 - 180.0) <= SECTOR_DEG
    return inside
