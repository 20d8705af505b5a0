"""`query_kpi`: measured KPIs, including new PM reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from policies.assessment import present_value
from policies.effect import Effect
from policies.evidence import Evidence
from policies.kpi import KpiFrame, KpiSample, UnknownKpiError, kpi_definition
from policies.managed_object import cell_of
from policies.provenance import Provenance
from policies.quality.flaw import Flaw, invalid
from policies.slices import Slice
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from tools.telemetry.kpi_snapshot import KpiSnapshot
from twins.network import KpiQuery, NetworkCard, NetworkError

_MAX_FLAWS = 20


class QueryKpi(ToolRequest):
    """The KPIs, cells or areas (empty: all), slices (empty: cell level), and the number of windows."""

    kpis: tuple[str, ...] = Field(min_length=1, max_length=32, description="KPI names, such as DRB.UEThpDl")
    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")
    slices: tuple[Slice, ...] = Field(default=(), description="eMBB, URLLC, mMTC; empty for cell-level values")
    windows: int = Field(default=4, ge=1, le=10_000, description="how many of the newest KPI windows")


class KpiRow(ToolValue):
    """The value of a KPI of a cell (and slice) over a window."""

    kpi: str
    cell: str
    slice: Slice | None
    start: str
    end: str
    value: float | None
    unit: str
    count: int


class KpiMean(ToolValue):
    """A KPI's value over the queried cells, mean over the windows, and its worst value of a cell in a window.

    `over_cells` tells whether `mean` is the sum over the cells (energy, power, volume, users) or their mean weighted by count;
    `mean` is None if a part of a sum was not measured.
    """

    kpi: str
    slice: Slice | None
    mean: float | None
    worst: float | None
    worst_cell: str
    unit: str

    @property
    def over_cells(self) -> Literal["sum", "mean"]:
        """How the catalogue combines the KPI over cells."""
        return kpi_definition(self.kpi).across_cells


class KpiTable(ToolValue):
    """Rows in time order, with the means per KPI and slice; `invalid` are measurements that were thrown away, and why."""

    rows: tuple[KpiRow, ...]
    means: tuple[KpiMean, ...]
    invalid: tuple[Flaw, ...] = ()


@tool(effect=Effect.OBSERVE, raises=(UnknownKpiError, NetworkError), timeout_s=30)
def query_kpi(context: ToolContext, request: QueryKpi) -> Evidence[KpiTable]:
    """Query measured KPIs (TS 28.552 names, with units) of cells and slices over the newest windows."""
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    kpis = context.kpis.snapshot()
    query = KpiQuery(kpis=request.kpis, dns=tuple(cell.dn for cell in cells), slices=request.slices, windows=request.windows)
    frame, flaws = kpis.query(query), kpis.flaws(query)
    samples = [sample for sample in frame if request.slices or sample.slice is None]
    table = KpiTable(rows=tuple(_row(sample) for sample in samples), means=tuple(_means(samples)), invalid=flaws[-_MAX_FLAWS:])
    warnings = (*(() if samples else ("the KPI store has no samples for this query yet",)), *_losses(context, flaws))
    return Evidence(
        summary=_summary(table), value=table, provenance=measured(card, kpis), warnings=warnings,
        uncertainty=f"{len(samples)} samples over at most {request.windows} windows",
    )  # fmt: skip


def _losses(context: ToolContext, flaws: tuple[Flaw, ...]) -> Iterator[str]:
    """Yield what was thrown away of this query, and what the PM source has lost so far."""
    if flaws:
        yield invalid(flaws)
    losses = context.kpis.losses()
    if losses.missed or losses.dead_letters:
        yield f"PM source: {losses.describe()}"


def measured(card: NetworkCard, kpis: KpiSnapshot) -> Provenance:
    """Return the provenance of values reported by the managed network: observed at the end of the newest KPI window."""
    return Provenance(source=card.name, kind="measurement", version=card.version, observed_at=kpis.newest or card.now)


def _row(sample: KpiSample) -> KpiRow:
    return KpiRow(
        kpi=sample.kpi,
        cell=cell_of(sample.dn) or sample.dn,
        slice=sample.slice,
        start=sample.start.isoformat(),
        end=sample.end.isoformat(),
        value=sample.value,
        unit=sample.unit,
        count=sample.count,
    )


def _means(samples: list[KpiSample]) -> list[KpiMean]:
    groups: dict[tuple[str, Slice | None], list[KpiSample]] = {}
    for sample in samples:
        groups.setdefault((sample.kpi, sample.slice), []).append(sample)
    means = []
    for (kpi, slice), members in groups.items():
        values = [(sample.value, sample.dn) for sample in members if sample.value is not None]
        lowest_is_worst = kpi_definition(kpi).better == "higher"
        worst = (min(values) if lowest_is_worst else max(values)) if values else (None, "")
        means.append(
            KpiMean(
                kpi=kpi,
                slice=slice,
                mean=present_value(KpiFrame(tuple(members)), kpi),
                worst=worst[0],
                worst_cell=cell_of(worst[1]) or "" if worst[1] else "",
                unit=members[0].unit,
            )
        )
    return means


def _summary(table: KpiTable) -> str:
    parts = [
        f"{mean.kpi}{f'[{mean.slice.value}]' if mean.slice else ''} {mean.over_cells} {mean.mean:.3g} {mean.unit}"
        f" (worst {mean.worst:.3g} in {mean.worst_cell})"
        for mean in table.means
        if mean.mean is not None and mean.worst is not None
    ]
    return "; ".join([*(parts or ["no samples"]), *filter(None, (invalid(table.invalid, limit=1),))])
