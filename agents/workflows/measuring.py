"""The present values that relative bounds refer to, aggregated as their targets will be (`policies.assessment`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from agents.heuristics.evidence_reader import attempts, values_of
from agents.planner import Decision, Escalate, Understand, View
from agents.understanding.relative import Measurand, measurand_of, resolve, unmeasured
from agents.understanding.result import NeedsMeasurement, RelativeBound
from agents.workflows.calls import call, failure_of, pending
from policies.assessment import combine
from policies.intent import ExpectationTarget
from policies.kpi import kpi_definition
from policies.quality.flaw import invalid
from tools.calls.tool_call import ToolCall
from tools.ran.kpi_tool import KpiTable, query_kpi

_WINDOWS = 4


def query_of(view: View, bound: RelativeBound) -> ToolCall:
    """Return the call that measures what the bound refers to: its KPI, cells and slice over the newest windows."""
    slices = [bound.object.slice.value] if bound.object.slice else []
    reason = "present value that a relative bound refers to"
    return call("query_kpi", reason, kpis=[bound.kpi], cells=_cells(view, bound), slices=slices, windows=_WINDOWS)


def present_values(view: View, reading: NeedsMeasurement) -> dict[Measurand, float]:
    """Return the present value of each relative bound that was measured, in the KPI's unit.

    The first answer to the bound's own query counts: later ones must not move the bound.
    """
    measured = {}
    for bound in reading.relative:
        tables = values_of(attempts(view.observations, query_of(view, bound)), query_kpi)
        value = _value(next(tables, None), bound, len(_cells(view, bound)) or len(view.card.cells))
        if value is not None:
            measured[measurand_of(bound)] = value
    return measured


def _cells(view: View, bound: RelativeBound) -> list[str]:
    return [cell.id for dn in bound.object.cells for cell in view.card.cells if cell.dn == dn]


def _value(table: KpiTable | None, bound: RelativeBound, cells: int) -> float | None:
    """Return the bound's value over the table's cells; None without one, or if a part of a sum over `cells` is missing."""
    values: dict[str, list[float]] = defaultdict(list)
    for row in table.rows if table else ():
        if row.value is not None and row.kpi == bound.kpi and row.slice is bound.object.slice:
            values[row.cell].append(row.value)
    definition = kpi_definition(bound.kpi)
    if not values or table is None:
        return None
    if definition.across_cells == "sum" and len(values) < cells:  # a part is missing, or sites are reported instead of cells
        return next((mean.mean for mean in table.means if (mean.kpi, mean.slice) == (bound.kpi, bound.object.slice)), None)
    target = ExpectationTarget(kpi=bound.kpi, condition=bound.condition, value=0.0, unit=definition.unit)
    return combine([fmean(series) for series in values.values()], target)


def measure(view: View, reading: NeedsMeasurement) -> Decision:
    """Return the next decision on the way to the values of relative bounds."""
    measured = present_values(view, reading)
    missing = unmeasured(reading, measured)
    if not missing:
        return Understand(reading=resolve(reading, view.card, measured))
    queries = [query_of(view, bound) for bound in missing]
    distinct = [query for index, query in enumerate(queries) if query not in queries[:index]]  # two bounds may share a query
    decision: Decision | None = pending(view, distinct) or failure_of(view, distinct)
    if decision is not None:
        return decision
    return unmeasurable(view, missing)


def unmeasurable(view: View, missing: Sequence[RelativeBound]) -> Escalate:
    """Return that bounds have no value, because what they refer to was not measured."""
    kpis = ", ".join(dict.fromkeys(bound.kpi for bound in missing))
    tables = values_of(view.observations, query_kpi)
    rows, flaws = sum(len(table.rows) for table in tables), [flaw for table in tables for flaw in table.invalid]
    why = f"{rows} rows read{f', {invalid(flaws)}' if flaws else ''}"
    return Escalate(
        reason=f"cannot, because a relative bound needs a recent measurement of {kpis}, and there is none ({why})",
        nearest="give an absolute bound",
    )
