"""Step `validate`: replaces the proposal's own numbers with the twin's prediction for the proposed change set.

A planner's numbers are not trusted: the gate judges the candidate that `compare_candidates` returned in this run for this intent
and exactly these edits. If there is none (a human edited the change set, or the planner made it up), it is tried now.
"""

from __future__ import annotations

from agents.heuristics.evidence_reader import answer_to, answers_of
from harness.engine.desk import Desk
from harness.engine.nodes.acting import observe
from harness.engine.nodes.fixing_time import fix_timetable
from harness.engine.state import RunState, current_observations, ended
from harness.records.tried import Tried
from policies.change import ChangeSet
from policies.intent import Intent
from policies.proposal import Proposal
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison, compare_candidates


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
        desk.artifacts.save(name, _from_evidence(desk, state, intent, change_set) or try_now(desk, state, intent, change_set))
    return RunState(next="judge", candidate=name, digest=change_set.digest, timetable=fix_timetable(desk, state, name))


def _no_change(proposal: Proposal) -> RunState:
    best = proposal.best
    if best.feasible:
        return ended("no change needed", best.rationale or "the targets are met without a change")
    missed = [outlook for outlook in best.bounded if not outlook.met]
    nearest = "; ".join(f"{outlook.target.describe()}: {outlook.predicted:.4g}" for outlook in missed)
    return ended("cannot", f"no candidate is better than no change; it misses {nearest}", nearest=nearest)


def _from_evidence(desk: Desk, state: RunState, intent: Intent, change_set: ChangeSet) -> Tried | None:
    newest_first = (desk.artifacts.load(name, Observation) for name in reversed(current_observations(state)))
    for request, comparison in answers_of(newest_first, compare_candidates):
        if (request.intent.expectations, request.intent.contexts) == (intent.expectations, intent.contexts):
            tried = _tried(comparison, change_set)
            if tried.candidate is not None:
                return tried
    return None


def try_now(desk: Desk, state: RunState, intent: Intent, change_set: ChangeSet) -> Tried:
    """Try the change set in the twin of this moment."""
    draft = {"name": "as proposed", "rationale": "", "edits": change_set.model_dump(mode="json")["edits"]}
    call = ToolCall(
        tool=compare_candidates.name,
        arguments={"intent": intent.model_dump(mode="json"), "candidates": [draft]},
        reason="this change set has not been tried in the twin of this moment",
    )
    observation = observe(desk, call, state["calls"])
    comparison = answer_to((observation,), compare_candidates, call)
    if comparison is None:
        message = observation.error or f"the evidence of {compare_candidates.name} is malformed"
        return Tried(change_set=change_set, candidate=None, objection=message)
    return _tried(comparison, change_set)


def _tried(comparison: Comparison, change_set: ChangeSet) -> Tried:
    candidate = next((item for item in comparison.candidates if item.change_set.digest == change_set.digest), None)
    refused = "; ".join(f"{name}: {reason}" for name, reason in comparison.refused.items())
    return Tried(
        change_set=change_set,
        candidate=candidate,
        candidates=comparison.candidates,
        twin_gap=comparison.twin_gap,
        objection="" if candidate else refused or "the twin returned no prediction for it",
        part=comparison.part,
    )
