"""Forecasting of users and offered volume per cell and slice.

Dynamic harmonic regression on the hourly history (statsmodels OLS with heteroscedasticity- and autocorrelation-consistent
errors): three daily harmonics model the hour of day; a further regressor marks the hours in which the calendar had an event in
the cell's area, so that the uplift of past events is applied to coming ones. With less than a day of history the newest value is
carried forward, with a warning.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from policies.managed_object import cell_of
from policies.slices import Slice
from tools.contract import ToolValue
from tools.telemetry.kpi_snapshot import KpiSnapshot
from twins.network import Cell, NetworkCard, PlannedEvent

CONFIDENCE = 0.9
_MIN_HOURS = 24
_HARMONICS = 3

Estimate = tuple[float, float, float]
Key = tuple[str, Slice]


class TrafficRow(ToolValue):
    """Forecast for a cell and slice: mean over the window, with the bounds of a 90 % prediction interval."""

    cell: str
    slice: Slice
    users: float
    users_low: float
    users_high: float
    volume_mbps: float
    volume_mbps_low: float
    volume_mbps_high: float


def forecast_rows(kpis: KpiSnapshot, card: NetworkCard, cells: list[Cell], start: datetime, end: datetime) -> list[TrafficRow]:
    """Return the forecast for each cell and slice with any history, mean over [start, end)."""
    window = _window_hours(start, end)
    users = _forecasts(kpis, "RRC.ConnMean", card, cells, window)
    volumes = _forecasts(kpis, "DRB.PdcpSduVolumeDL.Rate", card, cells, window)
    return [_row(key, users[key], volumes.get(key, (0.0, 0.0, 0.0))) for key in sorted(users)]


def _window_hours(start: datetime, end: datetime) -> list[datetime]:
    """Return the midpoints of the hours of the window, or the midpoint of a window shorter than an hour."""
    hours = max(1, round((end - start).total_seconds() / 3600))
    step = (end - start) / hours
    return [start + step * (index + 0.5) for index in range(hours)]


def _forecasts(kpis: KpiSnapshot, kpi: str, card: NetworkCard, cells: list[Cell], window: list[datetime]) -> dict[Key, Estimate]:
    """Return mean, low and high per (cell, slice); the suffix `.Rate` turns a volume into a rate, Mbit/s."""
    as_rate = kpi.endswith(".Rate")
    rows = kpis.hourly(kpi.removesuffix(".Rate"), [cell.dn for cell in cells], per_second=as_rate)
    series: dict[Key, list[tuple[datetime, float]]] = {}
    for row in rows:
        if row.slice is not None:
            series.setdefault((cell_of(row.dn) or "", row.slice), []).append((row.hour, row.mean))
    areas = {cell.id: cell.areas for cell in cells}
    return {key: _forecast(points, window, _events_at(card, areas[key[0]])) for key, points in series.items()}


def _events_at(card: NetworkCard, areas: tuple[str, ...]) -> list[PlannedEvent]:
    return [event for event in card.events if event.area in areas]


def _during(moment: datetime, events: list[PlannedEvent]) -> float:
    return float(any(event.start <= moment < event.end for event in events))


def _design(moments: list[datetime], events: list[PlannedEvent], with_event: bool) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the regressors: constant, sine and cosine of the daily harmonics, and, `with_event`, the event indicator."""
    hour = np.array([moment.hour + moment.minute / 60 for moment in moments])
    columns = [np.ones(len(moments))]
    for order in range(1, _HARMONICS + 1):
        angle = 2 * np.pi * order * hour / 24
        columns += [np.sin(angle), np.cos(angle)]
    if with_event:
        columns.append(np.array([_during(moment, events) for moment in moments]))
    return np.column_stack(columns)


def _forecast(points: list[tuple[datetime, float]], window: list[datetime], events: list[PlannedEvent]) -> Estimate:
    values = np.array([value for _, value in points])
    if len(points) < _MIN_HOURS:
        return float(values[-1]), float(values.min()), float(values.max())
    import statsmodels.api as sm

    midpoints = [moment + timedelta(minutes=30) for moment, _ in points]
    with_event = 0 < sum(_during(moment, events) for moment in midpoints) < len(midpoints)
    fit = sm.OLS(values, _design(midpoints, events, with_event)).fit(cov_type="HAC", cov_kwds={"maxlags": 2})
    frame = fit.get_prediction(_design(window, events, with_event)).summary_frame(alpha=1 - CONFIDENCE)
    mean, low, high = (float(frame[name].mean()) for name in ("mean", "obs_ci_lower", "obs_ci_upper"))
    return max(mean, 0.0), max(low, 0.0), max(high, 0.0)


def _row(key: Key, users: Estimate, volume: Estimate) -> TrafficRow:
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


def method_of(kpis: KpiSnapshot, card: NetworkCard, cells: list[Cell], due: list[PlannedEvent]) -> tuple[str, tuple[str, ...]]:
    """Return the forecasting method and its warnings; `due` are the events in the forecast window."""
    hours = {row.hour for row in kpis.hourly("RRC.ConnMean", [cell.dn for cell in cells[:1]])}
    if len(hours) < _MIN_HOURS:
        return "persistence", (f"only {len(hours)} h of history (24 h needed): the newest value is carried forward",)
    past_events = [event for event in card.events if any(event.start <= hour < event.end for hour in hours)]
    unprecedented = [event for event in due if not any(past.area == event.area for past in past_events)]
    warnings = tuple(f"no past event at {event.area} in the history: {event.name}'s uplift is unknown" for event in unprecedented)
    return "dynamic harmonic regression with event regressors", warnings
