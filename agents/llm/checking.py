"""From a model's reply to a decision: every name, tool, argument and candidate is checked against the view.

A reply that does not hold is a `ReplyError` whose text is fed back to the model. A model cannot call what is not offered, cannot
call what mutates, and cannot propose what the twin has not judged: predictions come out of observations, never out of a reply.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from agents.heuristics.evidence_reader import values_of
from agents.llm.reply import CallReply, Reply, TargetReply
from agents.planner import Ask, CallTools, Decision, Escalate, Finish, Propose, Understand, View
from agents.understanding.bounds import check_bounds
from agents.understanding.result import Impossible, Question, ReadingError, Understood
from agents.workflows.objections import objections_of
from agents.workflows.proposing import propose, with_context
from policies.effect import Effect
from policies.intent import ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.kpi import kpi_definition
from policies.proposal import Candidate
from policies.text.validation import validation_text
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import compare_candidates, refine_candidate


class ReplyError(ValueError):
    """The reply does not hold; the message says why, for the model."""


def parse_reply(text: str) -> Reply:
    """Parse the model's text; raises ReplyError naming each wrong field."""
    try:
        return Reply.model_validate_json(text)
    except ValidationError as error:
        raise ReplyError(validation_text(error, "the reply")[:600]) from error


def decision_of(reply: Reply, view: View) -> Decision:
    """Turn a reply into a decision; raises ReplyError."""
    if reply.kind in ("ask", "finish", "escalate") and not reply.text.strip():
        raise ReplyError(f"text: {reply.kind} needs a text")
    if reply.kind == "ask":
        return Ask(question=reply.text, choices=tuple(reply.choices))
    if reply.kind == "finish":
        return Finish(summary=reply.text, recommendation=reply.recommendation)
    if reply.kind == "escalate":
        return Escalate(reason=reply.text, nearest=reply.nearest)
    return {"understand": _understand, "call": _call, "propose": _propose}[reply.kind](reply, view)


def _understand(reply: Reply, view: View) -> Decision:
    if not reply.targets:
        raise ReplyError("targets: understand needs at least one")
    try:
        window = None
        if reply.window_start is not None and reply.window_end is not None:
            window = TimeWindow(start=reply.window_start, end=reply.window_end)
        intent = Intent(
            text=view.text,
            expectations=tuple(_expectation(target, view) for target in reply.targets),
            window=window,
            event=reply.event,
            assumptions=tuple(reply.assumptions),
        )
        check_bounds(intent, view.card)
    except ReadingError as stop:
        result = stop.result
        if isinstance(result, Impossible):
            return Escalate(reason=f"cannot, because {result.reason}", nearest=result.nearest)
        return Ask(question=result.question if isinstance(result, Question) else result.reason)
    except (ValueError, TypeError) as error:
        raise ReplyError(f"targets: {str(error)[:400]}") from error
    return Understand(reading=Understood(intent=intent, plan=tuple(reply.plan)))


def _expectation(target: TargetReply, view: View) -> IntentExpectation:
    by_id = {cell.id: cell.dn for cell in view.card.cells} | {cell.dn: cell.dn for cell in view.card.cells}
    unknown = [cell for cell in target.cells if cell not in by_id]
    if unknown:
        raise ReplyError(f"cells={unknown}: none of {', '.join(cell.id for cell in view.card.cells)}")
    definition = kpi_definition(target.kpi)
    unit = "" if target.condition.is_objective else definition.unit
    bound = ExpectationTarget(kpi=target.kpi, condition=target.condition, value=target.value, unit=unit)
    cells = tuple(by_id[cell] for cell in target.cells)
    return IntentExpectation(object=ExpectationObject(cells=cells, slice=target.slice), targets=(bound,))


def _call(reply: Reply, view: View) -> Decision:
    if not reply.calls:
        raise ReplyError("calls: call needs at least one")
    return CallTools(calls=tuple(_checked(one, view) for one in reply.calls))


def _checked(one: CallReply, view: View) -> ToolCall:
    offer = next((offer for offer in view.tools if offer.name == one.tool), None)
    if offer is None:
        raise ReplyError(f"tool={one.tool!r} is not offered; there are {', '.join(offer.name for offer in view.tools)}")
    if offer.effect == Effect.CONFIGURE.value:
        raise ReplyError(f"tool={one.tool!r} mutates the network: propose a candidate instead, the gate decides")
    arguments = dict(one.arguments)
    if view.intent is not None and "intent" in offer.input_schema.get("properties", {}):
        arguments["intent"] = view.intent.model_dump(mode="json")
    problems = [
        f"{'/'.join(map(str, error.path)) or 'arguments'}: {error.message[:160]}"
        for error in Draft202012Validator(offer.input_schema).iter_errors(arguments)
    ]
    if problems:
        raise ReplyError(f"tool={one.tool!r}: " + "; ".join(problems[:5]))
    return ToolCall(tool=one.tool, arguments=arguments, reason=one.reason)


def judged_candidates(view: View) -> Iterator[tuple[Candidate, tuple[int, ...]]]:
    """Yield every candidate that the twin judged, with the seeds, newest first."""
    found: list[tuple[Candidate, tuple[int, ...]]] = []
    for comparison in values_of(view.observations, compare_candidates):
        found += [(one, comparison.seeds) for one in comparison.candidates]
    found += [(refinement.best, ()) for refinement in values_of(view.observations, refine_candidate)]
    return reversed(found)


def _propose(reply: Reply, view: View) -> Decision:
    if view.intent is None:
        raise ReplyError("propose: the intent is not understood yet")
    judged: dict[str, Any] = {}
    for candidate, seeds in judged_candidates(view):
        judged.setdefault(candidate.name, (candidate, seeds))
        judged.setdefault(candidate.change_set.digest, (candidate, seeds))
    unknown = [name for name in reply.candidates if name not in judged]
    if unknown or not reply.candidates:
        known = sorted({candidate.name for candidate, _ in judged.values()})
        raise ReplyError(f"candidates={unknown}: only what the twin judged can be proposed; there are {known}")
    refused = objections_of(view).digests
    chosen = {judged[name][0].change_set.digest: judged[name] for name in reply.candidates}
    if next(iter(chosen)) in refused:
        raise ReplyError("candidates: the first was refused already; put another first")
    for candidate, seeds in judged.values():
        if candidate.change_set.is_empty:
            chosen.setdefault(candidate.change_set.digest, (candidate, seeds))
    ranked = [with_context(candidate, (), view.intent) for candidate, _ in chosen.values()]
    return Propose(proposal=propose(view, view.intent, ranked, next(iter(chosen.values()))[1], reply.assumptions))
