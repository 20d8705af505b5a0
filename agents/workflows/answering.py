"""Questions about the network: gather the evidence, then finish with the answer; nothing is proposed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.heuristics.evidence_reader import latest
from agents.planner import Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.calls import call, failure_of, pending
from agents.workflows.handover_activity import answer_inactive
from policies.intent import ExpectationTarget
from policies.quality.flaw import invalid
from policies.text.times import span_text
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.ran.constraint_tools import retrieve_3gpp_constraint
from tools.ran.kpi_tool import KpiMean, query_kpi
from tools.ran.topology_tools import read_configuration, read_topology

Observations = Sequence[Observation]

_MAX_ROWS = 12
_REASON = "needed to answer the question"


def answer_question(view: View, question: NetworkQuestion) -> Decision:
    """Call the tool that the question needs, or finish with the answer."""
    if question.topic == "events":
        return Finish(summary=_events(view))
    if question.topic == "inactive handover":
        return answer_inactive(view, question)
    required = [_call_for(question)]
    decision: Decision | None = pending(view, required) or failure_of(view, required)
    if decision is not None:
        return decision
    text = _ANSWERS[question.topic](view.observations, question)
    return Finish(summary="; ".join([text, *question.assumptions]))


def _call_for(question: NetworkQuestion) -> ToolCall:
    cells = list(question.cells)
    if question.topic == "kpi":
        slices = [slice_.value for slice_ in question.slices]
        return call("query_kpi", _REASON, kpis=list(question.kpis), cells=cells, slices=slices, windows=4)
    if question.topic in ("cells", "neighbours"):
        return call("read_topology", _REASON, cells=cells)
    class_name, attribute = question.attributes[0].split(".")
    if question.topic == "limit":
        return call("retrieve_3gpp_constraint", _REASON, class_name=class_name, attribute=attribute)
    return call("read_configuration", _REASON, cells=cells, classes=[class_name])


def _events(view: View) -> str:
    events = [
        f"{event.name} at {event.area}, {span_text(event.start, event.end)}"
        + (f", {event.attendance} expected" if event.attendance else "")
        for event in view.card.events
        if event.end > view.card.now
    ]
    return "; ".join(events) or "no event is planned"


def _kpis(observations: Observations, question: NetworkQuestion) -> str:
    table = latest(observations, query_kpi)
    means = table.means if table else ()
    parts = [_mean(mean, len(question.cells)) for mean in means if mean.mean is not None]
    place = question.area or ", ".join(question.cells) or "all cells"
    parts += [_is_met(target, means) for target in question.targets]
    flawed = invalid(table.invalid) if table else ""
    return f"{place}, newest windows: " + "; ".join([*(parts or ["no measurement yet"]), *([flawed] if flawed else [])])


def _mean(mean: KpiMean, cells: int) -> str:
    slice_ = f" of {mean.slice.value}" if mean.slice else ""
    worst = f" (worst {mean.worst:.4g} in {mean.worst_cell})" if mean.worst_cell and cells != 1 else ""
    total = " in total" if mean.over_cells == "sum" and cells != 1 else ""
    return f"{mean.kpi}{slice_}: {mean.mean:.4g} {mean.unit}{total}{worst}"


def _is_met(target: ExpectationTarget, means: Sequence[KpiMean]) -> str:
    measured = [mean for mean in means if mean.kpi == target.kpi]
    is_sum = any(mean.over_cells == "sum" for mean in measured)
    values = [value for mean in measured if (value := mean.mean if is_sum else mean.worst) is not None]
    if not values:
        return f"{target.describe()}: unknown, not measured"
    judged = "the sum over the cells" if is_sum else "the worst cell"
    return f"{target.describe()}: {'yes' if all(map(target.is_met_by, values)) else 'no'}, judged by {judged}"


def _cells(observations: Observations, question: NetworkQuestion) -> str:
    topology = latest(observations, read_topology)
    names = [cell.id for cell in topology.cells] if topology else []
    place = question.area or "the network"
    return f"{place} is served by {len(names)} cells: {', '.join(names)}"


def _neighbours(observations: Observations, question: NetworkQuestion) -> str:
    topology = latest(observations, read_topology)
    neighbours = [f"{cell.id}: {', '.join(cell.neighbours) or 'none'}" for cell in (topology.cells if topology else ())]
    return "neighbours of " + "; ".join(neighbours[:_MAX_ROWS])


def _configuration(observations: Observations, question: NetworkQuestion) -> str:
    attribute = question.attributes[0].split(".")[1]
    table = latest(observations, read_configuration)
    objects = [row for row in (table.objects if table else ()) if attribute in row.attributes]
    if question.slices:
        suffixes = tuple(f"={slice_.value}" for slice_ in question.slices)
        objects = [row for row in objects if row.dn.endswith(suffixes)]
    if not objects:
        return f"{attribute}: no object with this attribute was read"
    settings = [f"{row.dn}: {row.attributes[attribute]}" for row in objects[:_MAX_ROWS]]
    more = f" and {len(objects) - _MAX_ROWS} more" if len(objects) > _MAX_ROWS else ""
    return f"{attribute} of " + "; ".join(settings) + more


def _limit(observations: Observations, question: NetworkQuestion) -> str:
    constraint = latest(observations, retrieve_3gpp_constraint)
    if constraint is None:
        return f"{question.attributes[0]}: the limit could not be read"
    rules = "; ".join(rule.name for rule in constraint.joint_rules)
    return f"{question.attributes[0]}: {constraint.allowed} ({constraint.source})" + (f"; joint rules: {rules}" if rules else "")


_ANSWERS: dict[str, Callable[[Observations, NetworkQuestion], str]] = {
    "kpi": _kpis,
    "cells": _cells,
    "neighbours": _neighbours,
    "configuration": _configuration,
    "limit": _limit,
}
