"""`forecast_traffic`: users and offered volume per cell and slice in a coming time window.

Dynamic harmonic regression on the hourly history (statsmodels OLS with heteroscedasticity- and autocorrelation-consistent
errors):
three daily harmonics carry the hour of day; one regressor per cell and slice carries the hours in which the calendar had an
event in
the cell's area, so that the uplift of past events is learned and carried over to the coming one. With less than a day of
history the newest value is carried forward, and the answer says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from pydantic import Field, model_validator

from policies.effect import Effect
from policies.evidence import Evidence
from policies.managed_object import cell_of
from policies.provenance import Provenance
from policies.slices import Slice
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from tools.telemetry.analytics import KpiAnalytics
from twins.network import Cell, NetworkCard, PlannedEvent

_LEAST_HOURS = 24
_HARMONICS = 3
_CONFIDENCE = 0.9


class ForecastTraffic(ToolRequest):
    """For which cells and which window, network time."""

    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")
    start: datetime
    end: datetime

    @model_validator(mode="after")
    def _ordered(self) -> ForecastTraffic:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("start and end need a time zone, such as 2026-06-01T20:00:00+00:00")
        if not self.start < self.end <= self.start + timedelta(days=14):
            raise ValueError(f"end={self.end.isoformat()} must lie after start and within 14 days of it")
        return self


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


class TrafficForecast(ToolValue):
    """Forecast rows and how they were made."""

    rows: tuple[TrafficRow, ...]
    method: str
    events: tuple[str, ...]


@tool(effect=Effect.REASON, timeout_s=120)
def forecast_traffic(context: ToolContext, request: ForecastTraffic) -> Evidence[TrafficForecast]:
    """Forecast connected users and offered traffic per cell and slice for a coming window, past events included."""
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    analytics = KpiAnalytics(context.store)
    window = _window_hours(request.start, request.end)
    users = _forecasts(analytics, "RRC.ConnMean", card, cells, window)
    volumes = _forecasts(analytics, "DRB.PdcpSduVolumeDL.Rate", card, cells, window)
    rows = [_row(key, users[key], volumes.get(key, (0.0, 0.0, 0.0))) for key in sorted(users)]
    due = [event for event in card.events if event.start < request.end and event.end > request.start]
    method, warnings = _method(analytics, card, cells, due)
    value = TrafficForecast(rows=tuple(rows), method=method, events=tuple(event.name for event in due))
    total = sum(row.users for row in rows)
    return Evidence(
        summary=f"{total:.0f} users expected in {len(cells)} cells" + (f" during {due[0].name}" if due else ""),
        value=value,
        provenance=Provenance(source=card.name, kind="forecast", version=card.version, observed_at=context.now()),
        uncertainty=f"{_CONFIDENCE:.0%} prediction intervals",
        warnings=warnings,
    )


Estimate = tuple[float, float, float]
Key = tuple[str, Slice]


def _window_hours(start: datetime, end: datetime) -> list[datetime]:
    """Return the middle of each started hour of the window, or the middle of a window shorter than an hour."""
    hours = max(1, round((end - start).total_seconds() / 3600))
    step = (end - start) / hours
    return [start + step * (index + 0.5) for index in range(hours)]


def _forecasts(
    analytics: KpiAnalytics, kpi: str, card: NetworkCard, cells: list[Cell], window: list[datetime]
) -> dict[Key, Estimate]:
    """Return mean, low and high per (cell, slice); a volume is asked for as a rate, Mbit/s."""
    as_rate = kpi.endswith(".Rate")
    rows = analytics.hourly(kpi.removesuffix(".Rate"), [cell.dn for cell in cells], per_second=as_rate)
    series: dict[Key, list[tuple[datetime, float]]] = {}
    for row in rows:
        if row["slice"]:
            series.setdefault((cell_of(row["dn"]) or "", Slice(row["slice"])), []).append((row["hour"], row["mean"]))
    areas = {cell.id: cell.areas for cell in cells}
    return {key: _forecast(points, window, _events_at(card, areas[key[0]])) for key, points in series.items()}


def _events_at(card: NetworkCard, areas: tuple[str, ...]) -> list[PlannedEvent]:
    return [event for event in card.events if event.area in areas]


def _during(moment: datetime, events: list[PlannedEvent]) -> float:
    return float(any(event.start <= moment < event.end for event in events))


def _design(moments: list[datetime], events: list[PlannedEvent], with_event: bool) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the regressors: constant, sine and cosine of the daily harmonics, and (where it can be learned) the event."""
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
    if len(points) < _LEAST_HOURS:
        return float(values[-1]), float(values.min()), float(values.max())
    import statsmodels.api as sm

    middles = [moment + timedelta(minutes=30) for moment, _ in points]
    learned = 0 < sum(_during(moment, events) for moment in middles) < len(middles)
    fit = sm.OLS(values, _design(middles, events, learned)).fit(cov_type="HAC", cov_kwds={"maxlags": 2})
    frame = fit.get_prediction(_design(window, events, learned)).summary_frame(alpha=1 - _CONFIDENCE)
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


def _method(
    analytics: KpiAnalytics, card: NetworkCard, cells: list[Cell], due: list[PlannedEvent]
) -> tuple[str, tuple[str, ...]]:
    hours = {row["hour"] for row in analytics.hourly("RRC.ConnMean", [cell.dn for cell in cells[:1]])}
    if len(hours) < _LEAST_HOURS:
        return "persistence", (f"only {len(hours)} h of history (24 h needed): the newest value is carried forward",)
    seen = [event for event in card.events if any(event.start <= hour < event.end for hour in hours)]
    unseen = [event for event in due if not any(past.area == event.area for past in seen)]
    warnings = tuple(f"no past event at {event.area} in the history: {event.name}'s uplift is unknown" for event in unseen)
    return "dynamic harmonic regression with event regressors", warnings
