"""PM reports and inventory, which an operator's systems read besides A1 and O1."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from twins.network import NetworkCard
from twins.ric.managed_ran import ManagedRan
from twins.ric.pm_report import reports_of


def pm_router(ran: ManagedRan) -> APIRouter:
    """Return `GET /pm/v1/reports?after=SEQUENCE&limit=N`: the reports of the next N periods; continue with `after=next`."""
    router = APIRouter(prefix="/pm/v1", tags=["PM"])

    @router.get("/reports")
    def get_reports(after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, Any]:
        periods = ran.pm.after(after, limit)
        return {
            "reports": [report for period in periods for report in reports_of(period)],
            "next": periods[-1].sequence if periods else after,
            "last": ran.pm.last,
            "oldest": ran.pm.oldest,
            "log": ran.pm.name,
        }

    return router


def inventory_router(ran: ManagedRan) -> APIRouter:
    """Return `GET /inventory/v1/network-card`: cells, areas, slices, calendar and data card; and `/network`: which one it is."""
    router = APIRouter(prefix="/inventory/v1", tags=["Inventory"])

    @router.get("/network-card")
    def get_network_card() -> NetworkCard:
        return ran.card()

    @router.get("/network")
    def get_network() -> dict[str, str]:
        return {"name": ran.card().name, "instance": ran.instance}

    return router
