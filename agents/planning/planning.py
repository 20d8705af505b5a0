"""From the names of a plan to a decision that has passed its checks, and back for those that are learned from."""

from __future__ import annotations

from collections.abc import Iterator

from agents.planner import CallTools, Decision, Propose
from agents.planning.call_check import check_call
from agents.planning.concluding import conclusion_of
from agents.planning.plan_names import CALLS, CONCLUSIONS, END, OTHER
from agents.planning.scene import Names, PlanError, Scene
from agents.planning.transcript import names_of_call


def decision_of(names: Names, scene: Scene) -> Decision:
    """Return the decision that the names stand for; raises PlanError if it fails a check."""
    if not names:
        raise PlanError("nothing is left that could be planned")
    if names[0] in CONCLUSIONS:
        return conclusion_of(names, scene)
    if names[0] not in CALLS:
        raise PlanError(f"{names[0]} decides nothing")
    call = scene.call_of([name for name in names if name != END])
    check_call(call, scene)
    return CallTools(calls=(call,))


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
        # What specialists said for a decision is no part of what is decided.
        return conclusion_of(names, scene) == decision.model_copy(update={"messages": ()})
    except PlanError:
        return False
