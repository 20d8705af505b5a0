"""From an intent to a proposal: gather evidence, draft, screen in the twin, refine, compare with more seeds, propose.

The stage is derived from the observations in the view, so an interrupted run continues where it stopped. An objection by the gate
or a human excludes change sets and attributes; then the next candidate is proposed, or new drafts are made.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.heuristics.draft import Draft
from agents.heuristics.drafting import draft_candidates
from agents.heuristics.situation import Situation
from agents.planner import Decision, Escalate, Finish, View
from agents.specialists.team import offers
from agents.specialists.withheld import withheld
from agents.understanding.result import Understood
from agents.workflows.calls import failure_of, is_offered, pending
from agents.workflows.direct_edits import InvalidEditError, direct_draft, scaled_variants
from agents.workflows.gathering import constraint_calls, crowd_question, evidence_calls, required
from agents.workflows.handover_activity import CHECK_EVENT, inactive_cells, inactive_reason
from agents.workflows.objections import Objections, objections_of
from agents.workflows.pressure import reason_for_no_change
from agents.workflows.trials.trying import Effort, Trial, under
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import refine_candidate


def plan_change(view: View, situation: Situation, reading: Understood, effort: Effort) -> Decision:
    """Return the next decision on the way from intent to proposal."""
    objections = objections_of(view)
    calls = evidence_calls(situation)
    decision: Decision | None = pending(view, calls) or failure_of(view, required(calls))
    if decision is not None:
        return decision
    if question := crowd_question(view, situation):
        return question
    if reading.workflow == "scheduler-adaptation" and not objections.messages and (reason := reason_for_no_change(situation)):
        return Finish(summary=f"no change: {reason}")
    if tunes_handover(situation) and (inactive := inactive_cells(situation)):
        return Escalate(reason=f"cannot, because {inactive_reason(inactive)}", nearest=CHECK_EVENT)
    drafts = drafts_for(situation, reading, objections)
    if isinstance(drafts, Escalate | Finish):
        return drafts
    lookups = pending(view, constraint_calls(drafts))
    return lookups or _next(Trial(view, situation, reading, objections, effort, drafts))


def tunes_handover(situation: Situation) -> bool:
    """Whether the intent is about handovers alone."""
    targets = (*situation.intent.bounds(), *situation.intent.objectives())
    return bool(targets) and all(target.kpi.startswith("MM.") for _, target in targets)


def drafts_for(situation: Situation, reading: Understood, objections: Objections) -> list[Draft] | Escalate | Finish:
    """Return the specialists' drafts, or those of the edits that the operator named; else why there are none."""
    if reading.direct:
        try:
            requested = direct_draft(reading.direct, situation)
        except InvalidEditError as error:
            return Escalate(reason=f"cannot, because {error}", nearest=error.nearest)
        if not requested.edits:
            return Finish(summary="no change: the network already has all requested values")
        return [requested, *scaled_variants(requested, situation)]
    groups = [group for offer in offers(situation) for group in offer.groups]
    drafts = list(groups[0]) if reading.workflow == "scheduler-adaptation" and groups and len(groups[0]) > 2 else []
    drafts = drafts or draft_candidates(situation, groups)
    remaining = [draft for draft in drafts if draft.digest not in objections.digests]
    if drafts and not remaining:
        held = "".join(f"; {note}" for note in withheld(situation))
        return Escalate(
            reason=f"cannot, because every candidate for {_targets(situation)} was refused{under(objections)}{held}",
            nearest="leave the network unchanged",
        )
    return remaining


def _targets(situation: Situation) -> str:
    return ", ".join(target.describe() for expectation in situation.intent.expectations for target in expectation.targets)


def _next(trial: Trial) -> Decision:
    """Return the next step in the twin: screen, refine the best, compare with more seeds, conclude."""
    drafts, view = trial.drafts, trial.view
    screen = trial.comparison_of(drafts, "screen")
    needs_screening = len(drafts) > trial.effort.finalists
    if needs_screening and (decision := _until_answered(view, screen)):
        return decision
    finalists = _best_of(trial, screen) if needs_screening else drafts
    refinement = _refinement(trial, finalists)
    if refinement is not None and (decision := pending(view, [refinement])):
        return decision
    refined = None if refinement is None else trial.refined(refinement)
    final = trial.comparison_of([*finalists, *([refined] if refined else [])], "full")
    return _until_answered(view, final) or trial.conclude(trial.answer_of(final))


def _until_answered(view: View, comparison: ToolCall) -> Decision | None:
    return pending(view, [comparison]) or failure_of(view, [comparison])


def _best_of(trial: Trial, screen: ToolCall) -> Sequence[Draft]:
    order = [candidate.change_set.digest for candidate in trial.answer_of(screen).candidates]
    by_digest = {draft.digest: draft for draft in trial.drafts}
    ranked = [by_digest[digest] for digest in order if digest in by_digest]
    return ranked[: trial.effort.finalists] or trial.drafts[: trial.effort.finalists]


def _refinement(trial: Trial, finalists: Sequence[Draft]) -> ToolCall | None:
    """Return the call that refines the best finalist with knobs."""
    start = next((draft for draft in finalists if draft.knobs), None)
    return None if start is None or not is_offered(trial.view, refine_candidate.name) else trial.refinement_of(start)
