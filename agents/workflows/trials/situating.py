"""The situation that a plan is about: of an intent, with the objections and prohibitions that bind the plan."""

from __future__ import annotations

from typing import Final

from agents.heuristics.situation import Situation
from agents.planner import Escalate, View
from agents.understanding.result import Understood
from agents.workflows.objections import objections_of

NO_CELLS: Final = Escalate(
    reason="cannot, because none of the intent's cells exists in this network", nearest="name cells of the network card"
)


def situation_for(view: View, reading: Understood) -> Situation:
    """Return the situation of the reading's intent in the view."""
    objections = objections_of(view)
    return Situation(
        card=view.card,
        intent=reading.intent,
        observations=view.observations,
        barred=objections.barred,
        ceilings=objections.ceilings,
        floors=objections.floors,
        steps=view.steps,
        forbidden=view.forbidden,
    )
