"""Step `validate`: replaces the proposal's own numbers by the twin's prediction for the proposed change set.

A planner's numbers are not trusted: the candidate that is judged is the one that `compare_candidates` returned in this run for
this intent and exactly these edits. If there is none (a human edited it, or the planner made it up), it is tried now.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from harness.engine.desk import Desk
from harness.engine.nodes.acting import observe
from harness.engine.state import RunState, ended
from harness.records.tried import Tried
from policies.change import ChangeSet
from policies.intent import Intent
from policies.proposal import Candidate, Proposal
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall

COMPARE = "compare_candidates"


def validate(desk: Desk, state: RunState) -> RunState:
    """Find the twin's prediction for the proposed (or edited) change set; an empty change set ends the run."""
    proposal = desk.artifacts.load(state["proposal"], Proposal)
    edited = state.get("edited")
    change_set = desk.artifacts.load(edited, ChangeSet) if edited else proposal.best.change_set
    if change_set.is_empty:
        return _no_change(proposal)
    name = f"tried-{change_set.digest[:16]}-{state['rounds']}"
    if not desk.artifacts.has(name):
        intent = desk.artifacts.load(state["intent"], Intent)
        desk.artifacts.save(name, _from_evidence(desk, state, intent, change_set) or _try_now(desk, state, intent, change_set))
    return RunState(next="judge", candidate=name, digest=change_set.digest)


def _no_change(proposal: Proposal) -> RunState:
    best = proposal.best
    if best.feasible:
        return ended("no change needed", best.rationale or "the targets are met without a change")
    missed = [outlook for outlook in best.outlook if not outlook.met]
    nearest = "; ".join(f"{outlook.target.describe()}: {outlook.predicted:.4g}" for outlook in missed)
    return ended("cannot", f"no candidate is better than no change; it misses {nearest}", nearest=nearest)


def _from_evidence(desk: Desk, state: RunState, intent: Intent, change_set: ChangeSet) -> Tried | None:
    for name in reversed(state["observations"]):
        observation = desk.artifacts.load(name, Observation)
        if observation.call.tool == COMPARE and observation.evidence and _is_for(observation, intent):
            tried = _read(observation.evidence, change_set)
            if tried.candidate is not None:
                return tried
    return None


def _is_for(observation: Observation, intent: Intent) -> bool:
    try:
        return Intent.model_validate(observation.call.arguments.get("intent")).expectations == intent.expectations
    except ValidationError:
        return False


def _try_now(desk: Desk, state: RunState, intent: Intent, change_set: ChangeSet) -> Tried:
    draft = {"name": "as proposed", "rationale": "", "edits": change_set.model_dump(mode="json")["edits"]}
    call = ToolCall(
        tool=COMPARE,
        arguments={"intent": intent.model_dump(mode="json"), "candidates": [draft]},
        reason="this change set has not been tried in the twin",
    )
    observation = observe(desk, call, state["calls"])
    if observation.evidence is None:
        return Tried(change_set=change_set, candidate=None, objection=observation.error or "")
    return _read(observation.evidence, change_set)


def _read(evidence: dict[str, Any], change_set: ChangeSet) -> Tried:
    value = evidence["value"]
    candidates = tuple(Candidate.model_validate(candidate) for candidate in value["candidates"])
    candidate = next((candidate for candidate in candidates if candidate.change_set.digest == change_set.digest), None)
    refused = "; ".join(f"{name}: {why}" for name, why in value.get("refused", {}).items())
    return Tried(
        change_set=change_set,
        candidate=candidate,
        candidates=candidates,
        twin_gap=value.get("twin_gap", {}),
        objection="" if candidate else refused or "the twin returned no prediction for it",
    )
