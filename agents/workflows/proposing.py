"""From candidates tried in the twin to a proposal: ranked, with risks, assumptions and rollback conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from agents.heuristics.draft import Draft
from agents.heuristics.evidence_reader import warnings_of
from agents.planner import View
from agents.specialists.safety import MIN_PROBABILITY
from policies.intent import Intent
from policies.materiality import is_worse, materiality
from policies.proposal import Candidate, Proposal
from policies.slices import Slice
from policies.text.times import span_text
from tools.ran.candidate_tools import Comparison

VALID_FOR = timedelta(minutes=30)


def world_notes(comparison: Comparison) -> list[str]:
    """Return the time that the twin showed, and the use of each planned event."""
    part = comparison.part
    shown = [f"the twin shows {span_text(part.start, part.end)}, the busiest part of the time in question"] if part else []
    return [*shown, *(event.describe() for event in comparison.events)]


def rollback_conditions(intent: Intent) -> tuple[str, ...]:
    """Return when the change must be rolled back: a broken bound, or a degradation of another service KPI."""
    broken = [
        f"{target.kpi}{_of(place.slice)} breaks {target.condition.symbol} {target.value:g} {target.unit}"
        " in two consecutive windows"
        for place, target in (*intent.bounds(), *intent.lasting())
    ]
    guards = [
        f"{kpi} rises by more than {materiality(kpi).relative:.0%} over its value before the change, and by more than"
        f" {materiality(kpi).absolute:g} percentage points"
        for kpi in ("DRB.PacketLossRateDl", "MM.RlfRate", "RRC.ConnEstabFailRate")
        if not any(target.kpi == kpi for _, target in intent.bounds())
    ]
    return (*broken, *guards)


def with_context(candidate: Candidate, drafts: Iterable[Draft], intent: Intent) -> Candidate:
    """Return the candidate with the risks of its draft and of its prediction, and with rollback conditions."""
    source = next((draft for draft in drafts if draft.name == candidate.name.removesuffix(", refined")), None)
    risks = [
        *(source.risks if source else ()),
        *_uncertain_bounds(candidate),
        *indistinguishable(candidate),
        *_side_effects(candidate),
        *candidate.risks,
    ]
    conditions = () if candidate.change_set.is_empty else rollback_conditions(intent)
    return candidate.model_copy(
        update={
            "risks": tuple(dict.fromkeys(risks)),
            "rollback_conditions": conditions,
            "rationale": candidate.rationale or (source.rationale if source else ""),
        }
    )


def propose(view: View, intent: Intent, ranked: Sequence[Candidate], seeds: Sequence[int], notes: Iterable[str] = ()) -> Proposal:
    """Return the proposal of the `ranked` candidates; the gate judges the first one.

    It is valid for half an hour, counted from the start of the intent's time window if that is still to come.
    """
    begins = max(view.card.now, intent.window.start) if intent.window else view.card.now
    assumptions = (*intent.assumptions, *notes, *warnings_of(view.observations))
    return Proposal(
        intent=intent,
        candidates=tuple(ranked),
        assumptions=tuple(dict.fromkeys(assumptions)),
        made_at=view.card.now,
        expires_at=begins + VALID_FOR,
        seeds=tuple(seeds),
    )


def describe_outlook(candidate: Candidate) -> str:
    """Return a line with the candidate's name and the predicted value of each target."""
    parts = [
        f"{outlook.target.describe()}{_of(outlook.slice)}: {outlook.predicted:.3g} {outlook.target.definition.unit}"
        for outlook in candidate.outlook
    ]
    return f"{candidate.name}: " + ("; ".join(parts) or "no prediction")


def _of(slice_: Slice | None) -> str:
    return f" of {slice_.value}" if slice_ else ""


def _uncertain_bounds(candidate: Candidate) -> list[str]:
    return [
        f"{outlook.target.describe()}{_of(outlook.slice)} is met with a probability of only {outlook.probability:.2f}"
        for outlook in candidate.bounded
        if outlook.probability < MIN_PROBABILITY
    ]


def indistinguishable(candidate: Candidate) -> list[str]:
    """Return the objectives whose difference to no change is within its confidence interval over the seeds."""
    if candidate.change_set.is_empty:
        return []
    return [
        f"{outlook.target.describe()}{_of(outlook.slice)} is not distinguishable from no change (difference"
        f" {outlook.effect.low:.3g} to {outlook.effect.high:.3g} {outlook.target.definition.unit})"
        for outlook in candidate.outlook
        if outlook.target.condition.is_objective and outlook.effect is not None and outlook.is_like_no_change
    ]


def _side_effects(candidate: Candidate) -> list[str]:
    """Return the KPIs that get materially worse than without a change, beyond the confidence interval."""
    if candidate.change_set.is_empty:
        return []
    return [
        f"{kpi.kpi}{_of(kpi.slice)} degrades: {kpi.no_change:.3g} → {kpi.mean:.3g} {kpi.unit}"
        for kpi in candidate.predictions
        if kpi.no_change is not None and not kpi.interval.contains(kpi.no_change) and is_worse(kpi.kpi, kpi.mean, kpi.no_change)
    ]
