"""Large-scale gain of every cell at any point: path loss, LOS state, shadowing, penetration and sector antenna.

1. Sectors of a site share LOS state and shadowing (TR 38.901 clause 7.5 step 4: the same location, the same large-scale
   parameters); sites are independent of each other.
2. The LOS state is spatially consistent and soft (clause 7.6.3.3): with G the site's Gaussian field (correlation distance 50 m)
   and F(d) the standard normal quantile of P_LOS(d), a point is in LOS if G + F(d) > 0, which has probability P_LOS(d). Within
   0.5 of zero (some metres, the width of a Fresnel zone) LOS and NLOS gains blend in dB, so a moving terminal sees no jump; the
   clause's own arctangent would let the much stronger LOS gain leak tens of metres into the shadow.
3. Gains depend on seed and position only: there is no state to advance or to store in a snapshot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from twins.compiled import compiled
from twins.radio.antenna import Antenna, column_gain_db, element_gain_dbi
from twins.radio.fields import draw_fields, field_at
from twins.radio.propagation import (
    LOS_STATE_CORRELATION_M,
    SCENARIO_CODES,
    Floats,
    Scenario,
    check_terminal_height,
    link_path_loss_db,
    los_probability,
    penetration_loss_db,
    shadow_correlation_m,
    shadow_std_db,
)

_TABLE_LENGTH = 5001  # F(d) in steps of 1 m up to 5 km, the upper end of table 7.4.2-1
_SITE_ATTRIBUTES = ("x", "y", "height", "scenario", "carrier_ghz")
_SOFT_WIDTH = 0.5  # of the standard normal field, on each side
_FIELDS_PER_SITE = 4  # LOS state; shadowing in LOS, in NLOS, indoors


@dataclass(frozen=True)
class Sector:
    """One cell's antenna: position in m, azimuth in degrees from the x axis counter-clockwise, carrier in GHz.

    Sectors with the same `site` must have the same position, height, scenario and carrier.
    """

    site: str
    x: float
    y: float
    azimuth: float
    height: float = 25.0
    carrier_ghz: float = 3.5
    scenario: Scenario = "UMa"
    antenna: Antenna = field(default_factory=Antenna)


class GainMap(Protocol):
    """A source of the large-scale gain from every cell to a point: drawn (`LargeScale`), prescribed or measured."""

    def gain_db(self, points: Floats) -> Floats:
        """Return float64[N, C] in dB at `points` float64[N, 2] in m."""


class LargeScale:
    """Large-scale gains between points and sectors.

    `sectors`: C sectors. `seed`: each seed gives another map. `terminal_height` in m, 1.5..13.
    Raises ValueError without sectors, for a terminal height out of range, or if sectors of a site differ in a site attribute.
    """

    def __init__(self, sectors: Sequence[Sector], seed: int, terminal_height: float = 1.5) -> None:
        check_terminal_height(terminal_height)
        if not sectors:
            raise ValueError("sectors is empty: give at least one sector")
        self.sectors = tuple(sectors)
        self.terminal_height = terminal_height
        names = list(dict.fromkeys(sector.site for sector in sectors))
        self._site_of = np.array([names.index(sector.site) for sector in sectors], dtype=np.int64)
        first = [next(sector for sector in sectors if sector.site == name) for name in names]
        _check_co_sited(self.sectors, first, self._site_of)
        self._sites = _site_table(first)
        self._sector_table = _sector_table(self.sectors)
        self._los_table = np.stack([_los_thresholds(scenario) for scenario in SCENARIO_CODES])
        fields = draw_fields(_FIELDS_PER_SITE * len(first), seed)
        self._fields = fields.reshape(len(first), _FIELDS_PER_SITE, *fields.shape[1:])

    def gain_db(self, points: Floats, depth_m: Floats | None = None, deviation: Floats | None = None) -> Floats:
        """Return the large-scale gain in dB, float64[N, C], at `points` float64[N, 2] in m.

        `depth_m` float64[N]: metres inside a building, NaN outdoors; `deviation` float64[N]: the terminal's standard normal draw
        for the 4.4 dB of the penetration model, 0 by default. Indoors the shadowing is that of table 7.5-6, column O2I.
        """
        points = _as_points(points)
        indoor, extra = self._indoor(len(points), depth_m, deviation)
        gains = np.empty((len(points), len(self.sectors)))
        _gains(
            points,
            indoor,
            extra,
            self._sites,
            self._sector_table,
            self._site_of,
            self._fields,
            self._los_table,
            self.terminal_height,
            gains,
        )
        return gains

    def los(self, points: Floats) -> NDArray[np.bool_]:
        """Return whether each point is in line of sight of each sector's site, bool[N, C]."""
        points = _as_points(points)
        soft = np.empty((len(points), len(self._sites)))
        _los_states(points, self._sites, self._fields, self._los_table, soft)
        states: NDArray[np.bool_] = (soft >= 0.5)[:, self._site_of]
        return states

    def _indoor(self, count: int, depth_m: Floats | None, deviation: Floats | None) -> tuple[NDArray[np.bool_], Floats]:
        if depth_m is None:
            return np.zeros(count, dtype=np.bool_), np.zeros((count, 1))
        depth = np.asarray(depth_m, dtype=np.float64)
        indoor = ~np.isnan(depth)
        draw = np.zeros(count) if deviation is None else np.asarray(deviation, dtype=np.float64)
        carriers = self._sites[:, 3]
        loss = penetration_loss_db(carriers[None, :], np.where(indoor, depth, 0.0)[:, None], draw[:, None])
        return indoor, np.where(indoor[:, None], loss, 0.0)


def _as_points(points: Floats) -> Floats:
    array = np.ascontiguousarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"points has shape {array.shape}: give [N, 2], x and y in metres")
    return array


def _check_co_sited(sectors: tuple[Sector, ...], first: list[Sector], site_of: NDArray[np.int64]) -> None:
    for sector, index in zip(sectors, site_of, strict=True):
        base = first[index]
        same = all(getattr(sector, name) == getattr(base, name) for name in _SITE_ATTRIBUTES)
        if not same:
            raise ValueError(
                f"site={sector.site!r} has sectors that differ in {', '.join(_SITE_ATTRIBUTES)}: give them different sites"
            )


def _site_table(sites: list[Sector]) -> Floats:
    """Rows of x, y, height, carrier, scenario code, 3 shadowing std, 3 correlation distances."""
    rows = []
    for site in sites:
        shadow = (*shadow_std_db(site.scenario), *shadow_correlation_m(site.scenario))
        rows.append((site.x, site.y, site.height, site.carrier_ghz, SCENARIO_CODES[site.scenario], *shadow))
    return np.array(rows, dtype=np.float64)


def _sector_table(sectors: tuple[Sector, ...]) -> Floats:
    """Rows of azimuth (degrees), number of elements, cosine of the beam's zenith."""
    rows = [(s.azimuth, s.antenna.elements, math.sin(math.radians(-s.antenna.downtilt))) for s in sectors]
    return np.array(rows, dtype=np.float64)


def _los_thresholds(scenario: Scenario) -> Floats:
    probability = los_probability(scenario, np.arange(_TABLE_LENGTH, dtype=np.float64))
    return np.asarray(ndtri(np.clip(probability, 1e-12, 1.0 - 1e-12)), dtype=np.float64)


@compiled
def _soft_los(state_field: NDArray[np.float32], thresholds: Floats, x: float, y: float, d2: float) -> float:
    position = min(d2, _TABLE_LENGTH - 1.001)
    step = int(position)
    threshold = thresholds[step] + (position - step) * (thresholds[step + 1] - thresholds[step])
    state = field_at(state_field, x, y, LOS_STATE_CORRELATION_M)
    edge: float = min(max(0.5 + 0.5 * (state + threshold) / _SOFT_WIDTH, 0.0), 1.0)
    return edge * edge * (3.0 - 2.0 * edge)


@compiled
def _los_states(points: Floats, sites: Floats, fields: NDArray[np.float32], thresholds: Floats, out: Floats) -> None:
    for n in range(points.shape[0]):
        for s in range(sites.shape[0]):
            d2 = math.hypot(points[n, 0] - sites[s, 0], points[n, 1] - sites[s, 1])
            scenario = int(sites[s, 4])
            out[n, s] = _soft_los(fields[s, 0], thresholds[scenario], points[n, 0], points[n, 1], d2)


@compiled
def _site_gain_db(
    x: float,
    y: float,
    indoor: bool,
    site: Floats,
    fields: NDArray[np.float32],
    thresholds: Floats,
    terminal_height: float,
) -> float:
    d2 = math.hypot(x - site[0], y - site[1])
    scenario = int(site[4])
    soft = _soft_los(fields[0], thresholds[scenario], x, y, d2)
    in_los = -link_path_loss_db(scenario, d2, site[2], terminal_height, site[3], True)
    in_nlos = -link_path_loss_db(scenario, d2, site[2], terminal_height, site[3], False)
    if indoor:
        shadow = site[7] * field_at(fields[3], x, y, site[10])
        in_los += shadow
        in_nlos += shadow
    else:
        in_los += site[5] * field_at(fields[1], x, y, site[8])
        in_nlos += site[6] * field_at(fields[2], x, y, site[9])
    gain: float = soft * in_los + (1.0 - soft) * in_nlos
    return gain


@compiled
def _gains(
    points: Floats,
    indoor: NDArray[np.bool_],
    extra_loss: Floats,
    sites: Floats,
    sectors: Floats,
    site_of: NDArray[np.int64],
    fields: NDArray[np.float32],
    thresholds: Floats,
    terminal_height: float,
    out: Floats,
) -> None:
    count = sites.shape[0]
    gain, elevation, cos_zenith, azimuth = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    for n in range(points.shape[0]):
        x, y = points[n, 0], points[n, 1]
        for s in range(count):
            gain[s] = _site_gain_db(x, y, indoor[n], sites[s], fields[s], thresholds, terminal_height)
            if indoor[n]:
                gain[s] -= extra_loss[n, s]
            dx, dy, dz = x - sites[s, 0], y - sites[s, 1], terminal_height - sites[s, 2]
            cos_zenith[s] = dz / math.sqrt(dx * dx + dy * dy + dz * dz)
            elevation[s] = math.degrees(math.asin(cos_zenith[s]))
            azimuth[s] = math.degrees(math.atan2(dy, dx))
        for c in range(sectors.shape[0]):
            s = site_of[c]
            element = element_gain_dbi(elevation[s], azimuth[s] - sectors[c, 0])
            out[n, c] = gain[s] + element + column_gain_db(cos_zenith[s], int(sectors[c, 1]), sectors[c, 2])
