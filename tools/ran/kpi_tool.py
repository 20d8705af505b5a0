"""`query_kpi`: measured KPIs, including new PM reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from policies.assessment import NETWORK, present_value, samples_of, unreported
from policies.effect import Effect
from policies.evidence import Evidence
from policies.intent import TimeWindow
from policies.kpi import KpiFrame, KpiSample, UnknownKpiError, kpi_definition, with_weights
from policies.managed_object import cell_of
from policies.provenance import Provenance
from policies.quality.flaw import Flaw, invalid
from policies.slices import Slice
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.twinning.outlook import sites_of
from twins.network import KpiQuery, NetworkCard, NetworkError

_MAX_FLAWS = 20


class QueryKpi(ToolRequest):
    """The KPIs, cells or areas (empty: all), slices (empty: cell level), and the number of windows, or the time they lie in."""

    kpis: tuple[str, ...] = Field(min_length=1, max_length=32, description="KPI names, such as DRB.UEThpDl")
    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")
    slices: tuple[Slice, ...] = Field(default=(), description="eMBB, URLLC, mMTC; empty for cell-level values")
    windows: int = Field(default=4, ge=1, le=10_000, description="how many of the newest KPI windows; not with start and end")
    start: AwareDatetime | None = Field(default=None, description="instead of windows: all that lie in start..end, a past time")
    end: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_a_time(self) -> QueryKpi:
        if (self.start is None) != (self.end is None):
            raise ValueError("start, end: give both or none")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"end={self.end.isoformat()} must be after start={self.start.isoformat()}")
        return self


class KpiRow(ToolValue):
    """The value of a KPI of a cell (and slice) over a window; `cell` is a DN where it is reported by site or network only."""

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
    """Rows in time order, with the means per KPI and slice; `invalid` are measurements that were thrown away, and why.

    held: the time of which the KPI store has windows at all; None: it has none yet.
    """

    rows: tuple[KpiRow, ...]
    means: tuple[KpiMean, ...]
    invalid: tuple[Flaw, ...] = ()
    held: TimeWindow | None = None


@tool(effect=Effect.OBSERVE, raises=(UnknownKpiError, NetworkError), timeout_s=30)
def query_kpi(context: ToolContext, request: QueryKpi) -> Evidence[KpiTable]:
    """Query measured KPIs (TS 28.552 names, with units) of cells and slices over the newest windows, or over a past time.

    A KPI that is reported by site or for the network only is given for the sites of which all cells are queried, or the network.
    """
    card = context.network.describe()
    cells = tuple(cell.dn for cell in cells_named(card, request.cells, context))
    kpis = context.kpis.snapshot()
    is_whole = len(cells) == len(card.cells)
    sites = sites_of(card)
    dns = () if is_whole else (*cells, *(site for site, members in sites.items() if set(members) <= set(cells)))
    past = request.start is not None
    query = KpiQuery(kpis=with_weights(request.kpis), dns=dns, slices=request.slices, start=request.start, end=request.end,
                     windows=None if past else request.windows)  # fmt: skip
    frame, flaws = kpis.query(query), kpis.flaws(query)
    scope = _Scope(frame, cells, sites, is_whole)
    answers = [scope.answer(kpi, slice) for kpi, slice in _asked(frame, request)]
    table = KpiTable(
        rows=tuple(_row(sample) for sample in sorted(chain(*(rows for rows, _, _ in answers)), key=lambda row: row.start)),
        means=tuple(mean for _, mean, _ in answers if mean is not None),
        invalid=flaws[-_MAX_FLAWS:],
        held=kpis.held,
    )
    reasons = [reason for _, _, reason in answers if reason]
    warnings = (*(() if table.rows else ("the KPI store has no samples for this query yet",)), *reasons, *_losses(context, flaws))
    return Evidence(
        summary=_summary(table), value=table, provenance=measured(card, kpis), warnings=warnings,
        uncertainty=f"{len(table.rows)} samples {'in the time asked for' if past else f'over at most {request.windows} windows'}",
    )  # fmt: skip


def _asked(frame: KpiFrame, request: QueryKpi) -> list[tuple[str, Slice | None]]:
    """Return the measurements in the frame that were asked for: the bins of a family one by one, by slice if slices are named."""
    slices: tuple[Slice | None, ...] = request.slices or (None,)
    names = dict.fromkeys(sample.kpi for sample in frame if {sample.kpi, sample.kpi.rpartition(".")[0]} & set(request.kpis))
    return [(kpi, slice) for kpi in names for slice in slices]


@dataclass(frozen=True)
class _Scope:
    """What was measured of some cells; `is_whole`: they are all cells of the network."""

    frame: KpiFrame
    cells: tuple[str, ...]
    sites: dict[str, tuple[str, ...]]
    is_whole: bool

    def answer(self, kpi: str, slice: Slice | None) -> tuple[KpiFrame, KpiMean | None, str]:
        """Return the samples of a KPI, their value together, and why there is none."""
        rows = samples_of(self.frame, kpi, slice, self.cells, self.sites)
        own = self.frame.where(kpi).keep(lambda sample: sample.slice is slice)
        parts = own.keep(lambda sample: sample.dn in self.cells)
        if not len(rows) and not len(parts) and self.is_whole:
            rows = own.keep(lambda sample: sample.dn.startswith(f"{NETWORK}=") and "," not in sample.dn)
        if len(rows):
            return _measured_rows(rows, own), _mean_of(rows, kpi, slice, present_value(rows, kpi)), ""
        reason = unreported(self.frame, kpi, slice, self.cells, self.sites)
        return parts, _mean_of(parts, kpi, slice, None) if len(parts) else None, reason


def _measured_rows(rows: KpiFrame, own: KpiFrame) -> KpiFrame:
    """Return the rows as they were measured: their counts may stand for weights."""
    measured_rows = {(row.dn, row.start, row.end): row for row in own}
    return KpiFrame(tuple(measured_rows.get((row.dn, row.start, row.end), row) for row in rows))


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


def _mean_of(rows: KpiFrame, kpi: str, slice: Slice | None, mean: float | None) -> KpiMean:
    values = [(sample.value, sample.dn) for sample in rows if sample.value is not None]
    lowest_is_worst = kpi_definition(kpi).better == "higher"
    worst, dn = (min(values) if lowest_is_worst else max(values)) if values else (None, "")
    place = (cell_of(dn) or dn) if dn else ""  # nothing was counted: no handover, say, in these windows
    return KpiMean(kpi=kpi, slice=slice, mean=mean, worst=worst, worst_cell=place, unit=kpi_definition(kpi).unit)


def _summary(table: KpiTable) -> str:
    parts = [
        f"{mean.kpi}{f'[{mean.slice.value}]' if mean.slice else ''} {mean.over_cells} {mean.mean:.3g} {mean.unit}"
        f" (worst {mean.worst:.3g} in {mean.worst_cell})"
        for mean in table.means
        if mean.mean is not None and mean.worst is not None
    ]
    return "; ".join([*(parts or ["no samples"]), *filter(None, (invalid(table.invalid, limit=1),))])
