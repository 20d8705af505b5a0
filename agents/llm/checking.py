"""From a model's reply to a decision: every name, tool, argument and candidate is checked against the view.

An invalid reply raises `ReplyError`, whose message is returned to the model. A model cannot call a tool that is not offered or
that changes the network, and cannot propose a candidate that was not tried in the twin: predictions are taken from observations,
never from a reply.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from agents.heuristics.evidence_reader import values_of
from agents.llm.reply import CallReply, ContextReply, Reply, TargetReply
from agents.planner import Ask, CallTools, Decision, Escalate, Finish, Propose, Understand, View
from agents.understanding.bounds import check_bounds
from agents.understanding.result import Impossible, Question, ReadingError, Understood
from agents.workflows.objections import objections_of
from agents.workflows.proposing import propose, with_context
from policies.change import ChangeSet
from policies.effect import Effect
from policies.guardrails.steps import judge_step, step_of
from policies.intent import ExpectationObject, ExpectationTarget, Intent, IntentExpectation, KpiContext, TimeWindow
from policies.kpi import kpi_definition
from policies.proposal import Candidate
from policies.restrictions.breach import Breaches
from policies.text.validation import validation_text
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import ToolOffer
from tools.ran.candidate_tools import compare_candidates, refine_candidate


class ReplyError(ValueError):
    """The reply is invalid; the message tells the model why."""


def parse_reply(text: str) -> Reply:
    """Parse the model's text; raises ReplyError naming each wrong field."""
    try:
        return Reply.model_validate_json(text)
    except ValidationError as error:
        raise ReplyError(validation_text(error, "the reply")[:600]) from error


def decision_of(reply: Reply, view: View) -> Decision:
    """Turn a reply into a decision; raises ReplyError."""
    if reply.kind in ("ask", "finish", "escalate") and not reply.text.strip():
        raise ReplyError(f"text: {reply.kind} requires a text")
    if reply.kind == "ask":
        return Ask(question=reply.text, choices=tuple(reply.choices))
    if reply.kind == "finish":
        return Finish(summary=reply.text, recommendation=reply.recommendation)
    if reply.kind == "escalate":
        return Escalate(reason=reply.text, nearest=reply.nearest)
    return {"understand": _understand, "call": _call, "propose": _propose}[reply.kind](reply, view)


def _understand(reply: Reply, view: View) -> Decision:
    if not reply.targets:
        raise ReplyError("targets: understand requires at least one")
    if (reply.window_start is None) != (reply.window_end is None):
        raise ReplyError("window_start, window_end: give both or none; what is to stay after the window is permanent")
    planned = {event.name for event in view.card.events}
    if unknown := [name for name in (reply.event, *reply.without_events) if name and name not in planned]:
        raise ReplyError(f"event, without_events: {unknown} are not in the calendar; planned are {sorted(planned)}")
    try:
        window = None
        if reply.window_start is not None and reply.window_end is not None:
            window = TimeWindow(start=reply.window_start, end=reply.window_end)
        intent = Intent(
            text=view.text,
            expectations=tuple(_expectation(target, view) for target in reply.targets),
            window=window,
            event=reply.event,
            permanent=reply.permanent,
            without_events=tuple(reply.without_events),
            attendance=reply.attendance,
            harm_only=reply.harm_only,
            contexts=tuple(_context(one, view) for one in reply.contexts),
            assumptions=tuple(reply.assumptions),
        )
        check_bounds(intent, view.card)
    except ReadingError as error:
        result = error.result
        if isinstance(result, Impossible):
            return Escalate(reason=f"cannot, because {result.reason}", nearest=result.nearest)
        return Ask(question=result.question if isinstance(result, Question) else result.reason)
    except (ValueError, TypeError) as error:
        raise ReplyError(f"targets: {str(error)[:400]}") from error
    return Understand(reading=Understood(intent=intent, plan=tuple(reply.plan)))


def _context(one: ContextReply, view: View) -> KpiContext:
    expectation = _expectation(one, view)
    return KpiContext(object=expectation.object, target=expectation.targets[0], words=one.words, lasting=one.lasting)


def _expectation(target: TargetReply, view: View) -> IntentExpectation:
    by_id = {cell.id: cell.dn for cell in view.card.cells} | {cell.dn: cell.dn for cell in view.card.cells}
    unknown = [cell for cell in target.cells if cell not in by_id]
    if unknown:
        raise ReplyError(
            f"cells={unknown} do not exist; the network's cells are {', '.join(cell.id for cell in view.card.cells)}"
        )
    definition = kpi_definition(target.kpi)
    unit = "" if target.condition.is_objective else definition.unit
    bound = ExpectationTarget(
        kpi=target.kpi, condition=target.condition, value=target.value, unit=unit, tolerance=target.tolerance
    )
    cells = tuple(by_id[cell] for cell in target.cells)
    return IntentExpectation(object=ExpectationObject(cells=cells, slice=target.slice, area=target.area), targets=(bound,))


def _call(reply: Reply, view: View) -> Decision:
    if not reply.calls:
        raise ReplyError("calls: call requires at least one")
    return CallTools(calls=tuple(_checked(call, view) for call in reply.calls))


def _checked(call: CallReply, view: View) -> ToolCall:
    arguments, offer = dict(call.arguments), _offer(call.tool, view)
    if view.intent is not None and "intent" in offer.input_schema.get("properties", {}):
        arguments["intent"] = view.intent.model_dump(mode="json")
    return checked_call(ToolCall(tool=call.tool, arguments=arguments, reason=call.reason), view)


def _offer(tool: str, view: View) -> ToolOffer:
    """Return the offer of a tool that a decider may call; raises ReplyError."""
    offer = next((offer for offer in view.tools if offer.name == tool), None)
    if offer is None:
        raise ReplyError(f"tool={tool!r} is not offered; offered are {', '.join(offer.name for offer in view.tools)}")
    if offer.effect == Effect.CONFIGURE.value:
        raise ReplyError(f"tool={tool!r} changes the network: propose a candidate instead, the gate decides")
    return offer


def checked_call(call: ToolCall, view: View) -> ToolCall:
    """Return the call if it is offered, changes nothing and has valid arguments; raises ReplyError."""
    offer = _offer(call.tool, view)
    problems = [
        f"{'/'.join(map(str, error.path)) or 'arguments'}: {error.message[:160]}"
        for error in Draft202012Validator(offer.input_schema).iter_errors(call.arguments)
    ]
    problems = problems or list(_untriable(call.tool, call.arguments, view))
    if problems:
        raise ReplyError(f"tool={call.tool!r}: " + "; ".join(problems[:5]))
    return call


def _untriable(tool: str, arguments: dict[str, Any], view: View) -> Iterator[str]:
    """Yield why the gate would refuse candidates that are to be tried: an edit is forbidden, or goes further than one may."""
    if tool != compare_candidates.name:
        return
    try:
        request = compare_candidates.request.model_validate(arguments)
    except ValidationError:
        return  # the tool says what is wrong with its arguments
    for draft in request.candidates:
        yield from refused_beforehand(ChangeSet(edits=draft.edits), view)


def refused_beforehand(change_set: ChangeSet, view: View) -> Iterator[str]:
    """Yield what is forbidden in a change set, or goes further than one change may."""
    breaches = Breaches(view.card)
    for edit in change_set.edits:
        if forbidden := breaches.first(edit, view.forbidden):
            yield f"{edit.describe()}: {forbidden.describe()}"
    yield from _steps_broken(change_set, view)


def _steps_broken(change_set: ChangeSet, view: View) -> Iterator[str]:
    for edit in change_set.attribute_edits():
        step = step_of(view.steps, edit.dn, edit.attribute)
        if step is not None and (reason := judge_step(edit, step, edit.old)):
            yield f"{reason.message}; {reason.remedy}"


def evaluated_candidates(view: View) -> Iterator[tuple[Candidate, tuple[int, ...]]]:
    """Yield (candidate, seeds) for every candidate that was tried in the twin, newest first."""
    candidates: list[tuple[Candidate, tuple[int, ...]]] = []
    for comparison in values_of(view.observations, compare_candidates):
        candidates += [(candidate, comparison.seeds) for candidate in comparison.candidates]
    candidates += [(refinement.best, ()) for refinement in values_of(view.observations, refine_candidate)]
    return reversed(candidates)


def _propose(reply: Reply, view: View) -> Decision:
    if view.intent is None:
        raise ReplyError("propose: the intent is not understood yet")
    evaluated: dict[str, Any] = {}
    for candidate, seeds in evaluated_candidates(view):
        evaluated.setdefault(candidate.name, (candidate, seeds))
        evaluated.setdefault(candidate.change_set.digest, (candidate, seeds))
    unknown = [name for name in reply.candidates if name not in evaluated]
    if unknown or not reply.candidates:
        names = sorted({candidate.name for candidate, _ in evaluated.values()})
        raise ReplyError(f"candidates={unknown}: only candidates tried in the twin can be proposed; these are {names}")
    refused = objections_of(view).digests
    chosen = {evaluated[name][0].change_set.digest: evaluated[name] for name in reply.candidates}
    if next(iter(chosen)) in refused:
        raise ReplyError("candidates: the first was already refused; put another one first")
    if broken := list(refused_beforehand(next(iter(chosen.values()))[0].change_set, view)):
        raise ReplyError(f"candidates: the gate would refuse the first: {'; '.join(broken[:5])}")
    for candidate, seeds in evaluated.values():
        if candidate.change_set.is_empty:
            chosen.setdefault(candidate.change_set.digest, (candidate, seeds))
    ranked = [with_context(candidate, (), view.intent) for candidate, _ in chosen.values()]
    return Propose(proposal=propose(view, view.intent, ranked, next(iter(chosen.values()))[1], reply.assumptions))
