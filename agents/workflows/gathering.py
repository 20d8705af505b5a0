"""The evidence that a change needs: topology, configuration, KPIs, degradation, forecast, limits, and what only people know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from agents.heuristics.draft import Draft
from agents.heuristics.evidence_reader import answer_to
from agents.heuristics.situation import Situation
from agents.planner import Ask, View
from agents.specialists.message import Want
from agents.specialists.safety import limits_needed
from agents.specialists.team import needs
from agents.workflows.calls import call
from policies.kpi import kpi_definition
from policies.text.times import span_text
from tools.calls.tool_call import ToolCall
from tools.ran.forecast_tool import forecast_traffic

_WINDOWS = 4
CROWD_QUESTION: Final = "How many visitors does "


def evidence_calls(situation: Situation) -> list[ToolCall]:
    """Return the calls that gather what the specialists need, each once for all of them, the required ones first."""
    cells = [cell.id for cell in situation.cells]
    around = cells + [cell.id for cell in situation.neighbours]
    wants = [want for need in needs(situation) for want in need.wants]
    targeted = {target.kpi for _, target in (*situation.intent.bounds(), *situation.intent.objectives())}
    slices = [slice_.value for slice_ in situation.card.slices]
    calls = [
        call("read_configuration", "current values of the attributes that may be edited", cells=around),
        query_call(around, sorted({*_wanted(wants, "cell"), *_at_level(targeted, "cell")})),
        query_call(around, sorted({*_wanted(wants, "slice"), *_at_level(targeted, "slice")}), slices),
        call("read_topology", "neighbours and areas", cells=around),
        call("detect_degradation", "KPIs that degraded recently", cells=cells),
        forecast_call(situation),
    ]
    asked_for = {want.tool for want in wants}
    return [made for made in calls if made.tool in asked_for]


def _wanted(wants: Sequence[Want], level: Literal["cell", "slice"]) -> set[str]:
    return {kpi for want in wants if want.level == level for kpi in want.kpis}


def query_call(cells: list[str], kpis: list[str], slices: Sequence[str] = ()) -> ToolCall:
    """Return the call for the newest windows of KPIs of cells, or of their slices if any are named."""
    if slices:
        reason = "delay, throughput and demand by slice"
        return call("query_kpi", reason, kpis=kpis, cells=cells, slices=list(slices), windows=_WINDOWS)
    reason = "load, mobility and energy of the cells and their neighbours"
    return call("query_kpi", reason, kpis=kpis, cells=cells, windows=_WINDOWS)


def forecast_call(situation: Situation) -> ToolCall:
    """Return the call that forecasts the traffic of the intent's world, in its cells and their neighbours.

    A call that was made already is returned as it was: the world begins now, and time passes between two decisions.
    """
    arguments = _forecast_arguments(situation)
    varying = {"start"} if situation.intent.window else {"start", "end"}
    for observation in situation.observations:
        made = observation.call
        if made.tool == "forecast_traffic" and all(made.arguments.get(name) == arguments.get(name)
                                                   for name in {*made.arguments, *arguments} - varying):  # fmt: skip
            return made
    return call("forecast_traffic", "users and volume in the window", **arguments)


def _forecast_arguments(situation: Situation) -> dict[str, Any]:
    cells = [cell.id for cell in (*situation.cells, *situation.neighbours)]
    intent, window = situation.intent, situation.world.window
    arguments = {"cells": cells, "start": window.start.isoformat(), "end": window.end.isoformat()}
    told: dict[str, Any] = {"without_events": list(intent.without_events)} if intent.without_events else {}
    told |= {"attendance": intent.attendance} if intent.attendance is not None else {}
    return {**arguments, **told}


def required(calls: list[ToolCall]) -> list[ToolCall]:
    """Return the calls without whose answers nothing can be proposed: configuration and KPIs."""
    return [query for query in calls if query.tool in ("read_configuration", "query_kpi")]


def _at_level(kpis: set[str], level: Literal["cell", "slice"]) -> set[str]:
    return {kpi for kpi in kpis if level in kpi_definition(kpi).levels}


def constraint_calls(drafts: list[Draft]) -> list[ToolCall]:
    """Return a lookup of each limit that the safety specialist needs to review one of the drafts."""
    wanted = [attribute for want in limits_needed(drafts).wants for attribute in want.attributes]
    return [constraint_call(*attribute.split(".", 1)) for attribute in wanted]


def constraint_call(class_name: str, attribute: str) -> ToolCall:
    """Return the lookup of an attribute's limit."""
    return call("retrieve_3gpp_constraint", "the limit of an edited attribute", class_name=class_name, attribute=attribute)


def crowd_question(view: View, situation: Situation) -> Ask | None:
    """Return the question how many visitors an event has that touches the intent's cells, None if no crowd is unknown."""
    forecast = answer_to(view.observations, forecast_traffic, forecast_call(situation))
    unknown = [event for event in situation.world.unknown_crowds if forecast is not None and event.name in forecast.unknown]
    if not unknown:
        return None
    names = f"{'each of ' if len(unknown) > 1 else ''}{' and '.join(event.name for event in unknown)}"
    when = ", ".join(f"{span_text(event.start, event.end)} at {event.area}" for event in unknown)
    question = f"{CROWD_QUESTION}{names} ({when}) have? The calendar does not say, and there was no event there in the history."
    return Ask(question=question, choices=("100 visitors", "1000 visitors", f"without the {unknown[0].name}"))
