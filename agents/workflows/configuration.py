"""From an intent to a proposal: gather evidence, draft, screen in the twin, refine, compare in full, propose.

Every stage is recognized by what the view already holds, so that a run that was interrupted goes on where it was.
A refusal by the gate or a human bars digests and attributes; the next candidate is proposed, or new drafts are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.heuristics.draft import Draft
from agents.heuristics.drafting import draft_candidates
from agents.heuristics.evidence_reader import answer_to, values_of
from agents.heuristics.situation import Situation
from agents.planner import CallTools, Decision, Escalate, Finish, Propose, View
from agents.specialists.safety import SLA, review
from agents.specialists.team import specialists_for
from agents.understanding.result import Understood
from agents.workflows.calls import ask_for, call, failure_of, offered
from agents.workflows.direct_edits import AS_ASKED, UnlawfulEditError, direct_draft, nearby
from agents.workflows.gathering import constraint_calls, evidence_calls, needed
from agents.workflows.objections import Objections, objections_of
from agents.workflows.proposing import propose, tell, with_context
from policies.intent import Condition
from policies.proposal import Candidate
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison, compare_candidates, refine_candidate
from tools.ran.degradation_tool import detect_degradation


@dataclass(frozen=True)
class Effort:
    """How much twin time a run may take.

    Seeds of screening and of the full comparison, trials, how many go to the final; slots of each link that is simulated.
    """

    screen_seeds: int = 1
    full_seeds: int = 3
    trials: int = 8
    finalists: int = 3
    link_slots: int = 128


def plan_change(view: View, situation: Situation, reading: Understood, effort: Effort) -> Decision:
    """Return the next decision on the way from intent to proposal."""
    objections = objections_of(view)
    calls = evidence_calls(situation)
    decision: Decision | None = ask_for(view, calls) or failure_of(view, needed(calls))
    if decision is not None:
        return decision
    if reading.workflow == "scheduler-adaptation" and not objections.messages and (calm := _transient(situation)):
        return Finish(summary=f"no change: {calm}")
    drafts = _drafts(situation, reading, objections)
    if isinstance(drafts, Escalate | Finish):
        return drafts
    looked_up = ask_for(view, constraint_calls(drafts))
    return looked_up or _Trial(view, situation, reading, objections, effort, drafts).next()


def _drafts(situation: Situation, reading: Understood, objections: Objections) -> list[Draft] | Escalate | Finish:
    if reading.direct:
        try:
            asked = direct_draft(reading.direct, situation)
        except UnlawfulEditError as error:
            return Escalate(reason=f"cannot, because {error}", nearest=error.nearest)
        if not asked.edits:
            return Finish(summary="no change: everything that was asked for stands so already")
        return [asked, *nearby(asked, situation)]
    groups = [group for specialist in specialists_for(situation.intent) for group in specialist.draft_groups(situation)]
    drafts = groups[0] if reading.workflow == "scheduler-adaptation" and groups and len(groups[0]) > 2 else []
    drafts = drafts or draft_candidates(situation, groups)
    fresh = [draft for draft in drafts if draft.digest not in objections.digests]
    if drafts and not fresh:
        return Escalate(
            reason=f"cannot, because every candidate for {_aims(situation)} was refused{_because(objections)}",
            nearest="what stands now",
        )
    return fresh


def _aims(situation: Situation) -> str:
    return ", ".join(target.describe() for expectation in situation.intent.expectations for target in expectation.targets)


def _because(objections: Objections) -> str:
    return f" within what was objected to ({'; '.join(objections.messages)})" if objections.messages else ""


def _transient(situation: Situation) -> str:
    """Return why nothing need be done when the newest window keeps every bound although an earlier one may not have."""
    if situation.intent.window is not None and situation.intent.window.start > situation.card.now:
        return ""
    told = []
    for place, target in situation.intent.bounds():
        values = [value for (kpi, _, one), value in situation.newest.items() if kpi == target.kpi and one == place.slice]
        if not values or not all(target.is_met_by(value) for value in values):
            return ""
        worst = max(values) if target.condition in (Condition.LESS, Condition.AT_MOST) else min(values)
        means = [value for (kpi, _, one), value in situation.means.items() if kpi == target.kpi and one == place.slice]
        was = (
            "the congestion was transient"
            if not all(target.is_met_by(value) for value in means)
            else "there is no lasting pressure"
        )
        told.append(f"{target.describe()} holds in every cell in the newest window (worst {worst:.3g} {target.unit}); {was}")
    if not told or any(growth > 1.2 for growth in situation.growth.values()) or _degrading(situation):
        return ""
    return "; ".join(told)


def _degrading(situation: Situation) -> bool:
    bounded = {target.kpi for _, target in situation.intent.bounds()}
    answers = values_of(situation.observations, detect_degradation)
    return any(finding.kpi in bounded for answer in answers for finding in answer.findings)


def _crowd(situation: Situation) -> list[str]:
    inside = {one.id for one in situation.cells}
    factors = {cell: factor for cell, factor in situation.crowd_factors.items() if cell in inside}
    if not factors:
        return []
    where = ", ".join(sorted(factors))
    most = max(factors.values())
    return [f"the forecast lacks the crowd of a planned event in {where}: edits are sized for {most:.3g} times its users"]


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
        short = len(self.drafts) <= self.effort.finalists
        if not short and (decision := self._once(screen)):
            return decision
        finalists = self.drafts if short else self._best_of(screen)
        refinement = self._refinement(finalists)
        if refinement is not None and (decision := ask_for(self.view, [refinement])):
            return decision
        final = self._compare([*finalists, *self._refined(refinement)], self.effort.full_seeds, "full")
        return self._once(final) or self._conclude(final)

    def _once(self, wanted: ToolCall) -> CallTools | Escalate | None:
        return ask_for(self.view, [wanted]) or failure_of(self.view, [wanted])

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

    def _comparison(self, wanted: ToolCall) -> Comparison:
        """Return the twin's answer, an empty one where it cannot be read."""
        empty = Comparison(candidates=(), seeds=(), twin_gap={}, window=None)
        return answer_to(self.view.observations, compare_candidates, wanted) or empty

    def _best_of(self, screen: ToolCall) -> list[Draft]:
        order = [candidate.change_set.digest for candidate in self._comparison(screen).candidates]
        by_digest = {draft.digest: draft for draft in self.drafts}
        ranked = [by_digest[digest] for digest in order if digest in by_digest]
        return ranked[: self.effort.finalists] or self.drafts[: self.effort.finalists]

    def _refinement(self, finalists: Sequence[Draft]) -> ToolCall | None:
        """Refine the best finalist that has knobs; an edit that the operator named is tried as it is."""
        start = next((draft for draft in finalists if draft.knobs), None)
        if start is None or self.reading.direct or not offered(self.view, "refine_candidate") or self.effort.trials == 0:
            return None
        knobs = [knob.model_dump(mode="json", exclude_none=True) | {"old": knob.old} for knob in start.knobs if _turnable(knob)]
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
        known = {draft.digest for draft in self.drafts} | self.objections.digests
        start = next((draft for draft in self.drafts if draft.name == refinement.arguments["start"]["name"]), None)
        return [
            Draft(
                name=f"{start.name}, refined",
                rationale=f"{start.rationale}; knobs turned by search in the twin",
                edits=candidate.change_set.edits,
                risks=start.risks,
            )
            for candidate in ([refined.best] if refined else [])
            if start is not None and candidate.change_set.digest not in known and not candidate.change_set.is_empty
        ]

    def _conclude(self, final: ToolCall) -> Decision:
        answer = self._comparison(final)
        judged = [with_context(one, self.drafts, self.situation.intent) for one in answer.candidates]
        open_ = [one for one in judged if one.change_set.digest not in self.objections.digests]
        if not open_:
            return Escalate(
                reason="cannot, because every candidate was refused" + _because(self.objections), nearest="what stands now"
            )
        ranked = self._ranked(open_)
        best = ranked[0]
        if not best.feasible:
            return self._unreachable(best)
        if best.change_set.is_empty:
            tried = "no candidate tried does better" if self.drafts else "the evidence shows no attribute that would do better"
            return Finish(summary="; ".join([f"no change needed: {tell(best)}", tried, *self._doubts()]))
        notes = [
            *_crowd(self.situation),
            *(f"{name} was refused by the twin: {reason}" for name, reason in answer.refused.items()),
            *(f"objection respected: {text}" for text in self.objections.messages),
        ]
        return Propose(proposal=propose(self.view, self.situation.intent, ranked, answer.seeds, notes))

    def _doubts(self) -> list[str]:
        """Say where "no change" rests on a forecast that lacks a crowd: the operator must know before leaving it at that."""
        return [f"but mind: {note}; the twin was run without that crowd" for note in _crowd(self.situation)[:1]]

    def _ranked(self, candidates: list[Candidate]) -> list[Candidate]:
        """Order best first: a feasible edit that the operator named leads, what the run's safety review would refuse is last."""
        objections = {candidate.change_set.digest: self._unsafe(candidate) for candidate in candidates}
        marked = [
            candidate.model_copy(update={"risks": (*candidate.risks, *objections[candidate.change_set.digest])})
            for candidate in candidates
        ]

        def rank(candidate: Candidate) -> tuple[bool, bool, bool, float]:
            is_safe = not objections[candidate.change_set.digest]
            is_asked = bool(self.reading.direct) and candidate.name == AS_ASKED and candidate.feasible
            return is_safe, is_asked, candidate.feasible, candidate.score

        return sorted(marked, key=rank, reverse=True)

    def _unsafe(self, candidate: Candidate) -> list[str]:
        """Return what the safety specialist would refuse, as risks; a missed bound is left out: it is infeasible already."""
        findings = review(candidate, self.view.observations)
        failed = [finding for finding in findings if finding.outcome == "fail" and finding.rule != SLA]
        return [f"the safety specialist objects: {finding.message}" for finding in failed]

    def _unreachable(self, best: Candidate) -> Escalate:
        missed = [one for one in best.outlook if not one.met]
        told = "; ".join(f"{one.target.describe()} is predicted at {one.predicted:.3g} {one.target.unit}" for one in missed)
        return Escalate(
            reason=f"cannot, because {self._tried()} meets the bounds{_because(self.objections)}: {told}",
            nearest=tell(best),
        )

    def _tried(self) -> str:
        if self.drafts:
            return "no candidate tried in the twin"
        return "no attribute that was read bears on the targets: nothing"


def _turnable(knob: Any) -> bool:
    return bool(knob.choices) or (knob.low is not None and knob.high is not None and knob.low < knob.high)
