"""Questions about the network: gather the evidence, then finish with the answer; nothing is proposed."""

from __future__ import annotations

from collections.abc import Callable

from agents.heuristics.evidence_reader import answer_to
from agents.planner import Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.answers.cell_means import measured_call, place_of
from agents.workflows.answers.cell_status import answer_status
from agents.workflows.answers.configuration_table import configuration_table
from agents.workflows.answers.kpi_values import answer_kpis
from agents.workflows.answers.standing_changes import answer_planned, answer_standing, events_text
from agents.workflows.calls import call, failure_of, malformed_evidence, pending
from agents.workflows.handover_activity import answer_inactive
from tools.calls.tool_call import ToolCall
from tools.ran.constraint_tools import retrieve_3gpp_constraint
from tools.ran.kpi_tool import query_kpi
from tools.ran.topology_tools import read_configuration, read_topology
from twins.network import NetworkCard

_MAX_ROWS = 12
_REASON = "needed to answer the question"


def answer_question(view: View, question: NetworkQuestion) -> Decision:
    """Call the tool that the question needs, or finish with the answer."""
    if question.topic in _WORKFLOWS:
        return _WORKFLOWS[question.topic](view, question)
    needed = _call_for(question, view.card)
    if decision := pending(view, [needed]) or failure_of(view, [needed]):
        return decision
    answer = _ANSWERS[question.topic](view, question, needed)
    return malformed_evidence(needed) if answer is None else answer


def _call_for(question: NetworkQuestion, card: NetworkCard) -> ToolCall:
    cells = list(question.cells)
    if question.topic == "kpi":
        return measured_call(question, question.kpis, card)
    if question.topic in ("cells", "neighbours"):
        return call("read_topology", _REASON, cells=cells)
    if question.topic == "limit":
        class_name, attribute = question.attributes[0].split(".")
        return call("retrieve_3gpp_constraint", _REASON, class_name=class_name, attribute=attribute)
    classes = list(dict.fromkeys(name.split(".")[0] for name in question.attributes))
    return call("read_configuration", _REASON, cells=cells, classes=classes)


def _finish(question: NetworkQuestion, text: str) -> Finish:
    return Finish(summary="; ".join([text, *question.assumptions]))


def _kpis(view: View, question: NetworkQuestion, needed: ToolCall) -> Finish | None:
    table = answer_to(view.observations, query_kpi, needed)
    return None if table is None else answer_kpis(question, table)


def _cells(view: View, question: NetworkQuestion, needed: ToolCall) -> Finish | None:
    topology = answer_to(view.observations, read_topology, needed)
    if topology is None:
        return None
    place = question.area or "the network"
    names = ", ".join(cell.id for cell in topology.cells)
    return _finish(question, f"{place} is served by {len(topology.cells)} cells: {names}")


def _neighbours(view: View, question: NetworkQuestion, needed: ToolCall) -> Finish | None:
    topology = answer_to(view.observations, read_topology, needed)
    if topology is None:
        return None
    neighbours = [f"{cell.id}: {', '.join(cell.neighbours) or 'none'}" for cell in topology.cells]
    return _finish(question, "neighbours of " + "; ".join(neighbours[:_MAX_ROWS]))


def _configuration(view: View, question: NetworkQuestion, needed: ToolCall) -> Finish | None:
    read = answer_to(view.observations, read_configuration, needed)
    if read is None:
        return None
    if question.window is not None and question.window.end <= view.card.now:
        return _finish(
            question, "that cannot be told of a past time: the configuration is read, not kept; ask for the present one"
        )
    owners = {cell.carrier_dn: cell.id for cell in view.card.cells}
    table = configuration_table(read.objects, question.attributes, question.slices, owners)
    wanted = ", ".join(name.split(".")[1] for name in question.attributes) or "the configuration"
    if table is None:
        return _finish(question, f"{wanted} {place_of(question)}: no object with this attribute was read")
    said = [f"{row['setting']} is {row['value']} in {row['where']}" for row in table.rows]
    if len(said) > _MAX_ROWS:
        said = [f"the configuration {place_of(question)}: {len(said)} settings, in the table"]
    return Finish(summary="; ".join([*said, *question.assumptions]), tables=(table,))


def _limit(view: View, question: NetworkQuestion, needed: ToolCall) -> Finish | None:
    constraint = answer_to(view.observations, retrieve_3gpp_constraint, needed)
    if constraint is None:
        return None
    rules = "; ".join(rule.name for rule in constraint.joint_rules)
    limit = f"{question.attributes[0]}: {constraint.allowed} ({constraint.source})"
    return _finish(question, limit + (f"; joint rules: {rules}" if rules else ""))


_WORKFLOWS: dict[str, Callable[[View, NetworkQuestion], Decision]] = {
    "events": lambda view, question: _finish(question, events_text(view.card)),
    "status": answer_status,
    "planned": lambda view, question: answer_planned(view),
    "standing": lambda view, question: answer_standing(view),
    "inactive handover": answer_inactive,
}
_ANSWERS: dict[str, Callable[[View, NetworkQuestion, ToolCall], Finish | None]] = {
    "kpi": _kpis,
    "cells": _cells,
    "neighbours": _neighbours,
    "configuration": _configuration,
    "limit": _limit,
}
