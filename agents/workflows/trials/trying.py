"""Candidates in the twin: how drafts are tried and refined there, and what follows from what the twin shows.

What is tried when is the planner's; every conclusion that is drawn here rests on a comparison that was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.heuristics.draft import Draft, Knob
from agents.heuristics.evidence_reader import answer_to
from agents.heuristics.situation import Situation
from agents.planner import Decision, Escalate, Finish, Propose, View
from agents.specialists.safety import MIN_PROBABILITY, SLA, review
from agents.specialists.withheld import withheld
from agents.understanding.result import Understood
from agents.workflows.calls import call
from agents.workflows.direct_edits import AS_ASKED
from agents.workflows.objections import Objections
from agents.workflows.proposing import describe_outlook, indistinguishable, propose, with_context, world_notes
from agents.workflows.requested_change import refusal_of_request
from policies.change import ChangeSet
from policies.proposal import Candidate
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison, compare_candidates, refine_candidate

_MOST_KNOBS = 24


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


@dataclass(frozen=True)
class Trial:
    """The twin's part of a plan: the drafts, how they are tried, and the decisions that the results allow."""

    view: View
    situation: Situation
    reading: Understood
    objections: Objections
    effort: Effort
    drafts: Sequence[Draft]

    def comparison_of(self, drafts: Sequence[Draft], depth: str) -> ToolCall:
        """Return the call that tries drafts, by screening ("screen") or with confidence intervals ("full")."""
        is_screen = depth == "screen"
        return call(
            compare_candidates.name,
            "screen the candidates in the twin" if is_screen else "compare the finalists with confidence intervals",
            intent=self.situation.intent.model_dump(mode="json"),
            candidates=[draft.for_tool() for draft in drafts],
            seeds=self.effort.screen_seeds if is_screen else self.effort.full_seeds,
            depth=depth,
        )

    def answer_of(self, comparison: ToolCall) -> Comparison:
        """Return the twin's answer to a comparison, empty if it is malformed."""
        empty = Comparison(candidates=(), seeds=(), twin_gap={}, window=None)
        return answer_to(self.view.observations, compare_candidates, comparison) or empty

    def refinement_of(self, start: Draft) -> ToolCall | None:
        """Return the call that refines a draft, None if it may not be: it has no knobs, or the operator named the edits."""
        if self.reading.direct or self.effort.trials == 0:
            return None
        knobs = [knob.model_dump(mode="json", exclude_none=True) | {"old": knob.old} for knob in start.knobs if _is_tunable(knob)]
        if not knobs:
            return None
        return call(
            refine_candidate.name,
            f"search around {start.name!r}",
            intent=self.situation.intent.model_dump(mode="json"),
            start=start.for_tool(),
            knobs=knobs[:_MOST_KNOBS],
            trials=self.effort.trials,
            seeds=1,
        )

    def refined(self, refinement: ToolCall) -> Draft | None:
        """Return the draft that a refinement found, None if it found nothing new."""
        refined = answer_to(self.view.observations, refine_candidate, refinement)
        start = next((draft for draft in self.drafts if draft.name == refinement.arguments["start"]["name"]), None)
        excluded = {draft.digest for draft in self.drafts} | self.objections.digests
        if refined is None or start is None or refined.best.change_set.is_empty:
            return None
        if refined.best.change_set.digest in excluded:
            return None
        return Draft(
            name=f"{start.name}, refined",
            rationale=f"{start.rationale}; values tuned by search in the twin",
            edits=refined.best.change_set.edits,
            risks=start.risks,
        )

    def evaluated(self, comparison: Comparison) -> list[Candidate]:
        """Return the candidates of a comparison with risks and rollback conditions."""
        return [with_context(candidate, self.drafts, self.situation.intent) for candidate in comparison.candidates]

    def proposable(self, comparison: Comparison) -> list[Candidate]:
        """Return the candidates of a comparison that nobody refused, best first."""
        candidates = self.evaluated(comparison)
        return self.ranked([item for item in candidates if item.change_set.digest not in self.objections.digests])

    def conclude(self, comparison: Comparison) -> Decision:
        """Return the decision that follows from the last comparison."""
        if self.reading.direct and (refusal := self.refusal(comparison)):
            return refusal
        ranked = self.proposable(comparison)
        if not ranked:
            return self.all_refused()
        best = ranked[0]
        if not best.feasible:
            return self.unreachable(best, comparison)
        if best.change_set.is_empty:
            return self.no_change(best, comparison)
        unchanged = self.unchanged_instead(best, comparison)
        if unchanged is not None:
            noise = f"the best candidate, {best.name}: {'; '.join(indistinguishable(best))}"
            return self.no_change(unchanged, comparison, noise)
        return self.proposal(ranked, comparison)

    def unchanged_instead(self, best: Candidate, comparison: Comparison) -> Candidate | None:
        """Return "no change" if it is safe, and what `best` would gain is noise; else None."""
        unchanged = next((candidate for candidate in self.evaluated(comparison) if candidate.change_set.is_empty), None)
        if unchanged is None or self.reading.direct or not is_safe(unchanged) or not only_noise(best):
            return None
        return unchanged

    def proposal(self, ranked: Sequence[Candidate], comparison: Comparison) -> Propose:
        """Return the proposal of ranked candidates of a comparison."""
        notes = [
            *world_notes(comparison),
            *withheld(self.situation),
            *(f"{name} was refused by the twin: {reason}" for name, reason in comparison.refused.items()),
            *(f"objection respected: {text}" for text in self.objections.messages),
        ]
        return Propose(proposal=propose(self.view, self.situation.intent, ranked, comparison.seeds, notes))

    def all_refused(self) -> Escalate:
        """Return that every candidate was refused."""
        reason = "cannot, because every candidate was refused" + under(self.objections)
        return Escalate(reason=reason, nearest="leave the network unchanged")

    def refusal(self, comparison: Comparison) -> Escalate | None:
        """Return why the edits that the operator named cannot be proposed, None if they can."""
        evaluated = self.evaluated(comparison)
        unsafe = {candidate.change_set.digest: self.unsafe(candidate) for candidate in evaluated}
        return refusal_of_request(evaluated, comparison.refused, self.objections, self.view.feedback, unsafe)

    def no_change(self, best: Candidate, comparison: Comparison, reason: str = "") -> Finish:
        """Finish without a change, and say for which time and with which events that holds."""
        if not reason:
            reason = "no candidate tried does better" if self.drafts else "the evidence shows no attribute that would do better"
        notes = [*withheld(self.situation), *world_notes(comparison)]
        return Finish(summary="; ".join([f"no change needed: {describe_outlook(best)}", reason, *notes]))

    def ranked(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Sort best first: a feasible edit that the operator named leads; candidates that the safety review refuses are last."""
        candidates = list(candidates)
        objections = {candidate.change_set.digest: self.unsafe(candidate) for candidate in candidates}
        marked = [
            candidate.model_copy(
                update={"risks": (*candidate.risks, *objections[candidate.change_set.digest]), "rationale": self.why(candidate)}
            )
            for candidate in candidates
        ]

        def rank(candidate: Candidate) -> tuple[bool, bool, bool, float]:
            is_safe = not objections[candidate.change_set.digest]
            is_requested = bool(self.reading.direct) and candidate.name == AS_ASKED and candidate.feasible
            return is_safe, is_requested, candidate.feasible, candidate.score

        return sorted(marked, key=rank, reverse=True)

    def unsafe(self, candidate: Candidate) -> list[str]:
        """Return the objections of the safety specialist as risks, without missed bounds: these make it infeasible already."""
        findings = review(candidate, self.view.observations)
        failures = [finding for finding in findings if finding.outcome == "fail" and finding.rule != SLA]
        return [f"the safety specialist objects: {finding.message}" for finding in failures]

    def unreachable(self, best: Candidate, comparison: Comparison) -> Escalate:
        """Return that no candidate meets the bounds, by how much the best misses them, and what keeps it from going further."""
        if comparison.unmeasured:
            reason = "; ".join(f"{target} cannot be judged: {why}" for target, why in comparison.unmeasured.items())
            return Escalate(reason=f"cannot, because {reason}", nearest="bound a KPI that is reported for these cells")
        missed = best.missed or "a condition of the request cannot be predicted"
        held = "".join(f"; {note}" for note in withheld(self.situation))
        reason = (
            f"no candidate tried in the twin meets the bounds{under(self.objections)}"
            if self.drafts
            else f"no attribute that was read affects the targets{under(self.objections)}"
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

    def why(self, candidate: Candidate) -> str:
        """Return the rationale, with the step bounds at which the candidate stops."""
        reaches = self._at_their_reach(candidate.change_set)
        further = ["a further change may go on once this is verified"] if reaches else []
        return "; ".join(filter(None, [candidate.rationale, *reaches, *further]))

    def _at_their_reach(self, change_set: ChangeSet) -> list[str]:
        """Return the step bounds that keep edits from going further in one change, each once."""
        reaches = (self.situation.at_its_reach(edit) for edit in change_set.attribute_edits())
        return list(dict.fromkeys(filter(None, reaches)))


def is_safe(unchanged: Candidate) -> bool:
    """Whether every bound is met without a change, with enough probability."""
    return unchanged.feasible and all(outlook.probability >= MIN_PROBABILITY for outlook in unchanged.bounded)


def only_noise(candidate: Candidate) -> bool:
    """Whether the candidate has objectives, and none of them is distinguishable from no change."""
    objectives = [outlook for outlook in candidate.outlook if outlook.target.condition.is_objective]
    return bool(objectives) and all(outlook.is_like_no_change for outlook in objectives)


def _is_tunable(knob: Knob) -> bool:
    return bool(knob.choices) or (knob.low is not None and knob.high is not None and knob.low < knob.high)


def under(objections: Objections) -> str:
    """Return the objections in brackets, empty without any."""
    return f", given the objections ({'; '.join(objections.messages)})" if objections.messages else ""
