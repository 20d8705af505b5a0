"""The conditions of an intent before anything is planned: they are measured, and where one does not hold nothing is done."""

from __future__ import annotations

from agents.heuristics.evidence_reader import attempts, values_of
from agents.planner import Decision, Finish, View
from agents.understanding.context_answers import ON_CONDITION, REGARDLESS
from agents.workflows.asking import asked
from agents.workflows.calls import failure_of, pending
from agents.workflows.measured.measuring import present_query, present_value
from policies.intent import Intent, KpiContext
from policies.quality.flaw import invalid
from tools.calls.tool_call import ToolCall
from tools.ran.kpi_tool import KpiTable, query_kpi


def check_contexts(view: View, intent: Intent) -> Decision | None:
    """Return what the conditions ask for first: a measurement, a question, or that nothing is done; None: go on.

    Those of a later time are measured again when it comes, by the gate; what holds now says nothing about then.
    """
    queries = {context: _query(view, context) for context in intent.contexts}
    distinct = list({repr(query): query for query in queries.values()}.values())
    if decision := pending(view, distinct) or failure_of(view, distinct):
        return decision
    unmet = []
    for context, query in queries.items():
        table = next(values_of(reversed(attempts(view.observations, query)), query_kpi), None)
        value = present_value(view, table, context.object, context.target)
        if value is None:
            return asked(view, _unmeasured(context, table), (REGARDLESS,))
        if not context.target.is_met_by(value):
            unmet.append(context.standing(value))
    if unmet and not (intent.window and intent.window.start > view.card.now):
        why = "; ".join(unmet)
        return Finish(summary=f"nothing is done: {why}; it is not waited for, state the request again when it holds")
    return None


def _query(view: View, context: KpiContext) -> ToolCall:
    return present_query(view, context.object, context.target.kpi, f"whether the condition “{context.words}” holds")


def _unmeasured(context: KpiContext, table: KpiTable | None) -> str:
    why = f" ({invalid(table.invalid)})" if table and table.invalid else ""
    return (
        f"{ON_CONDITION}{context.words}” cannot be checked: {context.target.kpi} was not measured in {context.place}"
        f" in the newest windows{why}. Do it regardless, or leave it?"
    )
