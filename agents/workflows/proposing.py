"""From judged candidates to a proposal: ranked, with risks, assumptions and the conditions on which the change is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from agents.heuristics.draft import Draft
from agents.heuristics.evidence_reader import warnings_of
from agents.planner import View
from policies.intent import Intent
from policies.materiality import is_worse, materiality
from policies.proposal import Candidate, Proposal
from policies.slices import Slice

VALID_FOR = timedelta(minutes=30)
_SURE = 0.8


def rollback_conditions(intent: Intent) -> tuple[str, ...]:
    """Return when the change is to be taken back: a bound broken, or another KPI of service that got worse."""
    broken = [
        f"{target.kpi}{_of(place.slice)} breaks {target.condition.symbol} {target.value:g} {target.unit} in two windows running"
        for place, target in intent.bounds()
    ]
    guards = [
        f"{kpi} rises by more than {materiality(kpi).relative:.0%} over its value before the change, and by more than"
        f" {materiality(kpi).absolute:g} percentage points"
        for kpi in ("DRB.PacketLossRateDl", "MM.RlfRate", "RRC.ConnEstabFailRate")
        if not any(target.kpi == kpi for _, target in intent.bounds())
    ]
    return (*broken, *guards)


def with_context(candidate: Candidate, drafts: Iterable[Draft], intent: Intent) -> Candidate:
    """Add the risks that the heuristic knows and that the prediction shows, and the rollback conditions."""
    known = next((draft for draft in drafts if draft.name == candidate.name.removesuffix(", refined")), None)
    risks = [*(known.risks if known else ()), *_doubts(candidate), *_side_effects(candidate), *candidate.risks]
    conditions = () if candidate.change_set.is_empty else rollback_conditions(intent)
    return candidate.model_copy(
        update={
            "risks": tuple(dict.fromkeys(risks)),
            "rollback_conditions": conditions,
            "rationale": candidate.rationale or (known.rationale if known else ""),
        }
    )


def propose(view: View, intent: Intent, ranked: Sequence[Candidate], seeds: Sequence[int], notes: Iterable[str] = ()) -> Proposal:
    """Make the proposal; the first of `ranked` is what the gate judges."""
    assumptions = (*intent.assumptions, *notes, *warnings_of(view.observations))
    return Proposal(
        intent=intent,
        candidates=tuple(ranked),
        assumptions=tuple(dict.fromkeys(assumptions)),
        made_at=view.card.now,
        expires_at=view.card.now + VALID_FOR,
        seeds=tuple(seeds),
    )


def tell(candidate: Candidate) -> str:
    """Tell a candidate's outlook in one line."""
    parts = [
        f"{one.target.describe()}{_of(one.slice)}: {one.predicted:.3g} {one.target.definition.unit}" for one in candidate.outlook
    ]
    return f"{candidate.name}: " + ("; ".join(parts) or "nothing predicted")


def _of(slice_: Slice | None) -> str:
    return f" of {slice_.value}" if slice_ else ""


def _doubts(candidate: Candidate) -> list[str]:
    return [
        f"{one.target.describe()}{_of(one.slice)} is met with probability {one.probability:.2f} only"
        for one in candidate.outlook
        if not one.target.condition.is_objective and one.probability < _SURE
    ]


def _side_effects(candidate: Candidate) -> list[str]:
    told = []
    for one in candidate.predictions:
        if one.no_change is None or candidate.change_set.is_empty:
            continue
        clear = not one.interval.contains(one.no_change)
        if is_worse(one.kpi, one.mean, one.no_change) and clear:
            told.append(f"{one.kpi}{_of(one.slice)} gets worse: {one.no_change:.3g} → {one.mean:.3g} {one.unit}")
    return told
