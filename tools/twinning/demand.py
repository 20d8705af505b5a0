"""Demand: users and traffic per cell and slice, measured or forecast."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from pydantic import Field

from policies.kpi import KpiFrame
from policies.managed_object import cell_of
from policies.slices import Slice
from policies.word import Word
from tools.telemetry.forecast.traffic_row import TrafficRow
from twins.network import NetworkCard


class DemandRow(Word):
    """Connected users of a slice in a cell, and their total traffic, Mbit/s."""

    cell: str
    slice: Slice
    users: float = Field(ge=0)
    mbps: float = Field(ge=0)


class SynchronizationError(Exception):
    """Telemetry does not suffice to build a twin; the message states what is missing."""


def measured_demand(card: NetworkCard, frame: KpiFrame) -> tuple[DemandRow, ...]:
    """Return the demand of the frame's windows: mean connected users and arriving volume per cell and slice.

    Raises SynchronizationError if the frame has no connected users at all.
    """
    rows = []
    for cell in card.cells:
        for slice in card.slices:
            users = frame.where("RRC.ConnMean", cell.dn, slice).mean()
            rates = [
                (sample.value or 0.0) / (sample.end - sample.start).total_seconds()
                for sample in frame.where("DRB.PdcpSduVolumeDL", cell.dn, slice)
            ]
            if users:
                rows.append(DemandRow(cell=cell.id, slice=slice, users=users, mbps=fmean(rates) if rates else 0.0))
    if not rows:
        raise SynchronizationError(
            "the KPI store has no connected users (RRC.ConnMean) of the newest windows: let PM reports arrive first, "
            "such as `twinpilot network advance 900`"
        )
    return tuple(rows)


def forecast_demand(rows: Iterable[TrafficRow], present: tuple[DemandRow, ...]) -> tuple[DemandRow, ...]:
    """Return the forecast as demand; cells and slices without a forecast keep their present demand."""
    forecast = {
        (row.cell, row.slice): DemandRow(cell=row.cell, slice=row.slice, users=row.users, mbps=row.volume_mbps) for row in rows
    }
    without_forecast = [row for row in present if (row.cell, row.slice) not in forecast]
    return (*forecast.values(), *without_forecast)


def channel_quality(frame: KpiFrame) -> dict[str, tuple[float, ...]]:
    """Return the wideband CQI histogram (16 counts) of each cell and slice that reported any, by `cell/slice`."""
    histograms: dict[str, list[float]] = {}
    for sample in frame:
        family, _, index = sample.kpi.rpartition(".")
        if family == "CARR.WBCQIDist" and sample.slice is not None and sample.value:
            key = f"{cell_of(sample.dn)}/{sample.slice.value}"
            histograms.setdefault(key, [0.0] * 16)[int(index)] += sample.value
    return {key: tuple(counts) for key, counts in histograms.items()}


def cell_loads(card: NetworkCard, frame: KpiFrame) -> dict[str, float]:
    """Return each cell's mean PRB usage, 0..1; 0 where it reported none."""
    return {cell.id: (frame.where("RRU.PrbTotDl", cell.dn).mean() or 0.0) / 100 for cell in card.cells}
