"""Positions of the twin's users. Networks report no positions, but each cell reports the CQI distribution of its users.

Candidate points are drawn over the coverage area; the twin's own radio map gives each a serving cell and a wideband CQI under the
measured loads. For each cell and slice, users are placed on points of that cell so that their CQIs follow the reported histogram.
Users that a forecast adds to the present ones, while the calendar has an event in a venue, are placed inside the venue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.managed_object import ManagedObject
from twins.network import Cell, NetworkCard, Venue
from twins.radio.antenna import Antenna
from twins.radio.large_scale import LargeScale, Sector
from twins.radio.link_adaptation import cqi_of, cqi_thresholds_db

Floats = NDArray[np.float64]

_POINTS = 6000
_POINTS_IN_VENUE = 1500
_MARGIN_M = 250.0
_NOISE_FIGURE_DB = 7.0
_THERMAL_DBM_PER_HZ = -174.0


@dataclass(frozen=True)
class Field:
    """Candidate points: position float64[N, 2] in m, serving cell int[N], wideband CQI int[N], venue int[N] (-1: none)."""

    points: Floats
    serving: NDArray[np.int64]
    cqi: NDArray[np.int64]
    venue: NDArray[np.int64]


def draw_field(
    card: NetworkCard, large_scale: LargeScale, power_dbm: Floats, awake: NDArray[np.bool_], loads: Floats, seed: int
) -> Field:
    """Draw candidate points with their serving cell and CQI; `power_dbm`, `awake` and `loads` (0..1) are per cell of the card."""
    rng = np.random.default_rng([seed, 0x9E37])
    everywhere = _uniform(card, rng)
    inside = [_in_circle(venue, _POINTS_IN_VENUE, rng) for venue in card.venues]
    points = np.concatenate([everywhere, *inside])
    venue = np.concatenate([np.full(len(part), index - 1) for index, part in enumerate([everywhere, *inside])])
    received = large_scale.gain_db(points) + power_dbm[None, :]
    received[:, ~awake] = -np.inf
    serving = received.argmax(axis=1)
    return Field(points, serving, _cqi(card, received, serving, loads), venue)


def _uniform(card: NetworkCard, rng: np.random.Generator) -> Floats:
    x, y = np.array([cell.x for cell in card.cells]), np.array([cell.y for cell in card.cells])
    low = np.array([x.min() - _MARGIN_M, y.min() - _MARGIN_M])
    high = np.array([x.max() + _MARGIN_M, y.max() + _MARGIN_M])
    return rng.uniform(low, high, size=(_POINTS, 2))


def _in_circle(venue: Venue, count: int, rng: np.random.Generator) -> Floats:
    radius = venue.radius * np.sqrt(rng.random(count))
    angle = rng.uniform(0, 2 * np.pi, count)
    return np.column_stack([venue.x + radius * np.cos(angle), venue.y + radius * np.sin(angle)])


def _cqi(card: NetworkCard, received_dbm: Floats, serving: NDArray[np.int64], loads: Floats) -> NDArray[np.int64]:
    """Return the wideband CQI at each point: serving power over the loaded cells of the same carrier and noise."""
    milliwatt = 10 ** (received_dbm / 10)
    carriers = np.array([cell.carrier_ghz for cell in card.cells])
    bandwidth_hz = np.array([12e3 * cell.prbs * cell.subcarrier_spacing_khz for cell in card.cells])
    same = carriers[None, :] == carriers[serving][:, None]
    own = milliwatt[np.arange(len(serving)), serving]
    interference = (milliwatt * loads[None, :] * same).sum(axis=1) - own * loads[serving]
    noise = 10 ** ((_THERMAL_DBM_PER_HZ + _NOISE_FIGURE_DB) / 10) * bandwidth_hz[serving]
    sinr_db = 10 * np.log10(own / (interference + noise))
    thresholds = cqi_thresholds_db()
    return np.array([cqi_of(thresholds, value) for value in sinr_db], dtype=np.int64)


def choose(
    field: Field,
    cell: int,
    count: int,
    histogram: tuple[float, ...] | None,
    rng: np.random.Generator,
    venue: int | None = None,
) -> Floats:
    """Choose `count` points of a cell whose CQIs follow `histogram` (16 counts; None: any), float64[count, 2].

    With `venue`, only points inside it, unless the cell serves none of them. A cell that serves no point gets any points.
    """
    candidates = np.flatnonzero(field.serving == cell)
    if venue is not None:
        inside = candidates[field.venue[candidates] == venue]
        candidates = inside if len(inside) else candidates
    if not len(candidates):
        candidates = np.arange(len(field.points))
    if histogram is None or sum(histogram) <= 0:
        anywhere: Floats = field.points[rng.choice(candidates, count)]
        return anywhere
    share = np.asarray(histogram) / sum(histogram)
    cqis = rng.choice(16, size=count, p=share)
    shuffled = rng.permutation(candidates)
    nearest = [shuffled[np.argmin(np.abs(field.cqi[shuffled] - cqi) + rng.random(len(shuffled)) * 0.5)] for cqi in cqis]
    chosen: Floats = field.points[np.array(nearest, dtype=np.int64)]
    return chosen


def sectors_of(cells: tuple[Cell, ...], scenario: str, antenna_of: dict[str, Antenna]) -> list[Sector]:
    """Return the radio model's sectors for the cells of a card."""
    return [
        Sector(
            site=f"{cell.site}@{cell.carrier_ghz}",
            x=cell.x,
            y=cell.y,
            azimuth=cell.azimuth,
            height=cell.height,
            carrier_ghz=cell.carrier_ghz,
            scenario=scenario,  # type: ignore[arg-type]
            antenna=antenna_of[cell.id],
        )
        for cell in cells
    ]


def power_and_state(card: NetworkCard, objects: tuple[ManagedObject, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each cell's transmit power, dBm, and whether it is on air (unlocked and not saving energy)."""
    by_dn = {item.dn: item.attributes for item in objects}
    power = np.array([float(by_dn[cell.carrier_dn]["configuredMaxTxPower"] or 0.0) for cell in card.cells])
    awake = np.array(
        [
            by_dn[cell.dn]["administrativeState"] == "UNLOCKED"
            and by_dn[f"{cell.cu_dn},CESManagementFunction=1"]["energySavingState"] != "isEnergySaving"
            for cell in card.cells
        ]
    )
    return power, awake
