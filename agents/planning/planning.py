"""From the names of a plan to a decision that has passed its checks, and back for those that are learned from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agents.heuristics.evidence_reader import attempts
from agents.llm.checking import ReplyError, checked_call
from agents.planner import CallTools, Decision, Propose
from agents.planning.concluding import conclusion_of
from agents.planning.plan_names import CALLS, CONCLUSIONS, END, OTHER
from agents.planning.scene import Names, PlanError, Scene
from agents.planning.transcript import names_of_call
from agents.workflows.calls import is_settled
from policies.change import ChangeSet
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison, compare_candidates

_NONE: Final = Comparison(candidates=(), seeds=(), twin_gap={}, window=None)


def decision_of(names: Names, scene: Scene) -> Decision:
    """Return the decision that the names stand for; raises PlanError if it fails a check."""
    if names[0] in CONCLUSIONS:
        return conclusion_of(names, scene)
    if names[0] not in CALLS:
        raise PlanError(f"{names[0]} decides nothing")
    call = scene.call_of([name for name in names if name != END])
    _check(call, scene)
    return CallTools(calls=(call,))


def _check(call: ToolCall, scene: Scene) -> None:
    """Raise PlanError for a call that is not offered, has wrong arguments, was answered, or has failed twice."""
    try:
        checked_call(call, scene.view)
    except ReplyError as error:
        raise PlanError(str(error)) from error
    made = attempts(scene.view.observations, call)
    if is_settled(made):
        raise PlanError(f"{call.tool} {'was answered already' if made[-1].evidence else f'has failed {len(made)} times'}")
    if call.tool == compare_candidates.name and call.arguments["depth"] == "full":
        _check_finalists(call, scene)


def _check_finalists(call: ToolCall, scene: Scene) -> None:
    """Raise PlanError if the draft that did best in the screening is left out of the full comparison."""
    screens = (comparison for request, comparison in scene.comparisons() if request.depth == "screen")
    digests = {draft.digest for draft in scene.drafts}
    ranked = [one.change_set.digest for one in next(screens, _NONE).candidates if one.change_set.digest in digests]
    tried = {ChangeSet.model_validate({"edits": draft["edits"]}).digest for draft in call.arguments["candidates"]}
    if ranked and ranked[0] not in tried:
        raise PlanError(f"{scene.reference_of(ranked[0])} did best in the screening and is left out")


def names_of(decision: Decision, scene: Scene) -> list[Names]:
    """Return the names of a decision, one plan for each call; empty if a plan cannot say it."""
    if isinstance(decision, CallTools):
        calls = [names_of_call(call, scene) for call in decision.calls]
        return [] if any(OTHER in names for names in calls) else calls
    if isinstance(decision, Propose):
        names = ("propose", scene.reference_of(decision.proposal.best.change_set.digest))
        return [] if OTHER in names else [names]
    return [names for names in _conclusions() if _says(names, decision, scene)][:1]


def _conclusions() -> Iterator[Names]:
    for kind, whys in CONCLUSIONS.items():
        yield from ((kind, why) for why in whys)


def _says(names: Names, decision: Decision, scene: Scene) -> bool:
    if names[0] != decision.kind:
        return False
    try:
        return conclusion_of(names, scene) == decision
    except PlanError:
        return False
