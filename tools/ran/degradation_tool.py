"""`detect_degradation`: KPIs that got worse, by how much, with p-values."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.kpi import KpiFrame, UnknownKpiError, kpi_definition
from policies.managed_object import cell_of
from policies.materiality import badness
from policies.slices import Slice
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.ran.kpi_tool import measured
from tools.ran.scope import cells_named
from tools.telemetry.statistics import holm
from twins.network import KpiQuery, NetworkError

_WATCHED = (
    "DRB.UEThpDl",
    "DRB.UEThpDl.P05",
    "DRB.PdcpSduDelayDl",
    "DRB.PacketLossRateDl",
    "RRC.ConnEstabFailRate",
    "MM.RlfRate",
    "CARR.AverageBlerDl",
)
_MIN_WINDOWS = 3


class DetectDegradation(ToolRequest):
    """Compare the newest windows with those before them."""

    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")
    kpis: tuple[str, ...] = Field(default=_WATCHED, min_length=1)
    windows: int = Field(default=4, ge=_MIN_WINDOWS, le=1000, description="newest windows to compare with earlier ones")
    significance: float = Field(default=0.01, gt=0, lt=0.5, description="of the one-sided Welch test, Holm-corrected")
    least_change: float = Field(default=0.1, ge=0, le=10, description="smallest relative worsening to report")


class Finding(ToolValue):
    """A KPI that got significantly and materially worse."""

    kpi: str
    cell: str
    slice: Slice | None
    before: float
    after: float
    unit: str
    p_value: float
    since: str


class Degradations(ToolValue):
    """The findings, worst relative change first, and how many series were compared."""

    findings: tuple[Finding, ...]
    compared: int


@tool(effect=Effect.OBSERVE, raises=(UnknownKpiError, NetworkError), timeout_s=60)
def detect_degradation(context: ToolContext, request: DetectDegradation) -> Evidence[Degradations]:
    """Detect KPIs that got worse: newest windows against those before, one-sided Welch t-test with Holm's correction."""
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    query = KpiQuery(kpis=request.kpis, dns=tuple(cell.dn for cell in cells), windows=3 * request.windows)
    kpis = context.kpis.snapshot()
    frame = kpis.query(query)
    starts = [start for start, _ in frame.windows()]
    if len(starts) < request.windows + _MIN_WINDOWS:
        warning = f"only {len(starts)} windows in the store; {request.windows + _MIN_WINDOWS} are needed to compare"
        return Evidence(
            summary="too little history to compare",
            value=Degradations(findings=(), compared=0),
            provenance=measured(card, kpis),
            warnings=(warning,),
        )
    findings, compared = _compare(frame, starts[-request.windows], request)
    summary = f"{len(findings)} degraded of {compared} series" + (f"; worst: {_describe(findings[0])}" if findings else "")
    return Evidence(
        summary=summary,
        value=Degradations(findings=tuple(findings), compared=compared),
        provenance=measured(card, kpis),
        uncertainty=f"family-wise error ≤ {request.significance:g}",
    )


def _compare(frame: KpiFrame, since: datetime, request: DetectDegradation) -> tuple[list[Finding], int]:
    from scipy.stats import ttest_ind

    series: dict[tuple[str, str, Slice | None], tuple[list[float], list[float]]] = {}
    for sample in frame:
        if sample.value is not None:
            before, after = series.setdefault((sample.kpi, sample.dn, sample.slice), ([], []))
            (after if sample.start >= since else before).append(sample.value)
    usable = {key: pair for key, pair in series.items() if min(len(pair[0]), len(pair[1])) >= _MIN_WINDOWS}
    tested: list[Finding] = []
    for (kpi, dn, slice), (before, after) in usable.items():
        definition = kpi_definition(kpi)
        if definition.better == "neutral":
            continue
        later, earlier = badness(kpi, _jitter(after)), badness(kpi, before)
        tested.append(
            Finding(
                kpi=kpi,
                cell=cell_of(dn) or dn,
                slice=slice,
                before=sum(before) / len(before),
                after=sum(after) / len(after),
                unit=definition.unit,
                p_value=float(ttest_ind(later, earlier, equal_var=False, alternative="greater").pvalue),
                since=since.isoformat(),
            )
        )
    corrected = zip(tested, holm([finding.p_value for finding in tested]), strict=True)
    significant = [finding for finding, p_value in corrected if p_value <= request.significance]
    findings = [finding for finding in significant if _worsening(finding) >= request.least_change]
    return sorted(findings, key=_worsening, reverse=True), len(usable)


def _jitter(values: list[float]) -> list[float]:
    """Add a relative spread of 10⁻⁶ to a constant series, so that the t-test does not divide by a variance of zero."""
    if len(set(values)) > 1:
        return values
    return [value + 1e-6 * max(abs(value), 1.0) * (-1) ** index for index, value in enumerate(values)]


def _worsening(finding: Finding) -> float:
    return abs(finding.after - finding.before) / max(abs(finding.before), 1e-9)


def _describe(finding: Finding) -> str:
    where = finding.cell + (f"/{finding.slice.value}" if finding.slice else "")
    return f"{finding.kpi} of {where} {finding.before:.3g} → {finding.after:.3g} {finding.unit} (p={finding.p_value:.1g})"
