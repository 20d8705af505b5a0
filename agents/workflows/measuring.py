"""Present values of KPIs, aggregated as for targets: worst cell for intensive KPIs, sum over cells for extensive ones."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean

from agents.heuristics.evidence_reader import values_of
from agents.planner import View
from policies.assessment import combine
from policies.intent import ExpectationTarget, bound_condition_of
from policies.kpi import kpi_definition, kpi_definitions
from policies.slices import Slice
from tools.ran.kpi_tool import query_kpi


def present_values(view: View) -> dict[tuple[str, Slice | None], float]:
    """Return the value of each (KPI, slice), in the KPI's unit, from the first query that measured it."""
    values: dict[tuple[str, Slice | None], dict[str, list[float]]] = {}
    for table in values_of(view.observations, query_kpi):
        measured: dict[tuple[str, Slice | None], dict[str, list[float]]] = {}
        for row in table.rows:
            if row.value is not None and row.kpi in kpi_definitions():
                measured.setdefault((row.kpi, row.slice), defaultdict(list))[row.cell].append(row.value)
        # The first answer counts: later queries for the plan, over other cells, must not move the bound.
        values = {**measured, **values}
    return {key: _combined(key[0], [fmean(series) for series in cells.values()]) for key, cells in values.items()}


def _combined(kpi: str, values: list[float]) -> float:
    target = ExpectationTarget(kpi=kpi, condition=bound_condition_of(kpi), value=0.0, unit=kpi_definition(kpi).unit)
    return combine(values, target)
