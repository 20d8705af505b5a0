"""Which cells are overloaded, asleep, worst, or within a bound: with the threshold that was used and where it comes from.

The operator's bound wins over a threshold of ours. Where nothing was measured the answer says so, with the time that there are
measurements of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.answer_table import AnswerTable, TableValue, number_column, text_column
from agents.heuristics.evidence_reader import answer_to
from agents.planner import Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.answers.cell_means import CellMean, cell_means, measured_call, place_of, time_of, untold
from agents.workflows.answers.configured_state import answer_configured
from agents.workflows.answers.degraded_cells import answer_degraded
from agents.workflows.answers.threshold import Threshold, threshold_of
from agents.workflows.calls import failure_of, malformed_evidence, pending
from policies.kpi import kpi_definition
from policies.quality.flaw import invalid
from tools.ran.kpi_tool import KpiTable, query_kpi

LOAD: Final = "RRU.PrbTotDl"
_OVERVIEW: Final = ("DRB.UEThpDl", "DRB.PdcpSduDelayDl")
_FIRST: Final = 5  # cells that are shown of an order, or as the nearest where none is beyond the threshold


def answer_status(view: View, question: NetworkQuestion) -> Decision:
    """Return the next decision: the call that is needed, or the answer."""
    if question.state in ("asleep", "awake", "locked"):
        return answer_configured(view, question)
    if question.state == "degraded" and not question.targets:
        return answer_degraded(view, question)
    kpis = _kpis(question)
    reading = measured_call(question, kpis, view.card)
    if decision := pending(view, [reading]) or failure_of(view, [reading]):
        return decision
    table = answer_to(view.observations, query_kpi, reading)
    return malformed_evidence(reading) if table is None else _answer(question, kpis, table)


def _kpis(question: NetworkQuestion) -> tuple[str, ...]:
    """Return the KPIs that decide, the operator's first."""
    bounded = dict.fromkeys(target.kpi for target in question.targets)
    if bounded:
        return tuple(bounded)
    if question.state == "overloaded":
        return (LOAD,)
    return question.kpis or _OVERVIEW


def _answer(question: NetworkQuestion, kpis: Sequence[str], table: KpiTable) -> Finish:
    means = cell_means(table, question)
    missing = [kpi for kpi in kpis if not any(mean.kpi == kpi for mean in means)]
    notes = [*([invalid(table.invalid)] if table.invalid else []), *question.assumptions]
    if len(missing) == len(kpis):
        return Finish(summary="; ".join([untold(question, kpis, table), *notes]))
    lines, tables = [], []
    for kpi in kpis:
        own = [mean for mean in means if mean.kpi == kpi]
        if own:
            line, shown = _of_kpi(question, kpi, own, table, notes)
            lines.append(line)
            tables.append(shown)
    lines += [untold(question, missing, table)] if missing else []
    return Finish(summary="; ".join([*lines, *notes]), tables=tuple(tables))


def _of_kpi(
    question: NetworkQuestion, kpi: str, means: list[CellMean], table: KpiTable, notes: list[str]
) -> tuple[str, AnswerTable]:
    threshold = threshold_of(question, kpi)
    where, when = place_of(question), time_of(means)
    ordered = sorted(means, key=lambda mean: mean.value, reverse=_largest_first(question, kpi))
    title = kpi_definition(kpi).title
    if threshold is None:
        order = "best" if question.state == "best" else "worst"
        leading = ", ".join(mean.describe() for mean in ordered[:_FIRST])
        why = (
            f"no threshold says from where on {title} is poor, so the {order} are shown; name a bound"
            if question.state in ("poor", "within", "overloaded")
            else f"{order} first, by the mean over the time"
        )
        line = f"{title}, {where}, {when}: {order} {leading}"
        return f"{line} ({why})", _table(kpi, ordered[:_FIRST], None, [why, when, *notes])
    beyond = [mean for mean in ordered if threshold.beyond(mean.value)]
    told = f"{threshold.words} ({threshold.source})"
    if beyond:
        line = f"{len(beyond)} of {len(means)} {_subject(means)} {where} have {told}, {when}: {_listed(beyond)}"
        return line, _table(kpi, beyond, threshold, [told, when, *notes])
    nearest = ordered[:_FIRST]
    line = f"none of {len(means)} {_subject(means)} {where} has {told}, {when}; nearest: {nearest[0].describe()}"
    return line, _table(kpi, nearest, threshold, [told, "none is beyond the threshold: the nearest are shown", when, *notes])


def _subject(means: Sequence[CellMean]) -> str:
    return "cells and slices" if any(mean.slice for mean in means) else "cells"


def _listed(means: Sequence[CellMean], most: int = 12) -> str:
    more = f" and {len(means) - most} more" if len(means) > most else ""
    return ", ".join(mean.describe() for mean in means[:most]) + more


def _largest_first(question: NetworkQuestion, kpi: str) -> bool:
    """Whether the largest values lead: those beyond a lower bound, and of a KPI that is better when lower the worst."""
    bounds = [target for target in question.targets if target.kpi == kpi and not target.condition.is_objective]
    if bounds:
        return not bounds[0].condition.is_upper_bound
    worst_is_largest = kpi_definition(kpi).better != "higher"
    return not worst_is_largest if question.state == "best" else worst_is_largest


def _table(kpi: str, means: Sequence[CellMean], threshold: Threshold | None, notes: Sequence[str]) -> AnswerTable:
    definition = kpi_definition(kpi)
    sliced = [text_column("slice", "slice")] if any(mean.slice for mean in means) else []
    beyond = [text_column("beyond", "beyond the threshold")] if threshold else []
    return AnswerTable(
        title=f"{definition.title}, {definition.unit}",
        columns=(
            text_column("cell", "cell"), *sliced, number_column("mean", "mean"), number_column("lowest", "lowest window"),
            number_column("highest", "highest window"), *beyond,
        ),
        rows=tuple(_row(mean, threshold) for mean in means),
        notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _row(mean: CellMean, threshold: Threshold | None) -> dict[str, TableValue]:
    beyond: dict[str, TableValue] = {} if threshold is None else {"beyond": threshold.beyond(mean.value)}
    return {
        "kpi": mean.kpi, "cell": mean.cell, "slice": mean.slice.value if mean.slice else None, "mean": mean.value,
        "lowest": mean.lowest, "highest": mean.highest, "unit": kpi_definition(mean.kpi).unit, "windows": mean.windows, **beyond,
    }  # fmt: skip
