"""Steps `understand` and `plan`: the planner looks at its view and decides; nothing else happens in them.

A decision is written down under its number before it is followed, so that a resumed run follows the same one and does not ask a
model twice.
"""

from __future__ import annotations

from pydantic import TypeAdapter

from agents.planner import Answer, Ask, CallTools, Decision, Escalate, Finish, Propose, Understand, View
from harness.engine.desk import Desk
from harness.engine.state import RunState, ended
from harness.runtime.tracing import model_attributes
from policies.intent import Intent
from policies.proposal import Proposal
from policies.verdict import Verdict
from tools.calls.limit import Limit
from tools.calls.observation import Observation
from tools.calls.tool_offer import offers_of

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


def decide(desk: Desk, state: RunState) -> RunState:
    """Ask the planner for its next decision and turn it into the next step."""
    number = state["decisions"]
    limit = Limit("limits.decisions", desk.settings.limits.decisions, "decisions", "narrow the intent or raise the limit")
    reached = limit.error(number)
    if reached is not None:
        return ended("cannot", str(reached), error={"boundary": "budget", "message": str(reached)})
    name = f"decision-{number:03d}"
    if not desk.artifacts.has(name):
        desk.artifacts.save(name, _ask_planner(desk, state).model_dump(mode="json"))
    decision = _DECISION.validate_python(desk.artifacts.load(name, dict))
    update = _follow(desk, state, decision, name)
    update["decisions"] = number + 1
    update["decision"] = name
    return update


def view_of(desk: Desk, state: RunState) -> View:
    """Return everything that the planner may see; it holds no network."""
    artifacts = desk.artifacts
    return View(
        text=state["text"],
        card=desk.network.describe(),
        tools=offers_of(desk.registry),
        intent=artifacts.load(state["intent"], Intent) if state.get("intent") else None,
        observations=tuple(artifacts.load(name, Observation) for name in state["observations"]),
        answers=tuple(Answer.model_validate(one) for one in state["answers"]),
        proposal=artifacts.load(state["proposal"], Proposal) if state.get("proposal") else None,
        verdict=artifacts.load(state["verdict"], Verdict) if state.get("verdict") else None,
        feedback=tuple(state["feedback"]),
        steps_left=max(0, desk.settings.limits.decisions - state["decisions"] - 1),
    )


def _ask_planner(desk: Desk, state: RunState) -> Decision:
    desk.emit("model.called", planner=desk.planner.name)
    try:
        with desk.tracer.span(f"chat {desk.planner.name}", model_attributes(desk.planner.name, desk.run_id)):
            decided = desk.planner.decide(view_of(desk, state))
        # Validated again: whatever stands behind the planner's face, only a well-formed decision is followed.
        return _DECISION.validate_python(decided.model_dump(mode="json"))
    except Exception as error:  # a planner that fails hands over to a human; it never ends the process
        return Escalate(
            reason=f"the planner {desk.planner.name} failed: {type(error).__name__}: {' '.join(str(error).split())[:500]}"
        )


def _follow(desk: Desk, state: RunState, decision: Decision, name: str) -> RunState:
    desk.record("planner.decided", number=state["decisions"], decision=decision.kind, planner=desk.planner.name)
    match decision:
        case Understand():
            return _understood(desk, decision, name)
        case CallTools():
            return RunState(next="act")
        case Propose():
            return _proposed(desk, state, decision, name)
        case Ask():
            desk.record("question.asked", question=decision.question, choices=list(decision.choices))
            return RunState(next="ask", question={"question": decision.question, "choices": list(decision.choices)})
        case Finish():
            return _finished(state, decision)
        case Escalate():
            error = (
                {"error": {"boundary": "planner", "message": decision.reason}}
                if decision.reason.startswith("the planner ")
                else {}
            )
            return ended("cannot", decision.reason, nearest=decision.nearest, **error)


def _finished(state: RunState, decision: Finish) -> RunState:
    if decision.recommendation:
        return ended("recommended", decision.summary, recommendation=decision.recommendation)
    return ended("no change needed" if state.get("intent") else "answered", decision.summary)


def _understood(desk: Desk, decision: Understand, name: str) -> RunState:
    intent = f"intent-{name}"
    desk.artifacts.save(intent, decision.intent)
    desk.record("intent.understood", intent=decision.intent.model_dump(mode="json"), plan=list(decision.plan))
    desk.emit("intent.understood", intent=decision.intent, plan=decision.plan)
    return RunState(next="plan", intent=intent, plan=list(decision.plan))


def _proposed(desk: Desk, state: RunState, decision: Propose, name: str) -> RunState:
    if not state.get("intent"):
        return RunState(next="plan", feedback=[*state["feedback"], "state the intent as understood before proposing"])
    proposal = f"proposal-{name}"
    desk.artifacts.save(proposal, decision.proposal)
    best = decision.proposal.best
    names = [one.name for one in decision.proposal.candidates]
    desk.record("proposal.made", best=best.name, digest=best.change_set.digest, candidates=names)
    desk.emit("proposal.made", proposal=decision.proposal)
    return RunState(next="validate", proposal=proposal, edited="")
