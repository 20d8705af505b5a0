"""A note on a decision: who made it, and why. It is in the decision, and in what of it is shown or kept elsewhere."""

from __future__ import annotations

from agents.planner import Ask, CallTools, Decision, Escalate, Finish, Propose, Restrict, Tell, Understand
from agents.understanding.result import Reading, Understood


def with_note(decision: Decision, note: str) -> Decision:
    """Return the decision with a note."""
    return _told(decision, note).model_copy(update={"note": note})


def _told(decision: Decision, note: str) -> Decision:
    if isinstance(decision, Understand):
        return decision.model_copy(update={"reading": _intent_with_note(decision.reading, note)})
    if isinstance(decision, CallTools):
        calls = tuple(call.model_copy(update={"reason": f"{call.reason} ({note})"}) for call in decision.calls)
        return decision.model_copy(update={"calls": calls})
    if isinstance(decision, Propose):
        proposal = decision.proposal.model_copy(update={"assumptions": (*decision.proposal.assumptions, note)})
        return decision.model_copy(update={"proposal": proposal})
    if isinstance(decision, Restrict | Tell):
        return decision
    return _text_with_note(decision, note)


def _text_with_note(decision: Ask | Finish | Escalate, note: str) -> Decision:
    match decision:
        case Ask():
            return decision.model_copy(update={"question": f"{decision.question} ({note})"})
        case Finish():
            return decision.model_copy(update={"summary": f"{decision.summary} ({note})"})
        case Escalate():
            return decision.model_copy(update={"reason": f"{decision.reason} ({note})"})


def _intent_with_note(reading: Reading, note: str) -> Reading:
    """Add the note to the intent's assumptions; without an intent the decisions that follow carry the note."""
    if not isinstance(reading, Understood):
        return reading
    assumptions = tuple(dict.fromkeys((*reading.intent.assumptions, note)))
    return reading.model_copy(update={"intent": reading.intent.model_copy(update={"assumptions": assumptions})})
