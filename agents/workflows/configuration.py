"""From an intent to a proposal: gather evidence, draft, screen in the twin, refine, compare with more seeds, propose.

The stage is derived from the observations in the view, so an interrupted run continues where it stopped. An objection by the gate
or a human excludes change sets and attributes; then the next candidate is proposed, or new drafts are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.heuristics.draft import Draft, Knob
from agents.heuristics.drafting import draft_candidates
from agents.heuristics.evidence_reader import answer_to
from agents.heuristics.situation import Situation
from agents.planner import Decision, Escalate, Finish, Propose, View
from agents.specialists.safety import MIN_PROBABILITY, SLA, review
from agents.specialists.team import specialists_for
from agents.specialists.withheld import withheld
from agents.understanding.result import Understood
from agents.workflows.calls import call, failure_of, is_offered, pending
from agents.workflows.direct_edits import AS_ASKED, InvalidEditError, direct_draft, scaled_variants
from agents.workflows.gathering import constraint_calls, crowd_question, evidence_calls, required
from agents.workflows.handover_activity import CHECK_EVENT, inactive_cells, inactive_reason
from agents.workflows.objections import Objections, objections_of
from agents.workflows.pressure import reason_for_no_change
from agents.workflows.proposing import describe_outlook, indistinguishable, propose, with_context, world_notes
from agents.workflows.requested_change import refusal_of_request
from policies.change import ChangeSet
from policies.proposal import Candidate
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison, compare_candidates, refine_candidate


@dataclass(frozen=True)
class Effort:
    """The twin time that a run may use.

    Seeds of the screening and of the full comparison, trials of the refinement, candidates in the full comparison; slots of each
    simulated link; seeds of a supposition, which compares one candidate, so that its intervals may be narrower.
    """

    screen_seeds: int = 1
    full_seeds: int = 3
    trials: int = 8
    finalists: int = 3
    link_slots: int = 128
    supposed_seeds: int = 5


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
    if _tunes_handover(situation) and (inactive := inactive_cells(situation)):
        return Escalate(reason=f"cannot, because {inactive_reason(inactive)}", nearest=CHECK_EVENT)
    drafts = _drafts(situation, reading, objections)
    if isinstance(drafts, Escalate | Finish):
        return drafts
    lookups = pending(view, constraint_calls(drafts))
    return lookups or _Trial(view, situation, reading, objections, effort, drafts).next()


def _tunes_handover(situation: Situation) -> bool:
    targets = (*situation.intent.bounds(), *situation.intent.objectives())
    return bool(targets) and all(target.kpi.startswith("MM.") for _, target in targets)


def _drafts(situation: Situation, reading: Understood, objections: Objections) -> list[Draft] | Escalate | Finish:
    if reading.direct:
        try:
            requested = direct_draft(reading.direct, situation)
        except InvalidEditError as error:
            return Escalate(reason=f"cannot, because {error}", nearest=error.nearest)
        if not requested.edits:
            return Finish(summary="no change: the network already has all requested values")
        return [requested, *scaled_variants(requested, situation)]
    groups = [group for specialist in specialists_for(situation.intent) for group in specialist.draft_groups(situation)]
    drafts = groups[0] if reading.workflow == "scheduler-adaptation" and groups and len(groups[0]) > 2 else []
    drafts = drafts or draft_candidates(situation, groups)
    remaining = [draft for draft in drafts if draft.digest not in objections.digests]
    if drafts and not remaining:
        held = "".join(f"; {note}" for note in withheld(situation))
        return Escalate(
            reason=f"cannot, because every candidate for {_targets(situation)} was refused{_under(objections)}{held}",
            nearest="leave the network unchanged",
        )
    return remaining


def _targets(situation: Situation) -> str:
    return ", ".join(target.describe() for expectation in situation.intent.expectations for target in expectation.targets)


def _under(objections: Objections) -> str:
    return f", given the objections ({'; '.join(objections.messages)})" if objections.messages else ""


@dataclass(frozen=True)
class _Trial:
    """The twin's part of a plan: what was tried so far, and the next step."""

    view: View
    situation: Situation
    reading: Understood
    objections: Objections
    effort: Effort
    drafts: list[Draft]

    def next(self) -> Decision:
        screen = self._compare(self.drafts, self.effort.screen_seeds, "screen")
        needs_screening = len(self.drafts) > self.effort.finalists
        if needs_screening and (decision := self._until_answered(screen)):
            return decision
        finalists = self._best_of(screen) if needs_screening else self.drafts
        refinement = self._refinement(finalists)
        if refinement is not None and (decision := pending(self.view, [refinement])):
            return decision
        final = self._compare([*finalists, *self._refined(refinement)], self.effort.full_seeds, "full")
        return self._until_answered(final) or self._conclude(final)

    def _until_answered(self, comparison: ToolCall) -> Decision | None:
        return pending(self.view, [comparison]) or failure_of(self.view, [comparison])

    def _compare(self, drafts: Sequence[Draft], seeds: int, depth: str) -> ToolCall:
        reason = "screen the candidates in the twin" if depth == "screen" else "compare the finalists with confidence intervals"
        return call(
            "compare_candidates",
            reason,
            intent=self.situation.intent.model_dump(mode="json"),
            candidates=[draft.for_tool() for draft in drafts],
            seeds=seeds,
            depth=depth,
        )

    def _comparison(self, comparison: ToolCall) -> Comparison:
        """Return the twin's answer, empty if it is malformed."""
        empty = Comparison(candidates=(), seeds=(), twin_gap={}, window=None)
        return answer_to(self.view.observations, compare_candidates, comparison) or empty

    def _best_of(self, screen: ToolCall) -> list[Draft]:
        order = [candidate.change_set.digest for candidate in self._comparison(screen).candidates]
        by_digest = {draft.digest: draft for draft in self.drafts}
        ranked = [by_digest[digest] for digest in order if digest in by_digest]
        return ranked[: self.effort.finalists] or self.drafts[: self.effort.finalists]

    def _refinement(self, finalists: Sequence[Draft]) -> ToolCall | None:
        """Return the call that refines the best finalist with knobs; the operator's own edits are not refined."""
        start = next((draft for draft in finalists if draft.knobs), None)
        if start is None or self.reading.direct or not is_offered(self.view, "refine_candidate") or self.effort.trials == 0:
            return None
        knobs = [knob.model_dump(mode="json", exclude_none=True) | {"old": knob.old} for knob in start.knobs if _is_tunable(knob)]
        if not knobs:
            return None
        return call(
            "refine_candidate",
            f"search around {start.name!r}",
            intent=self.situation.intent.model_dump(mode="json"),
            start=start.for_tool(),
            knobs=knobs[:24],
            trials=self.effort.trials,
            seeds=1,
        )

    def _refined(self, refinement: ToolCall | None) -> list[Draft]:
        if refinement is None:
            return []
        refined = answer_to(self.view.observations, refine_candidate, refinement)
        start = next((draft for draft in self.drafts if draft.name == refinement.arguments["start"]["name"]), None)
        excluded = {draft.digest for draft in self.drafts} | self.objections.digests
        if refined is None or start is None or refined.best.change_set.is_empty:
            return []
        if refined.best.change_set.digest in excluded:
            return []
        return [
            Draft(
                name=f"{start.name}, refined",
                rationale=f"{start.rationale}; values tuned by search in the twin",
                edits=refined.best.change_set.edits,
                risks=start.risks,
            )
        ]

    def _conclude(self, final: ToolCall) -> Decision:
        comparison = self._comparison(final)
        evaluated = [with_context(candidate, self.drafts, self.situation.intent) for candidate in comparison.candidates]
        if self.reading.direct and (refusal := self._refusal(evaluated, comparison)):
            return refusal
        remaining = [candidate for candidate in evaluated if candidate.change_set.digest not in self.objections.digests]
        if not remaining:
            reason = "cannot, because every candidate was refused" + _under(self.objections)
            return Escalate(reason=reason, nearest="leave the network unchanged")
        ranked = self._ranked(remaining)
        best = ranked[0]
        if not best.feasible:
            return self._unreachable(best, comparison)
        if best.change_set.is_empty:
            return self._no_change(best, comparison)
        unchanged = next((candidate for candidate in evaluated if candidate.change_set.is_empty), None)
        if unchanged is not None and _is_safe(unchanged) and not self.reading.direct and _only_noise(best):
            noise = f"the best candidate, {best.name}: {'; '.join(indistinguishable(best))}"
            return self._no_change(unchanged, comparison, noise)
        notes = [
            *world_notes(comparison),
            *withheld(self.situation),
            *(f"{name} was refused by the twin: {reason}" for name, reason in comparison.refused.items()),
            *(f"objection respected: {text}" for text in self.objections.messages),
        ]
        return Propose(proposal=propose(self.view, self.situation.intent, ranked, comparison.seeds, notes))

    def _refusal(self, evaluated: Sequence[Candidate], comparison: Comparison) -> Escalate | None:
        """Return why the edits that the operator named cannot be proposed, None if they can."""
        unsafe = {candidate.change_set.digest: self._unsafe(candidate) for candidate in evaluated}
        return refusal_of_request(evaluated, comparison.refused, self.objections, self.view.feedback, unsafe)

    def _no_change(self, best: Candidate, comparison: Comparison, reason: str = "") -> Finish:
        """Finish without a change, and say for which time and with which events that holds."""
        if not reason:
            reason = "no candidate tried does better" if self.drafts else "the evidence shows no attribute that would do better"
        notes = [*withheld(self.situation), *world_notes(comparison)]
        return Finish(summary="; ".join([f"no change needed: {describe_outlook(best)}", reason, *notes]))

    def _ranked(self, candidates: list[Candidate]) -> list[Candidate]:
        """Sort best first: a feasible edit that the operator named leads; candidates that the safety review refuses are last."""
        objections = {candidate.change_set.digest: self._unsafe(candidate) for candidate in candidates}
        marked = [
            candidate.model_copy(
                update={"risks": (*candidate.risks, *objections[candidate.change_set.digest]), "rationale": self._why(candidate)}
            )
            for candidate in candidates
        ]

        def rank(candidate: Candidate) -> tuple[bool, bool, bool, float]:
            is_safe = not objections[candidate.change_set.digest]
            is_requested = bool(self.reading.direct) and candidate.name == AS_ASKED and candidate.feasible
            return is_safe, is_requested, candidate.feasible, candidate.score

        return sorted(marked, key=rank, reverse=True)

    def _unsafe(self, candidate: Candidate) -> list[str]:
        """Return the objections of the safety specialist as risks, without missed bounds: these make it infeasible already."""
        findings = review(candidate, self.view.observations)
        failures = [finding for finding in findings if finding.outcome == "fail" and finding.rule != SLA]
        return [f"the safety specialist objects: {finding.message}" for finding in failures]

    def _unreachable(self, best: Candidate, comparison: Comparison) -> Escalate:
        if comparison.unmeasured:
            reason = "; ".join(f"{target} cannot be judged: {why}" for target, why in comparison.unmeasured.items())
            return Escalate(reason=f"cannot, because {reason}", nearest="bound a KPI that is reported for these cells")
        missed = "; ".join(
            f"{outlook.target.describe()} is predicted at {outlook.predicted:.3g} {outlook.target.unit}"
            for outlook in best.outlook
            if not outlook.met
        )
        held = "".join(f"; {note}" for note in withheld(self.situation))
        reason = (
            f"no candidate tried in the twin meets the bounds{_under(self.objections)}"
            if self.drafts
            else f"no attribute that was read affects the targets{_under(self.objections)}"
        )
        notes = "".join(f"; {note}" for note in world_notes(comparison))
        nearest = describe_outlook(best)
        if held:
            notes, nearest = f"{held}{notes}", f"{nearest}; or remove the restriction first"
        reaches = self._at_their_reach(ChangeSet(edits=tuple(edit for draft in self.drafts for edit in draft.edits)))
        if reaches:
            notes = f"; {'; '.join(reaches)}{notes}"
            nearest = f"{nearest}; a goal that one change cannot reach may be reached in several, each verified before the next"
        return Escalate(reason=f"cannot, because {reason}: {missed}{notes}", nearest=nearest)

    def _why(self, candidate: Candidate) -> str:
        """Return the rationale, with the step bounds at which the candidate stops."""
        reaches = self._at_their_reach(candidate.change_set)
        further = ["a further change may go on once this is verified"] if reaches else []
        return "; ".join(filter(None, [candidate.rationale, *reaches, *further]))

    def _at_their_reach(self, change_set: ChangeSet) -> list[str]:
        """Return the step bounds that keep edits from going further in one change, each once."""
        reaches = (self.situation.at_its_reach(edit) for edit in change_set.attribute_edits())
        return list(dict.fromkeys(filter(None, reaches)))


def _is_safe(unchanged: Candidate) -> bool:
    """Whether every bound is met without a change, with enough probability."""
    bounds = [outlook for outlook in unchanged.outlook if not outlook.target.condition.is_objective]
    return unchanged.feasible and all(outlook.probability >= MIN_PROBABILITY for outlook in bounds)


def _only_noise(candidate: Candidate) -> bool:
    """Whether the candidate has objectives, and none of them is distinguishable from no change."""
    objectives = [outlook for outlook in candidate.outlook if outlook.target.condition.is_objective]
    return bool(objectives) and all(outlook.is_like_no_change for outlook in objectives)


def _is_tunable(knob: Knob) -> bool:
    return bool(knob.choices) or (knob.low is not None and knob.high is not None and knob.low < knob.high)
