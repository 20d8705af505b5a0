"""Pure questions: find the evidence, then finish with the answer; nothing is proposed."""

from __future__ import annotations

from typing import Any

from agents.heuristics.evidence_reader import latest
from agents.planner import CallTools, Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.calls import ask_for, call, failure_of
from policies.intent import ExpectationTarget

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
    value = latest(view.observations, wanted.tool) or {}
    text = {"kpi": _kpis, "cells": _cells, "neighbours": _neighbours, "configuration": _configuration, "limit": _limit}[
        question.topic
    ](value, question)
    return Finish(summary="; ".join([text, *question.assumptions]))


def _call_for(question: NetworkQuestion) -> Any:
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


def _kpis(value: dict[str, Any], question: NetworkQuestion) -> str:
    told = []
    for mean in value.get("means") or ():
        if mean.get("mean") is not None:
            where = (
                f" (worst {mean['worst']:.4g} in {mean['worst_cell']})"
                if mean.get("worst_cell") and len(question.cells) != 1
                else ""
            )
            told.append(
                f"{mean['kpi']}{' of ' + mean['slice'] if mean.get('slice') else ''}: {mean['mean']:.4g} {mean['unit']}{where}"
            )
    place = question.area or ", ".join(question.cells) or "all cells"
    told += [_judged(target, value) for target in question.targets]
    return f"{place}, newest windows: " + ("; ".join(told) or "nothing was measured yet")


def _judged(target: ExpectationTarget, value: dict[str, Any]) -> str:
    worst = [
        mean["worst"] for mean in value.get("means") or () if mean.get("kpi") == target.kpi and mean.get("worst") is not None
    ]
    if not worst:
        return f"{target.describe()}: cannot be told, nothing was measured"
    return f"{target.describe()}: {'yes' if all(map(target.is_met_by, worst)) else 'no'}, judged by the worst cell"


def _cells(value: dict[str, Any], question: NetworkQuestion) -> str:
    names = [cell["id"] for cell in value.get("cells") or ()]
    place = question.area or "the network"
    return f"{place} is served by {len(names)} cells: {', '.join(names)}"


def _neighbours(value: dict[str, Any], question: NetworkQuestion) -> str:
    told = [f"{cell['id']}: {', '.join(cell['neighbours']) or 'none'}" for cell in value.get("cells") or ()]
    return "neighbours of " + "; ".join(told[:_SHOWN])


def _configuration(value: dict[str, Any], question: NetworkQuestion) -> str:
    attribute = question.attributes[0].split(".")[1]
    found = [(row["dn"], row["attributes"][attribute]) for row in value.get("objects") or () if attribute in row["attributes"]]
    wanted = [pair for pair in found if not question.slices or any(pair[0].endswith(f"={one.value}") for one in question.slices)]
    told = [f"{dn}: {setting}" for dn, setting in wanted[:_SHOWN]]
    more = f" and {len(wanted) - _SHOWN} more" if len(wanted) > _SHOWN else ""
    return f"{attribute} of " + ("; ".join(told) or "no object that was read") + more


def _limit(value: dict[str, Any], question: NetworkQuestion) -> str:
    rules = "; ".join(str(rule.get("name", "")) for rule in value.get("joint_rules") or ())
    return f"{question.attributes[0]}: {value.get('allowed')} ({value.get('source')})" + (
        f"; joint rules: {rules}" if rules else ""
    )
