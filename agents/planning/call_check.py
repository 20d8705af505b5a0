"""The check of a call of a plan: offered, right arguments, not settled, and in a comparison nothing better is left out."""

from __future__ import annotations

from typing import Final

from agents.heuristics.evidence_reader import attempts
from agents.llm.checking import ReplyError, checked_call
from agents.planning.scene import PlanError, Scene
from agents.workflows.calls import is_settled
from policies.change import ChangeSet
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison, compare_candidates

_NONE: Final = Comparison(candidates=(), seeds=(), twin_gap={}, window=None)


def check_call(call: ToolCall, scene: Scene) -> None:
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
