"""The question for the size of a crowd that neither the history nor the calendar tells."""

from __future__ import annotations

from agents.heuristics.evidence_reader import answer_to
from agents.heuristics.situation import Situation
from agents.planner import Ask, View
from agents.workflows.gathering import forecast_call
from tools.ran.forecast_tool import forecast_traffic


def crowd_question(view: View, situation: Situation) -> Ask | None:
    """Return the question how many visitors an event has that touches the intent's cells, None if no crowd is unknown."""
    forecast = answer_to(view.observations, forecast_traffic, forecast_call(situation))
    unknown = [event for event in situation.world.unknown_crowds if forecast is not None and event.name in forecast.unknown]
    if not unknown:
        return None
    names = " and ".join(event.name for event in unknown)
    when = ", ".join(f"{event.start:%d %B %H:%M} to {event.end:%H:%M} at {event.area}" for event in unknown)
    question = (
        f"How many visitors does {names} ({when}) have? The calendar does not say, and there was no event there in the history."
    )
    return Ask(question=question, choices=("100 visitors", "1000 visitors", f"without the {unknown[0].name}"))
