"""`link_conditions`: the inputs of a link evaluation of a cell, as far as the network reports them."""

from __future__ import annotations

from pydantic import Field

from policies.change import digest_of
from policies.effect import Effect
from policies.evidence import Evidence
from policies.kpi import KpiFrame
from policies.managed_object import Scalar
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.ran.block_errors import BlockErrors, block_errors
from tools.ran.cqi_sinr import CQI_COUNT, SinrQuantile, sinr_quantile
from tools.ran.kpi_tool import measured
from tools.ran.link_facts import RECEIVER_CLASS, LinkFact, facts_of
from tools.ran.matched_mcs import fading_margin_db, matched_mcs
from tools.ran.scope import cells_named
from twins.network import Cell, KpiQuery, Network, NetworkError

SHARES = (0.1, 0.5, 0.9)
_KPIS = ("RRU.PrbTotDl", "DRB.MeanActiveUeDl", "RRC.ConnMean", "CARR.AverageBlerDl")
_CQI = tuple(f"CARR.WBCQIDist.{index}" for index in range(CQI_COUNT))


class LinkConditions(ToolRequest):
    """The cells, and optional facts from the operator that the network does not report."""

    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")
    windows: int = Field(default=24, ge=1, le=1000, description="how many of the newest KPI windows")
    dmrs_symbols: int | None = Field(default=None, ge=1, le=4, description="DMRS symbols per slot, if known")
    delay_spread_ns: float | None = Field(default=None, ge=1.0, le=2000.0, allow_inf_nan=False, description="ns, if known")
    rx_antennas: int | None = Field(default=None, ge=1, le=16, description="receive antennas, if known")
    most_prbs: int = Field(default=12, ge=1, le=273, description="largest allocation to evaluate; run time grows with it")


class LinkLevel(ToolValue):
    """A quantile of the cell's SINR with the matching link.

    `snr_db`: mean SNR (Es/N0) per resource element and receive antenna. `margin_db`: from the mean to the worst tenth of slots in
    the assumed fading. `mcs_index` (table 1): the MCS that outer-loop link adaptation settles at, with a BLER target of 0.1 and
    perfect channel knowledge.
    """

    sinr: SinrQuantile
    snr_db: float
    margin_db: float
    mcs_index: int


class CellConditions(ToolValue):
    """A cell: carrier from the network card, counters over the windows, SINR levels, and facts with their origin."""

    cell: str
    carrier_ghz: float
    subcarrier_khz: int
    bandwidth_mhz: float
    prbs: int
    prb_use: float | None = Field(description="mean PRB use, percent")
    active_users: float | None = Field(description="mean users with data in the buffer")
    connected_users: float | None
    allocation_prbs: int = Field(description="mean PRBs per active user, at most most_prbs")
    cqi_reports: tuple[int, ...] = Field(description="wideband CQI reports of CQI 0..15")
    levels: tuple[LinkLevel, ...] = Field(description="by rising share; empty if no CQI was reported")
    block_errors: BlockErrors
    facts: tuple[LinkFact, ...]


class LinkConditionsTable(ToolValue):
    """The cells in the order of the network card."""

    cells: tuple[CellConditions, ...]


@tool(effect=Effect.OBSERVE, raises=(NetworkError, ValueError), timeout_s=60)
def link_conditions(context: ToolContext, request: LinkConditions) -> Evidence[LinkConditionsTable]:
    """Observe the inputs of a link evaluation of cells: carrier, SINR distribution from CQI reports, matching MCS, block errors.

    Lists what the network does not report, such as pilot pattern, delay spread, speed and channel estimation error.
    """
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    kpis = context.kpis.snapshot()
    frame = kpis.query(KpiQuery(kpis=(*_KPIS, *_CQI), dns=tuple(cell.dn for cell in cells), windows=request.windows)).keep(
        lambda sample: sample.slice is None
    )
    value = LinkConditionsTable(cells=tuple(_cell(context, request, cell, frame.where(dn=cell.dn)) for cell in cells))
    provenance = measured(card, kpis).model_copy(update={"configuration_digest": digest_of(request.model_dump(mode="json"))})
    return Evidence(
        summary="; ".join(_summary(conditions) for conditions in value.cells[:3]) + (" …" if len(cells) > 3 else ""),
        value=value,
        provenance=provenance,
        uncertainty=f"SINR is known within its CQI's bin, over at most {request.windows} windows",
        warnings=_warnings(value),
    )


def _cell(context: ToolContext, request: LinkConditions, cell: Cell, frame: KpiFrame) -> CellConditions:
    use, active, connected = (frame.where(kpi=kpi).mean() for kpi in _KPIS[:3])
    operator_values = {name: getattr(request, name) for name in ("dmrs_symbols", "delay_spread_ns", "rx_antennas")}
    facts = facts_of(cell, _receiver(context.network, cell), operator_values, context.limits)
    prbs = _allocation(cell, use, active, request.most_prbs)
    counts = tuple(round(sum(frame.where(kpi=kpi).values())) for kpi in _CQI)
    return CellConditions(
        cell=cell.id,
        carrier_ghz=cell.carrier_ghz,
        subcarrier_khz=cell.subcarrier_spacing_khz,
        bandwidth_mhz=cell.bandwidth_mhz,
        prbs=cell.prbs,
        prb_use=use,
        active_users=active,
        connected_users=connected,
        allocation_prbs=prbs,
        cqi_reports=counts,
        levels=tuple(_level(cell, facts, prbs, sinr_quantile(counts, share)) for share in SHARES if sum(counts)),
        block_errors=block_errors(frame.where(kpi="CARR.AverageBlerDl").values()),
        facts=facts,
    )


def _receiver(network: Network, cell: Cell) -> dict[str, Scalar]:
    objects = [*network.configuration(cell.dn), *network.configuration(cell.carrier_dn)]
    return next((item.attributes for item in objects if item.class_name == RECEIVER_CLASS), {})


def _allocation(cell: Cell, use: float | None, active: float | None, max_prbs: int) -> int:
    """Return the PRBs per active user: used PRBs over users with data, or `max_prbs` if either was not counted."""
    if not use or not active:
        return min(max_prbs, cell.prbs)
    return max(1, min(round(0.01 * use * cell.prbs / active), max_prbs, cell.prbs))


def _level(cell: Cell, facts: tuple[LinkFact, ...], prbs: int, sinr: SinrQuantile) -> LinkLevel:
    from math import log10

    number = {fact.name: fact.value for fact in facts if isinstance(fact.value, int | float)}
    antennas = int(number["rx_antennas"])
    margin = fading_margin_db(sinr.sinr_db, number["delay_spread_ns"], antennas, prbs, cell.subcarrier_spacing_khz)
    elements = 12 * (14 - int(number["dmrs_symbols"]))  # two CDM groups without data: no data in DMRS symbols
    return LinkLevel(
        sinr=sinr,
        snr_db=sinr.sinr_db - 10.0 * log10(antennas),
        margin_db=margin,
        mcs_index=matched_mcs(sinr.sinr_db, margin, prbs, elements),
    )


def _summary(conditions: CellConditions) -> str:
    levels = ", ".join(
        f"{100 * level.sinr.share:.0f} % {level.sinr.sinr_db:.1f} dB (MCS {level.mcs_index})" for level in conditions.levels
    )
    return f"{conditions.cell}: SINR {levels or 'unknown, no CQI was reported'}; {conditions.block_errors.summary}"


def _warnings(value: LinkConditionsTable) -> tuple[str, ...]:
    notes = [fact.source for cell in value.cells for fact in cell.facts if fact.origin in ("assumed", "missing")]
    edges = [f"{cell.cell} {100 * level.sinr.share:.0f} %" for cell in value.cells for level in cell.levels if level.sinr.is_open]
    if edges:
        notes.append(f"quantiles in CQI 0 or 15, whose bins are open, are given as the bin's edge: {', '.join(edges)}")
    return tuple(dict.fromkeys(notes))
