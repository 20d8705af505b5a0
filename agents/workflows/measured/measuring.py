"""The values that relative bounds refer to, aggregated as their targets will be (`policies.assessment`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from agents.heuristics.evidence_reader import attempts, values_of
from agents.planner import Decision, Escalate, Understand, View
from agents.understanding.relative import Measurand, measurand_of, resolve, unmeasured
from agents.understanding.result import NeedsMeasurement, RelativeBound
from agents.workflows.asking import asked
from agents.workflows.calls import call, failure_of, pending
from agents.workflows.measured.references import RELATIVE_TO_NOW, question_about, rows_of, same_hours, source_of
from policies.assessment import combine
from policies.intent import ExpectationObject, ExpectationTarget
from policies.kpi import kpi_definition
from policies.quality.flaw import invalid
from tools.calls.tool_call import ToolCall
from tools.ran.kpi_tool import KpiTable, query_kpi

_WINDOWS = 4


def query_of(view: View, reading: NeedsMeasurement, bound: RelativeBound) -> ToolCall:
    """Return the call that measures what the bound refers to: its KPI, cells and slice in the newest windows or the past."""
    if bound.to == "now":
        return present_query(view, bound.object, bound.kpi, "present value that a relative bound refers to")
    hours = same_hours(view.card, reading.window, bound)
    time = {"start": hours.start.isoformat(), "end": hours.end.isoformat()}
    return _query(view, bound.object, bound.kpi, f"value {bound.to} that a relative bound refers to", **time)


def present_query(view: View, scope: ExpectationObject, kpi: str, reason: str) -> ToolCall:
    """Return the call that measures a KPI of a scope over the newest windows."""
    return _query(view, scope, kpi, reason, windows=_WINDOWS)


def _query(view: View, scope: ExpectationObject, kpi: str, reason: str, **time: Any) -> ToolCall:
    slices = [scope.slice.value] if scope.slice else []
    return call("query_kpi", reason, kpis=[kpi], cells=_cells(view, scope), slices=slices, **time)


def measured_values(view: View, reading: NeedsMeasurement) -> tuple[dict[Measurand, float], dict[Measurand, str]]:
    """Return the value of each relative bound that was measured, in the KPI's unit, and where those of the past are from.

    The first answer to the bound's own query counts: later ones must not move the bound.
    """
    measured, sources = {}, {}
    for bound in reading.relative:
        table = next(values_of(attempts(view.observations, query_of(view, reading, bound)), query_kpi), None)
        if table is not None and bound.to != "now":
            hours = same_hours(view.card, reading.window, bound)
            rows = rows_of(table, bound, hours, view.card.granularity_s)
            table = table.model_copy(update={"rows": rows, "means": ()})
            sources[measurand_of(bound)] = source_of(rows, bound, hours)
        target = ExpectationTarget(kpi=bound.kpi, condition=bound.condition, value=0.0, unit=kpi_definition(bound.kpi).unit)
        value = present_value(view, table, bound.object, target)
        if value is not None:
            measured[measurand_of(bound)] = value
    return measured, sources


def _cells(view: View, scope: ExpectationObject) -> list[str]:
    return [cell.id for dn in scope.cells for cell in view.card.cells if cell.dn == dn]


def present_value(view: View, table: KpiTable | None, scope: ExpectationObject, target: ExpectationTarget) -> float | None:
    """Return a target's value over the table's rows; None without one, or if a part of a sum over the scope is missing."""
    values: dict[str, list[float]] = defaultdict(list)
    for row in table.rows if table else ():
        if row.value is not None and row.kpi == target.kpi and row.slice is scope.slice:
            values[row.cell].append(row.value)
    if not values or table is None:
        return None
    cells = len(scope.cells) or len(view.card.cells)
    if target.definition.across_cells == "sum" and len(values) < cells:  # a part is missing, or sites are reported, not cells
        return next((mean.mean for mean in table.means if (mean.kpi, mean.slice) == (target.kpi, scope.slice)), None)
    return combine([fmean(series) for series in values.values()], target)


def measure(view: View, reading: NeedsMeasurement) -> Decision:
    """Return the next decision on the way to the values of relative bounds."""
    measured, sources = measured_values(view, reading)
    missing = unmeasured(reading, measured)
    if not missing:
        return Understand(reading=resolve(reading, view.card, measured, sources))
    queries = [query_of(view, reading, bound) for bound in missing]
    distinct = [query for index, query in enumerate(queries) if query not in queries[:index]]  # two bounds may share a query
    decision: Decision | None = pending(view, distinct) or failure_of(view, distinct)
    if decision is not None:
        return decision
    past = next((bound for bound in missing if bound.to != "now"), None)
    if past is None:
        return unmeasurable(view, missing)
    table = next(values_of(attempts(view.observations, query_of(view, reading, past)), query_kpi), None)
    return asked(view, question_about(view, reading, past, table.held if table else None), (RELATIVE_TO_NOW,))


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
