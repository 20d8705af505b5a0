"""What planner and specialists say to each other for a decision: the same, whoever plans.

The messages are those from which the workflows work: the evidence is what the specialists need, the drafts are their offers, and
what the safety specialist finds decides which candidate may be proposed. Like a decision they follow from the view alone.
"""

from __future__ import annotations

from typing import Final

from agents.heuristics.evidence_reader import latest
from agents.planner import CallTools, Decision, Escalate, Finish, Propose, Tell, View
from agents.specialists.message import Advice, Assignment, Message, Need, Want
from agents.specialists.phy import PHY
from agents.specialists.safety import limits_needed, reviewed
from agents.specialists.team import assignments, needs, offers
from agents.understanding.result import Understood
from agents.workflows.configuration import drafts_for
from agents.workflows.objections import objections_of
from agents.workflows.trials.situating import situation_for
from policies.proposal import Candidate
from tools.ran.candidate_tools import compare_candidates

_FIRST: Final = "read_configuration"
_AFTER_DRAFTING: Final = frozenset({"retrieve_3gpp_constraint", "compare_candidates", "refine_candidate"})
_SELECTIONS: Final = ("channel-estimator", "beam-management")


def with_talk(decision: Decision, view: View) -> Decision:
    """Return the decision with what was said for it; unchanged if it is no decision on something to be done."""
    reading = view.reading
    if decision.messages or not isinstance(reading, Understood):
        return decision
    if reading.workflow in _SELECTIONS:
        return with_phy_talk(decision, view, reading.intent.text)
    return _with(decision, _said(decision, view, reading))


def with_phy_talk(decision: Decision, view: View, question: str) -> Decision:
    """Return a decision on the way to the answer to a question about receivers or beams, with what was said for it."""
    match decision:
        case CallTools():
            asked = [] if view.observations else [Assignment(receiver=PHY.name, question=question)]
            wants = tuple(Want(tool=tool, place="cells") for tool in dict.fromkeys(call.tool for call in decision.calls))
            return _with(decision, [*asked, Need(sender=PHY.name, wants=wants)])
        case Tell() | Finish():
            advice = Advice(sender=PHY.name, question=question, summary=decision.summary, recommendation=decision.recommendation)
            return _with(decision, [advice])
    return decision


def _with(decision: Decision, messages: list[Message]) -> Decision:
    return decision.model_copy(update={"messages": tuple(messages)}) if messages else decision


def _said(decision: Decision, view: View, reading: Understood) -> list[Message]:
    match decision:
        case CallTools():
            return _for_calls(decision, view, reading)
        case Propose():
            return [reviewed(one, view.observations) for one in decision.proposal.candidates if not one.change_set.is_empty]
        case Finish() | Escalate():
            reviews = [reviewed(one, view.observations) for one in _tried(view)]
            return [one for one in reviews if one.findings]
    return []


def _for_calls(decision: CallTools, view: View, reading: Understood) -> list[Message]:
    """Return what is needed with the first reading, and what is offered with the first look at a draft."""
    said: list[Message] = []
    situation = situation_for(view, reading)
    calls, before = ({call.tool for call in calls} for calls in (decision.calls, [one.call for one in view.observations]))
    if _FIRST in calls and _FIRST not in before:
        # Where the operator named the edits nobody drafts.
        said += [*([] if reading.direct else assignments(situation)), *needs(situation)]
    if calls & _AFTER_DRAFTING and not before & _AFTER_DRAFTING:
        said += [] if reading.direct else offers(situation)
        drafts = drafts_for(situation, reading, objections_of(view))
        said += [limits_needed(drafts)] if isinstance(drafts, list) and drafts else []
    return said


def _tried(view: View) -> list[Candidate]:
    comparison = latest(view.observations, compare_candidates)
    return [one for one in comparison.candidates if not one.change_set.is_empty] if comparison else []
