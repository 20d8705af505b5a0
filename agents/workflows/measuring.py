"""The present value of KPIs, as targets judge them: worst cell for intensive KPIs, sum over cells for extensive ones."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean

from agents.heuristics.evidence_reader import values_of
from agents.planner import View
from policies.assessment import combine
from policies.intent import Condition, ExpectationTarget
from policies.kpi import kpi_definition, kpi_definitions
from policies.slices import Slice
from tools.ran.kpi_tool import query_kpi


def measured_now(view: View) -> dict[tuple[str, Slice | None], float]:
    """Return the newest measurement of each (KPI, slice) that was made for a relative bound."""
    values: dict[tuple[str, Slice | None], dict[str, list[float]]] = {}
    for table in values_of(view.observations, query_kpi):
        fresh: dict[tuple[str, Slice | None], dict[str, list[float]]] = {}
        for row in table.rows:
            if row.value is not None and row.kpi in kpi_definitions():
                fresh.setdefault((row.kpi, row.slice), defaultdict(list))[row.cell].append(row.value)
        # The first answer stands: what is measured for the plan later, over other cells, must not move the bound.
        values = {**fresh, **values}
    return {key: _judged(key[0], [fmean(series) for series in cells.values()]) for key, cells in values.items()}


def _judged(kpi: str, values: list[float]) -> float:
    definition = kpi_definition(kpi)
    condition = Condition.AT_LEAST if definition.better == "higher" else Condition.AT_MOST
    return combine(values, ExpectationTarget(kpi=kpi, condition=condition, value=0.0, unit=definition.unit))
