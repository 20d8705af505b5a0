"""`forecast_traffic`: users and offered volume per cell and slice in a coming time window."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field, model_validator

from policies.effect import Effect
from policies.evidence import Evidence
from policies.provenance import Provenance
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from tools.telemetry.forecasting import CONFIDENCE, TrafficRow, forecast_rows, method_of
from twins.network import NetworkError


class ForecastTraffic(ToolRequest):
    """The cells, and the time window [start, end) in network time."""

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


class TrafficForecast(ToolValue):
    """Forecast rows, the forecasting method, and the planned events within the window."""

    rows: tuple[TrafficRow, ...]
    method: str
    events: tuple[str, ...]


@tool(effect=Effect.REASON, raises=(NetworkError,), timeout_s=120)
def forecast_traffic(context: ToolContext, request: ForecastTraffic) -> Evidence[TrafficForecast]:
    """Forecast connected users and offered traffic per cell and slice for a coming window, with the uplift of planned events."""
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    kpis = context.kpis.snapshot()
    rows = forecast_rows(kpis, card, cells, request.start, request.end)
    due = [event for event in card.events if event.start < request.end and event.end > request.start]
    method, warnings = method_of(kpis, card, cells, due)
    value = TrafficForecast(rows=tuple(rows), method=method, events=tuple(event.name for event in due))
    total = sum(row.users for row in rows)
    return Evidence(
        summary=f"{total:.0f} users expected in {len(cells)} cells" + (f" during {due[0].name}" if due else ""),
        value=value,
        provenance=Provenance(source=card.name, kind="forecast", version=card.version, observed_at=kpis.newest or card.now),
        uncertainty=f"{CONFIDENCE:.0%} prediction intervals",
        warnings=warnings,
    )
