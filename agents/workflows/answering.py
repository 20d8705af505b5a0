"""Pure questions: find the evidence, then finish with the answer; nothing is proposed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.heuristics.evidence_reader import latest
from agents.planner import CallTools, Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.calls import ask_for, call, failure_of
from policies.intent import ExpectationTarget
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.ran.constraint_tools import retrieve_3gpp_constraint
from tools.ran.kpi_tool import KpiMean, query_kpi
from tools.ran.topology_tools import read_configuration, read_topology

Observations = Sequence[Observation]

_SHOWN = 12


def answer_question(view: View, question: NetworkQuestion) -> Decision:
    """Call what the question needs, or finish with the answer."""
    if question.topic == "events":
        return Finish(summary=_events(view))
    wanted = _call_for(question)
    decision: CallTools | None = ask_for(view, [wanted])
    failed = failure_of(view, [wanted])
    if decision is not None:
        return decision
    if failed is not None:
        return failed
    text = _ANSWERS[question.topic](view.observations, question)
    return Finish(summary="; ".join([text, *question.assumptions]))


def _call_for(question: NetworkQuestion) -> ToolCall:
    cells = list(question.cells)
    if question.topic == "kpi":
        slices = [one.value for one in question.slices]
        return call("query_kpi", "the question", kpis=list(question.kpis), cells=cells, slices=slices, windows=4)
    if question.topic in ("cells", "neighbours"):
        return call("read_topology", "the question", cells=cells)
    class_name, attribute = question.attributes[0].split(".")
    if question.topic == "limit":
        return call("retrieve_3gpp_constraint", "the question", class_name=class_name, attribute=attribute)
    return call("read_configuration", "the question", cells=cells, classes=[class_name])


def _events(view: View) -> str:
    coming = [event for event in view.card.events if event.end > view.card.now]
    told = [
        f"{event.name} at {event.area}, {event.start:%d %B %H:%M} to {event.end:%H:%M}"
        + (f", {event.attendance} expected" if event.attendance else "")
        for event in coming
    ]
    return "; ".join(told) or "no event is planned"


def _kpis(observations: Observations, question: NetworkQuestion) -> str:
    table = latest(observations, query_kpi)
    means = table.means if table else ()
    parts = []
    for mean in means:
        if mean.mean is not None:
            slice_ = f" of {mean.slice.value}" if mean.slice else ""
            several = mean.worst_cell and len(question.cells) != 1
            where = f" (worst {mean.worst:.4g} in {mean.worst_cell})" if several else ""
            parts.append(f"{mean.kpi}{slice_}: {mean.mean:.4g} {mean.unit}{where}")
    place = question.area or ", ".join(question.cells) or "all cells"
    parts += [_judged(target, means) for target in question.targets]
    return f"{place}, newest windows: " + ("; ".join(parts) or "nothing was measured yet")


def _judged(target: ExpectationTarget, means: Sequence[KpiMean]) -> str:
    worst = [mean.worst for mean in means if mean.kpi == target.kpi and mean.worst is not None]
    if not worst:
        return f"{target.describe()}: cannot be told, nothing was measured"
    return f"{target.describe()}: {'yes' if all(map(target.is_met_by, worst)) else 'no'}, judged by the worst cell"


def _cells(observations: Observations, question: NetworkQuestion) -> str:
    topology = latest(observations, read_topology)
    names = [cell.id for cell in topology.cells] if topology else []
    place = question.area or "the network"
    return f"{place} is served by {len(names)} cells: {', '.join(names)}"


def _neighbours(observations: Observations, question: NetworkQuestion) -> str:
    topology = latest(observations, read_topology)
    neighbours = [f"{cell.id}: {', '.join(cell.neighbours) or 'none'}" for cell in (topology.cells if topology else ())]
    return "neighbours of " + "; ".join(neighbours[:_SHOWN])


def _configuration(observations: Observations, question: NetworkQuestion) -> str:
    attribute = question.attributes[0].split(".")[1]
    table = latest(observations, read_configuration)
    found = [(row.dn, row.attributes[attribute]) for row in (table.objects if table else ()) if attribute in row.attributes]
    wanted = [pair for pair in found if not question.slices or any(pair[0].endswith(f"={one.value}") for one in question.slices)]
    settings = [f"{dn}: {setting}" for dn, setting in wanted[:_SHOWN]]
    more = f" and {len(wanted) - _SHOWN} more" if len(wanted) > _SHOWN else ""
    return f"{attribute} of " + ("; ".join(settings) or "no object that was read") + more


def _limit(observations: Observations, question: NetworkQuestion) -> str:
    constraint = latest(observations, retrieve_3gpp_constraint)
    if constraint is None:
        return f"{question.attributes[0]}: its limit could not be read"
    rules = "; ".join(rule.name for rule in constraint.joint_rules)
    return f"{question.attributes[0]}: {constraint.allowed} ({constraint.source})" + (f"; joint rules: {rules}" if rules else "")


_ANSWERS: dict[str, Callable[[Observations, NetworkQuestion], str]] = {
    "kpi": _kpis,
    "cells": _cells,
    "neighbours": _neighbours,
    "configuration": _configuration,
    "limit": _limit,
}
