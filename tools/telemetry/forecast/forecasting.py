"""Forecasting of users and offered volume per cell and slice, for the busiest part of a time window.

1. Dynamic harmonic regression on the hourly history (statsmodels OLS with heteroscedasticity- and autocorrelation-consistent
   errors): three daily harmonics model the hour of day; a further regressor marks the hours in which the calendar had an event in
   the cell's area, so that the uplift of past events is applied to coming ones. With less than a day of history the newest value
   is carried forward, with a warning.
2. A coming event without precedent in the history adds the crowd that the calendar or the operator states
   (`tools.telemetry.forecast.crowd`).
3. The forecast is for the part of the window (`tools.telemetry.forecast.window_parts`) with the highest offered volume, since the
   hardest part decides whether a bound holds; of parts within 5 % of it the earliest is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.intent import TimeWindow
from policies.managed_object import cell_of
from policies.slices import Slice
from policies.word import Word
from tools.telemetry.forecast.crowd import crowds_of
from tools.telemetry.forecast.planned_events import EventUse
from tools.telemetry.forecast.traffic_row import TrafficRow
from tools.telemetry.forecast.window_parts import parts_of
from tools.telemetry.kpi_snapshot import KpiSnapshot
from twins.network import Cell, NetworkCard, PlannedEvent

CONFIDENCE = 0.9
_MIN_HOURS = 24
_HARMONICS = 3
_AS_BUSY = 0.95

Key = tuple[str, Slice]
Series = dict[Key, list[tuple[datetime, float]]]
Estimates = NDArray[np.float64]  # parts x (mean, low, high)


class Forecast(Word):
    """Rows by cell and slice for `part`, the busiest part of the window; `unknown`: names of events whose crowd nobody knows."""

    part: TimeWindow
    rows: tuple[TrafficRow, ...]
    method: str
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def forecast(
    kpis: KpiSnapshot,
    card: NetworkCard,
    cells: Sequence[Cell],
    window: TimeWindow,
    events: Sequence[EventUse],
    focus: Collection[str] = (),
) -> Forecast:
    """Return the forecast for each cell and slice with any history, in the part of `window` in which `focus` (ids) is busiest.

    `events` are the planned events in question; only those included are counted in. An empty `focus` stands for all `cells`.
    """
    due = [event for event in events if event.included]
    parts = parts_of(window, [TimeWindow(start=event.start, end=event.end) for event in due])
    users, volumes = _series(kpis, "RRC.ConnMean", cells), _series(kpis, "DRB.PdcpSduVolumeDL.Rate", cells)
    model = _Model(card, {cell.id: cell.areas for cell in cells}, due, parts)
    hours = {hour for series in users.values() for hour, _ in series}
    strange = [event for event in due if not _has_precedent(event, card, hours)]
    crowds = crowds_of(strange, parts, card, {key: points[-1][1] for key, points in users.items()},
                       {key: points[-1][1] for key, points in volumes.items()})  # fmt: skip
    connected, offered = model.estimates(users), model.estimates(volumes)
    rows = [_rows(index, connected, offered, crowds.added(index)) for index in range(len(parts))]
    best = _busiest(rows, set(focus) or {cell.id for cell in cells})
    method, warnings = _method(hours)
    return Forecast(
        part=parts[best], rows=tuple(rows[best]), method=method, warnings=(*warnings, *crowds.notes), unknown=crowds.unknown
    )


@dataclass(frozen=True)
class _Model:
    """The regression: areas by cell, the events that are counted in, and the parts to forecast."""

    card: NetworkCard
    areas: dict[str, tuple[str, ...]]
    due: Sequence[EventUse]
    parts: Sequence[TimeWindow]

    def estimates(self, series: Series) -> dict[Key, Estimates]:
        return {key: self._estimate(points, self.areas[key[0]]) for key, points in series.items()}

    def _estimate(self, points: list[tuple[datetime, float]], areas: tuple[str, ...]) -> Estimates:
        values = np.array([value for _, value in points])
        if len(points) < _MIN_HOURS:
            return np.tile([values[-1], values.min(), values.max()], (len(self.parts), 1))
        import statsmodels.api as sm

        past = [event for event in self.card.events if event.area in areas]
        coming = [event for event in self.due if event.area in areas]
        midpoints = [moment + timedelta(minutes=30) for moment, _ in points]
        marks = [_during(moment, past) for moment in midpoints]
        with_event = 0 < sum(marks) < len(marks)
        fit = sm.OLS(values, _design(midpoints, marks, with_event)).fit(cov_type="HAC", cov_kwds={"maxlags": 2})
        moments = [part.start + (part.end - part.start) / 2 for part in self.parts]
        design = _design(moments, [_during(moment, coming) for moment in moments], with_event)
        frame = fit.get_prediction(design).summary_frame(alpha=1 - CONFIDENCE)
        estimates: Estimates = frame[["mean", "obs_ci_lower", "obs_ci_upper"]].to_numpy().clip(min=0.0)
        return estimates


def _series(kpis: KpiSnapshot, kpi: str, cells: Sequence[Cell]) -> Series:
    """Return the hourly means per (cell, slice), oldest first; the suffix `.Rate` turns a volume into a rate, Mbit/s."""
    rows = kpis.hourly(kpi.removesuffix(".Rate"), [cell.dn for cell in cells], per_second=kpi.endswith(".Rate"))
    series: Series = {}
    for row in rows:
        if row.slice is not None:
            series.setdefault((cell_of(row.dn) or "", row.slice), []).append((row.hour, row.mean))
    return series


def _during(moment: datetime, events: Sequence[EventUse | PlannedEvent]) -> float:
    return float(any(event.start <= moment < event.end for event in events))


def _design(moments: list[datetime], marks: list[float], with_event: bool) -> NDArray[np.float64]:
    """Return the regressors: constant, sine and cosine of the daily harmonics (UTC), and, `with_event`, the event indicator."""
    universal = [moment.astimezone(UTC) for moment in moments]  # history and window may state their hours in different zones
    hour = np.array([moment.hour + moment.minute / 60 for moment in universal])
    columns: list[NDArray[Any]] = [np.ones(len(moments))]
    for order in range(1, _HARMONICS + 1):
        angle = 2 * np.pi * order * hour / 24
        columns += [np.sin(angle), np.cos(angle)]
    if with_event:
        columns.append(np.array(marks))
    return np.column_stack(columns)


def _rows(
    part: int, users: dict[Key, Estimates], volumes: dict[Key, Estimates], added: dict[Key, tuple[float, float]]
) -> list[TrafficRow]:
    nothing = np.zeros((part + 1, 3))
    rows = []
    for key in sorted({*users, *added}):
        more_users, more_mbps = added.get(key, (0.0, 0.0))
        connected = users.get(key, nothing)[part] + more_users
        volume = volumes.get(key, nothing)[part] + more_mbps
        rows.append(_row(key, connected.tolist(), volume.tolist()))
    return rows


def _row(key: Key, users: list[float], volume: list[float]) -> TrafficRow:
    return TrafficRow(
        cell=key[0],
        slice=key[1],
        users=users[0],
        users_low=users[1],
        users_high=users[2],
        volume_mbps=volume[0],
        volume_mbps_low=volume[1],
        volume_mbps_high=volume[2],
    )


def _busiest(rows: Sequence[Sequence[TrafficRow]], focus: Collection[str]) -> int:
    """Return the index of the earliest part that is about as busy as the busiest one, by the volume in `focus`."""
    totals = [sum(row.volume_mbps for row in part if row.cell in focus) for part in rows]
    return next(index for index, total in enumerate(totals) if total >= _AS_BUSY * max(totals))


def _has_precedent(event: EventUse, card: NetworkCard, hours: Collection[datetime]) -> bool:
    """Whether the regression has learnt the uplift of an event at the same area."""
    past = [other for other in card.events if other.area == event.area and other.start < event.start]
    return len(hours) >= _MIN_HOURS and any(other.start <= hour < other.end for other in past for hour in hours)


def _method(hours: Collection[datetime]) -> tuple[str, tuple[str, ...]]:
    """Return the forecasting method and its warnings."""
    if len(hours) >= _MIN_HOURS:
        return "dynamic harmonic regression with event regressors", ()
    return "persistence", (f"only {len(hours)} h of history ({_MIN_HOURS} h needed): the newest value is carried forward",)
