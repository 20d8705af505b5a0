"""Does a ray-traced map agree with TR 38.901 path loss, the propagation of the system twin, at the same distances?

1. For each transmitter, open cells are put into distance bins of equal ratio, apart for line of sight (by the scene's
   geometry) and none. Of a sector, only cells within 60 degrees of its azimuth: behind it, what reflections bring outweighs
   what the antenna sends there.
2. In each bin the median path gain of the map is compared with the median that 38.901 gives the same cells: its path loss at
   each cell's distance and line-of-sight state, with the same transmit antenna. Cells without a path count as weaker than all
   others, so deep shadow is not left out; where they are the majority, the bin has no median and is not compared.
3. A transmitter agrees in a state where the median over its bins (weighted by cells) differs by no more than the shadow
   fading standard deviation that 38.901 itself gives: a scene is one draw from what that model describes, and sites differ
   from its mean by this much.
"""

from __future__ import annotations

import math

import numpy as np

from twins.radio.propagation import MIN_DISTANCE_M, TERMINAL_HEIGHTS_M, Scenario, path_loss_db, shadow_std_db
from twins.scenes.antenna import Values, antenna_gain_dbi, directions
from twins.scenes.coverage import is_room, judged_cells
from twins.scenes.radio_map import Flags, RadioMap
from twins.scenes.transmitter import SceneModel, TransmitterSpec

BINS_PER_DECADE = 8
SECTOR_DEG = 60.0  # half of a third of the circle
MIN_CELLS = 20  # in a bin: fewer say too little about a median
ROOFTOP_M = 20.0  # UMi transmitters stand at 10 m, UMa at 25 m (TR 38.901 table 7.2-1): the boundary taken here


class DistanceBin(SceneModel):
    """Cells of one transmitter between two horizontal distances; `map_gain_db` None where most cells have no path."""

    transmitter: str
    line_of_sight: bool
    from_m: float
    to_m: float
    cells: int
    map_gain_db: float | None
    model_gain_db: float
    difference_db: float | None


class SiteAgreement(SceneModel):
    """One transmitter and state: median difference (map minus model) over comparable bins, the model's own spread, and the
    judgement.

    `difference_db` is None where no bin could be compared, `agrees` where those that could hold less than half of the cells.
    """

    transmitter: str
    scenario: Scenario
    line_of_sight: bool
    cells: int
    compared_cells: int
    difference_db: float | None
    shadow_std_db: float
    agrees: bool | None


class Agreement(SceneModel):
    """The comparison of a map with TR 38.901; `reason` says why there is none at all."""

    sites: tuple[SiteAgreement, ...] = ()
    bins: tuple[DistanceBin, ...] = ()
    reason: str = ""

    @property
    def summary(self) -> str:
        """One line for a person."""
        judged = [one for one in self.sites if one.agrees is not None]
        if not judged:
            return f"not comparable with TR 38.901: {self.reason or 'too few cells with a path'}"
        return f"{sum(one.agrees is True for one in judged)} of {len(judged)} site states within TR 38.901's shadow fading"


def compare_with_38901(radio_map: RadioMap, scenario: Scenario | None = None) -> Agreement:
    """Return the comparison; `scenario` UMa or UMi for all transmitters, by their height unless given (below 20 m UMi)."""
    low, high = TERMINAL_HEIGHTS_M
    height = radio_map.request.receiver_height_m
    if not low <= height <= high:
        return Agreement(reason=f"receiver_height_m={height:g} is outside {low:g}..{high:g} m (TR 38.901 table 7.4.1-1)")
    if is_room(radio_map):
        return Agreement(reason="the scene is a room, and UMa and UMi are outdoors")
    bins: list[DistanceBin] = []
    sites: list[SiteAgreement] = []
    for index, one in enumerate(radio_map.request.transmitters):
        kind: Scenario = scenario or ("UMa" if one.height_m >= ROOFTOP_M else "UMi")
        for sight in (True, False):
            found = _bins(radio_map, index, kind, sight)
            bins += found
            sites.append(_site(one.name, kind, sight, found))
    reason = "" if bins else f"no {MIN_CELLS} open cells at one distance between {MIN_DISTANCE_M:g} m and 5 km"
    return Agreement(sites=tuple(sites), bins=tuple(bins), reason=reason)


def _bins(radio_map: RadioMap, index: int, scenario: Scenario, sight: bool) -> list[DistanceBin]:
    one = radio_map.request.transmitters[index]
    distance, zenith, azimuth = directions(radio_map, one)
    chosen = judged_cells(radio_map) & (radio_map.line_of_sight[index] == sight) & (distance >= MIN_DISTANCE_M)
    chosen &= _ahead(one, azimuth)
    base = np.maximum(one.height_m - radio_map.ground_m[chosen], 1.6)  # above the cell's ground, as the model's flat earth has it
    loss = path_loss_db(
        scenario, distance[chosen], sight, radio_map.request.carrier_ghz, base, radio_map.request.receiver_height_m
    )
    model = antenna_gain_dbi(one, zenith[chosen], azimuth[chosen]) - loss
    traced = radio_map.path_gain_db[index][chosen].astype(np.float64)
    steps = np.floor(np.log10(distance[chosen] / MIN_DISTANCE_M) * BINS_PER_DECADE).astype(int)
    return [
        _bin(one.name, sight, step, traced[steps == step], model[steps == step])
        for step in np.unique(steps)
        if (steps == step).sum() >= MIN_CELLS
    ]


def _bin(name: str, sight: bool, step: int, traced: Values, model: Values) -> DistanceBin:
    # The lower of the two middle values, so that half the cells without a path leave no median rather than half of one.
    middle = float(np.quantile(traced, 0.5, method="lower"))
    gain, expected = (middle if math.isfinite(middle) else None), float(np.median(model))
    return DistanceBin(
        transmitter=name,
        line_of_sight=sight,
        from_m=round(MIN_DISTANCE_M * 10 ** (step / BINS_PER_DECADE), 1),
        to_m=round(MIN_DISTANCE_M * 10 ** ((step + 1) / BINS_PER_DECADE), 1),
        cells=len(traced),
        map_gain_db=gain,
        model_gain_db=expected,
        difference_db=None if gain is None else gain - expected,
    )


def _site(name: str, scenario: Scenario, sight: bool, bins: list[DistanceBin]) -> SiteAgreement:
    compared = [one for one in bins if one.difference_db is not None]
    spread = shadow_std_db(scenario)[0 if sight else 1]
    cells, seen = sum(one.cells for one in bins), sum(one.cells for one in compared)
    difference = (
        _weighted_median([one.difference_db or 0.0 for one in compared], [one.cells for one in compared]) if compared else None
    )
    return SiteAgreement(
        transmitter=name,
        scenario=scenario,
        line_of_sight=sight,
        cells=cells,
        compared_cells=seen,
        difference_db=difference,
        shadow_std_db=spread,
        agrees=abs(difference) <= spread if difference is not None and 2 * seen >= cells else None,
    )


def _weighted_median(values: list[float], weights: list[int]) -> float:
    order = np.argsort(values)
    total = np.cumsum(np.array(weights)[order])
    return float(np.array(values)[order][np.searchsorted(total, 0.5 * total[-1])])


def _ahead(one: TransmitterSpec, azimuth: Values) -> Flags:
    if one.azimuth_deg is None:
        return np.ones(azimuth.shape, dtype=np.bool_)
    ahead: Flags = np.abs((azimuth - one.azimuth_deg + 180.0) % 360.0 - 180.0) <= SECTOR_DEG
    return ahead
