"""Steps `understand` and `plan`: the planner decides on its view.

A decision is recorded under its number before it is followed, so that a resumed run follows the same decision and does not ask a
model twice.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from agents.answer import Answer
from agents.planner import Ask, CallTools, Decision, Finish, Propose, Restrict, Tell, Understand, View
from agents.readers.sentence import sentence_of
from agents.specialists.team import overreach
from agents.understanding.result import CHANGES_NOTHING, Understood, said_beside
from harness.engine.desk import Desk
from harness.engine.restricting import objection_to, restrict, restrictions_for
from harness.engine.state import RunState, current_observations, ended
from harness.records.decision import RecordedDecision, RecordedEscalation
from harness.records.failure import RunBoundary
from harness.runtime.tracing import model_attributes
from policies.guardrails.loading import reloaded
from policies.intent import Intent
from policies.proposal import Proposal
from policies.text.json_value import json_objection
from policies.text.redaction import redacted
from policies.verdict import Verdict
from tools.calls.limit import Limit
from tools.calls.observation import Observation
from tools.calls.tool_offer import offers_of
from tools.twinning.world import world_of

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
_RECORDED: TypeAdapter[RecordedDecision] = TypeAdapter(RecordedDecision)


def decide(desk: Desk, state: RunState) -> RunState:
    """Ask the planner for its next decision and turn it into the next step."""
    number = state["decisions"]
    limit = Limit("limits.decisions", desk.settings.limits.decisions, "decisions", "narrow the intent or raise the limit")
    limit_error = limit.error(number)
    if limit_error is not None:
        return ended("cannot", str(limit_error), boundary=RunBoundary.BUDGET)
    name = f"decision-{number:03d}"
    if not desk.artifacts.has(name):
        desk.artifacts.save(name, _ask_planner(desk, state).model_dump(mode="json"))
    decision = _RECORDED.validate_python(desk.artifacts.load(name, dict))
    update = _follow(desk, state, decision, name)
    update["decisions"] = number + 1
    update["decision"] = name
    return update


def view_of(desk: Desk, state: RunState) -> View:
    """Return the planner's view of the run; it contains no network."""
    artifacts = desk.artifacts
    answers = tuple(Answer.model_validate(answer) for answer in state["answers"])
    reading, proposal = state.get("reading"), state.get("proposal")
    return View(
        text=state["text"],
        card=desk.network.describe(),
        tools=offers_of(desk.registry),
        reading=artifacts.load(reading, Understand).reading if reading else None,
        unread=answers[state["answers_read"] :],
        observations=tuple(artifacts.load(name, Observation) for name in current_observations(state)),
        answers=answers,
        proposal=artifacts.load(proposal, Proposal) if proposal else None,
        verdict=artifacts.load(state["verdict"], Verdict) if proposal and state.get("verdict") else None,
        feedback=tuple(state["feedback"]),
        changes=tuple(state.get("changes", ())),
        steps=reloaded(desk.guardrails).rules.step,
        restrictions=restrictions_for(desk, state),
        told=tuple(artifacts.load(name, Tell) for name in state.get("told", ())),
        steps_left=max(0, desk.settings.limits.decisions - state["decisions"] - 1),
    )


def _ask_planner(desk: Desk, state: RunState) -> Decision | RecordedEscalation:
    desk.emit("model.called", planner=desk.planner.name)
    try:
        with desk.tracer.span(f"chat {desk.planner.name}", model_attributes(desk.planner.name, desk.run_id)):
            view = view_of(desk, state)
            if view.restrictions and not state["decisions"]:
                desk.emit("restrictions.standing", restrictions=view.restrictions)
            decision = desk.planner.decide(view)
        # Validated again: only a well-formed decision is followed, whatever the planner returns.
        dump = decision.model_dump(mode="json")
        if objection := json_objection(dump):
            raise ValueError(f"its {decision.kind} cannot be written as JSON: {objection}")
        checked = _DECISION.validate_python(dump)
        if beyond := overreach(checked.messages):
            raise ValueError(beyond)
        return checked
    except Exception as error:  # a failing planner escalates to a human; it never ends the process
        message = f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
        return RecordedEscalation(reason=f"the planner {desk.planner.name} failed: {message}", boundary=RunBoundary.PLANNER)


def _follow(desk: Desk, state: RunState, decision: RecordedDecision, name: str) -> RunState:
    note = redacted(decision.note)
    noted = {"note": note} if note else {}
    desk.record("planner.decided", number=state["decisions"], decision=decision.kind, planner=desk.planner.name, **noted)
    for message in decision.messages:
        said = redacted(message.describe())
        desk.record("specialist.said", by=message.by, message=message.kind, said=said)
        desk.emit("specialist.said", by=message.by, said=said)
    update = _followed(desk, state, decision, name)
    known = state.get("notes", [])
    if note and note not in known:
        desk.emit("planner.noted", note=note)
        update["notes"] = [*known, note]
    return update


def _followed(desk: Desk, state: RunState, decision: RecordedDecision, name: str) -> RunState:
    match decision:
        case Understand():
            return _understood(desk, state, decision, name)
        case CallTools():
            return RunState(next="act")
        case Tell():
            return _told(desk, state, decision, name)
        case Propose():
            return _proposed(desk, state, decision, name)
        case Ask():
            desk.record("question.asked", question=decision.question, choices=list(decision.choices))
            return RunState(next="ask", question={"question": decision.question, "choices": list(decision.choices)})
        case Restrict() | Finish() | RecordedEscalation():
            return _end(desk, state, decision, name)


def _end(desk: Desk, state: RunState, decision: Restrict | Finish | RecordedEscalation, name: str) -> RunState:
    if isinstance(decision, Finish):
        return _finished(desk, state, decision, name)
    if isinstance(decision, RecordedEscalation):
        reason = decision.reason.strip() or f"the planner {desk.planner.name} escalated without a reason"
        return _cannot(desk, reason, boundary=decision.boundary, nearest=decision.nearest)
    if state.get("only_answers"):
        return _refused(desk, state, "the text was read as a question, so it cannot become a restriction")
    return restrict(desk, state, decision)


def _told(desk: Desk, state: RunState, told: Tell, name: str) -> RunState:
    """Keep the answer to a question beside what is to be done, which is planned on fresh readings afterwards."""
    desk.record("question.told", question=told.question, answer=told.summary, recommendation=told.recommendation)
    desk.emit("question.told", told=told)
    return RunState(next="plan", told=[*state.get("told", ()), name], outdated=len(state["observations"]))


def _cannot(desk: Desk, reason: str, **more: Any) -> RunState:
    """Return the ending of a run without a change; where a person has rejected one, that is how it ends."""
    rejected = [approval for approval in desk.approvals.of_run(desk.run_id) if approval.state == "rejected"]
    if rejected:
        return ended("rejected", f"{rejected[-1].standing()}; there is no other change to propose: {reason}")
    return ended("cannot", reason, **more)


def _finished(desk: Desk, state: RunState, decision: Finish, name: str) -> RunState:
    summary = decision.summary.strip() or decision.recommendation.strip()
    if not summary:
        return ended("cannot", f"the planner {desk.planner.name} finished without a reason", boundary=RunBoundary.PLANNER)
    if state["feedback"] and _names_edits(desk, state):
        return _cannot(desk, f"the requested change was refused: {'; '.join(state['feedback'])}; {summary}")
    answer = name if decision.tables else ""
    if decision.recommendation:
        return ended("recommended", summary, recommendation=decision.recommendation, answer=answer)
    return ended("no change needed" if state.get("intent") else "answered", summary, answer=answer)


def _names_edits(desk: Desk, state: RunState) -> bool:
    """Whether the operator named the edits: then a refusal of them is no reason why no change is needed."""
    if not state.get("reading"):
        return False
    reading = desk.artifacts.load(state["reading"], Understand).reading
    return isinstance(reading, Understood) and bool(reading.direct)


def _understood(desk: Desk, state: RunState, decision: Understand, name: str) -> RunState:
    """Refer to the reading (saved with the decision), read it back, and save the intent if it is new."""
    reading = decision.reading
    update = RunState(next="plan", reading=name, answers_read=len(state["answers"]), read_back="")
    if isinstance(reading, CHANGES_NOTHING):
        return RunState(**{**update, "only_answers": True, "intent": ""})
    if not isinstance(reading, Understood):
        return update
    if state.get("only_answers"):
        return _refused(desk, state, "the text was read as a question, so it cannot become a change")
    card = desk.network.describe()
    if objection := objection_to(reading.forbidden, card):
        return ended("cannot", f"the planner {desk.planner.name} understood: {objection}", boundary=RunBoundary.PLANNER)
    # Said by code from what the run works with: no planner words what a person is asked to approve.
    said = (sentence_of(reading, card), said_beside(reading))
    read_back = update["read_back"] = redacted(" ".join(filter(None, said)))
    if reading.intent == _intent(desk, state) and read_back == state.get("read_back"):
        return update
    intent = desk.artifacts.save(f"intent-{name}", reading.intent)
    events = world_of(card, reading.intent).events
    name_of_events = desk.artifacts.save(f"events-{name}", [event.model_dump(mode="json") for event in events])
    desk.record("intent.understood", intent=reading.intent.model_dump(mode="json"), read_back=read_back, plan=list(reading.plan),
                events=[event.describe() for event in events])  # fmt: skip
    desk.emit("intent.understood", intent=reading.intent, read_back=read_back, plan=reading.plan, events=events)
    return RunState(**{**update, "intent": intent, "events": name_of_events})


def _intent(desk: Desk, state: RunState) -> Intent | None:
    return desk.artifacts.load(state["intent"], Intent) if state.get("intent") else None


def _refused(desk: Desk, state: RunState, why: str) -> RunState:
    """Refuse what would make a change of a question or a supposition; a planner that insists ends the run."""
    desk.record("proposal.refused", why=why)
    rounds = state["rounds"] + 1
    if rounds >= desk.settings.gate.max_rounds:
        return ended("cannot", f"refused {rounds} times: {why}", boundary=RunBoundary.PLANNER)
    return RunState(next="plan", rounds=rounds, feedback=[*state["feedback"], f"{why}: finish with an answer"])


def _proposed(desk: Desk, state: RunState, decision: Propose, name: str) -> RunState:
    if state.get("only_answers"):
        return _refused(desk, state, "this run only answers, and nothing can be applied by it")
    if not state.get("intent"):
        return RunState(next="plan", feedback=[*state["feedback"], "state the intent as understood before proposing"])
    proposal = f"proposal-{name}"
    desk.artifacts.save(proposal, decision.proposal)
    best = decision.proposal.best
    names = [candidate.name for candidate in decision.proposal.candidates]
    desk.record("proposal.made", best=best.name, digest=best.change_set.digest, candidates=names)
    desk.emit("proposal.made", proposal=decision.proposal)
    return RunState(next="validate", proposal=proposal, edited="")
