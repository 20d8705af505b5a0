"""The values of KPIs now or in a past time, over the cells in question, and whether the operator's bounds are met."""

from __future__ import annotations

from collections.abc import Sequence

from agents.answer_table import AnswerTable, TableValue, number_column, text_column
from agents.planner import Finish
from agents.understanding.result import NetworkQuestion
from agents.workflows.answers.cell_means import cell_means, place_of, time_of, untold
from policies.intent import ExpectationTarget
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.quality.flaw import invalid
from tools.ran.kpi_tool import KpiMean, KpiTable


def answer_kpis(question: NetworkQuestion, table: KpiTable) -> Finish:
    """Finish with the values; what was not measured is said, and why."""
    means = [mean for mean in table.means if mean.mean is not None]
    measured = {mean.kpi for mean in means}
    parts = [_mean(mean, len(question.cells)) for mean in means]
    parts += [_is_met(target, table.means) for target in question.targets]
    if missing := [kpi for kpi in question.kpis if not any(name.startswith(kpi) for name in measured)]:
        parts.append(untold(question, missing, table))
    parts += [invalid(table.invalid)] if table.invalid else []
    when = time_of(rows) if (rows := cell_means(table, question)) else ""
    head = ", ".join(filter(None, (place_of(question), when)))
    tables = (_table(question, means, when),) if means else ()
    return Finish(summary="; ".join([f"{head}: {parts[0]}" if parts else head, *parts[1:], *question.assumptions]), tables=tables)


def _title(mean: KpiMean) -> str:
    return f"{kpi_definition(mean.kpi).title}{f' [{mean.slice.value}]' if mean.slice else ''}"


def _mean(mean: KpiMean, cells: int) -> str:
    has_worst = mean.worst_cell and cells != 1
    worst = f" (worst {mean.worst:.4g} in {short_name(mean.worst_cell)})" if has_worst else ""
    total = " in total" if mean.over_cells == "sum" and cells != 1 else ""
    return f"{_title(mean)} {mean.mean:.4g} {mean.unit}{total}{worst}"


def _is_met(target: ExpectationTarget, means: Sequence[KpiMean]) -> str:
    measured = [mean for mean in means if mean.kpi == target.kpi]
    is_sum = any(mean.over_cells == "sum" for mean in measured)
    values = [value for mean in measured if (value := mean.mean if is_sum else mean.worst) is not None]
    if not values:
        return f"{target.describe()}: unknown, not measured"
    judged = "the sum over the cells" if is_sum else "the worst cell"
    return f"{target.describe()}: {'yes' if all(map(target.is_met_by, values)) else 'no'}, judged by {judged}"


def _table(question: NetworkQuestion, means: Sequence[KpiMean], when: str) -> AnswerTable:
    return AnswerTable(
        title=f"KPIs {place_of(question)}",
        columns=(
            text_column("title", "KPI"), number_column("mean", "value"), text_column("unit", "unit"),
            text_column("over", "over the cells"), number_column("worst", "worst"), text_column("worst_cell", "where"),
        ),
        rows=tuple(_row(mean) for mean in means),
        notes=(when,) if when else (),
    )  # fmt: skip


def _row(mean: KpiMean) -> dict[str, TableValue]:
    return {
        "kpi": mean.kpi, "title": _title(mean), "slice": mean.slice.value if mean.slice else None, "mean": mean.mean,
        "unit": mean.unit, "over": mean.over_cells, "worst": mean.worst, "worst_cell": short_name(mean.worst_cell) or None,
    }  # fmt: skip
