"""The answer to a question beside what is to be done, by the workflow that selects receivers or beams, before any plan.

It comes first since it changes nothing and rests on the network as it is. If it cannot be answered, that is said, and what is to
be done is planned all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agents.heuristics.situation import Situation
from agents.planner import Decision, Escalate, Finish, Tell, View
from agents.understanding.result import NeedsMeasurement, SideQuestion, Understood
from agents.workflows.beams import select_beams
from agents.workflows.receivers import select_estimator
from agents.workflows.talking.team_talk import with_phy_talk
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation

# What the network measures of what is asked: block errors of a receiver, link failures of a beam.
_OBJECTIVES: Final = {"channel-estimator": "CARR.AverageBlerDl", "beam-management": "MM.RlfRate"}


def open_side_question(view: View) -> SideQuestion | None:
    """Return the first question beside what is to be done that is not answered yet."""
    if not isinstance(view.reading, Understood | NeedsMeasurement):
        return None
    told = {answer.question for answer in view.told}
    return next((question for question in view.reading.beside if question.words not in told), None)


def answer_side_question(view: View, question: SideQuestion, slots: int) -> Decision:
    """Return the next decision on the way to the answer, which is a `Tell`; slots: of each simulated link."""
    situation = Situation(card=view.card, intent=_intent(view, question), observations=view.observations)
    if question.workflow == "channel-estimator":
        decision = select_estimator(view, situation, question.link, slots)
    else:
        decision = select_beams(view, situation, question.link)
    match decision:
        case Finish():
            decision = Tell(question=question.words, summary=decision.summary, recommendation=decision.recommendation)
        case Escalate():
            nearest = f"; {decision.nearest}" if decision.nearest else ""
            decision = Tell(question=question.words, summary=f"that cannot be told: {decision.reason}{nearest}")
    return with_phy_talk(decision, view, question.words)


def _intent(view: View, question: SideQuestion) -> Intent:
    """Return what the question is about as an intent: in its own place, or where the change is to be."""
    target = ExpectationTarget(kpi=_OBJECTIVES[question.workflow], condition=Condition.MINIMIZE)
    if question.cells:
        place = ExpectationObject(cells=question.cells, area=question.area)
    else:
        places = list(_places(view))
        dns = {cell for one in places for cell in one.cells}
        everywhere = not places or any(not one.cells for one in places)
        cells = () if everywhere else tuple(cell.dn for cell in view.card.cells if cell.dn in dns)
        place = ExpectationObject(cells=cells, area=" and ".join(sorted({one.area for one in places if one.area and cells})))
    return Intent(text=question.words, expectations=(IntentExpectation(object=place, targets=(target,)),))


def _places(view: View) -> Iterable[ExpectationObject]:
    reading = view.reading
    if isinstance(reading, Understood):
        return [expectation.object for expectation in reading.intent.expectations]
    return [expectation.object for expectation in reading.expectations] if isinstance(reading, NeedsMeasurement) else []
