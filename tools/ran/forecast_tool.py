"""`forecast_traffic`: users and offered volume per cell and slice in the busiest part of a coming time window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import Field, model_validator

from policies.effect import Effect
from policies.evidence import Evidence
from policies.intent import TimeWindow
from policies.provenance import Provenance
from policies.text.times import span_text
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from tools.telemetry.forecast.forecasting import CONFIDENCE, Forecast, forecast
from tools.telemetry.forecast.planned_events import EventUse, event_uses
from tools.telemetry.forecast.traffic_row import TrafficRow
from twins.network import NetworkError


class ForecastTraffic(ToolRequest):
    """The cells, the time window [start, end) in network time, and what the operator said about planned events."""

    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")
    start: datetime
    end: datetime
    without_events: tuple[str, ...] = Field(default=(), description="names of planned events that the operator leaves out")
    attendance: int | None = Field(default=None, ge=0, description="visitors of events whose attendance the calendar lacks")

    @model_validator(mode="after")
    def _ordered(self) -> ForecastTraffic:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("start and end need a time zone, such as 2026-06-01T20:00:00+00:00")
        if not self.start < self.end <= self.start + timedelta(days=14):
            raise ValueError(f"end={self.end.isoformat()} must lie after start and within 14 days of it")
        return self


class TrafficForecast(ToolValue):
    """Forecast rows for the busiest `part` of the window, the method, and the planned events with their use in the forecast.

    `unknown`: names of events that are counted in without a crowd, as neither history nor calendar nor operator tells its size.
    """

    rows: tuple[TrafficRow, ...]
    method: str
    events: tuple[EventUse, ...]
    part: TimeWindow | None = None
    unknown: tuple[str, ...] = ()


@tool(effect=Effect.REASON, raises=(NetworkError,), timeout_s=120)
def forecast_traffic(context: ToolContext, request: ForecastTraffic) -> Evidence[TrafficForecast]:
    """Forecast connected users and offered traffic per cell and slice in the busiest part of a coming window, with its events."""
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    kpis = context.kpis.snapshot()
    window = TimeWindow(start=request.start, end=request.end)
    events = event_uses(card, [cell.id for cell in cells], window, request.without_events, request.attendance)
    coming = forecast(kpis, card, cells, window, events)
    return Evidence(
        summary=_summary(coming, len(cells), events),
        value=TrafficForecast(rows=coming.rows, method=coming.method, events=events, part=coming.part, unknown=coming.unknown),
        provenance=Provenance(source=card.name, kind="forecast", version=card.version, observed_at=kpis.newest or card.now),
        uncertainty=f"{CONFIDENCE:.0%} prediction intervals",
        warnings=coming.warnings,
    )


def _summary(coming: Forecast, cells: int, events: Sequence[EventUse]) -> str:
    total = sum(row.users for row in coming.rows)
    text = f"{total:.0f} users expected in {cells} cells, {span_text(coming.part.start, coming.part.end)}"
    used = ", ".join(event.name for event in events if event.included)
    unused = ", ".join(event.name for event in events if not event.included)
    return text + (f"; with {used}" if used else "") + (f"; without {unused}" if unused else "")
