"""Which KPIs of which cells degraded: the newest windows against those before, by the tool's own test."""

from __future__ import annotations

from agents.answer_table import AnswerTable, TableValue, number_column, text_column
from agents.heuristics.evidence_reader import answer_to
from agents.planner import Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.answers.cell_means import place_of
from agents.workflows.calls import call, failure_of, malformed_evidence, pending
from policies.kpi import kpi_definition
from tools.ran.degradation_tool import DetectDegradation, Finding, detect_degradation


def answer_degraded(view: View, question: NetworkQuestion) -> Decision:
    """Return the next decision: detect what degraded, or the answer with the test that found it."""
    if question.window is not None:
        return Finish(
            summary="that cannot be told of a past time: degradation is detected in the newest windows against those before;"
            " the nearest that can be told: what has degraded now, or the values of a KPI in that time"
        )
    kpis = {"kpis": list(question.kpis)} if question.kpis else {}
    reading = call("detect_degradation", "needed to answer the question", cells=list(question.cells), **kpis)
    if decision := pending(view, [reading]) or failure_of(view, [reading]):
        return decision
    found = answer_to(view.observations, detect_degradation, reading)
    if found is None:
        return malformed_evidence(reading)
    used = DetectDegradation.model_validate(reading.arguments)
    told = (
        f"the newest {used.windows} windows against those before: significant at {used.significance:g} (one-sided Welch test,"
        f" Holm-corrected over {found.compared} series) and worse by at least {used.least_change:.0%} (detect_degradation)"
    )
    if not found.compared:
        return Finish(summary=f"that cannot be told yet: there is too little history to compare ({told})")
    if not found.findings:
        return Finish(summary=f"no KPI degraded {place_of(question)}; {told}")
    cells = ", ".join(dict.fromkeys(finding.cell for finding in found.findings))
    return Finish(
        summary=f"degraded: {cells}; {told}",
        tables=(
            AnswerTable(
                title="KPIs that degraded",
                columns=(
                    text_column("cell", "cell"), text_column("title", "KPI"), number_column("before", "before"),
                    number_column("after", "after"), text_column("unit", "unit"), number_column("p_value", "p"),
                ),
                rows=tuple(_degradation(finding) for finding in found.findings),
                notes=(told,),
            ),
        ),
    )  # fmt: skip


def _degradation(finding: Finding) -> dict[str, TableValue]:
    title = kpi_definition(finding.kpi).title + (f" [{finding.slice.value}]" if finding.slice else "")
    return {
        "cell": finding.cell, "title": title, "kpi": finding.kpi, "slice": finding.slice.value if finding.slice else None,
        "before": finding.before, "after": finding.after, "unit": finding.unit, "p_value": finding.p_value,
        "since": finding.since,
    }  # fmt: skip
