"""A stand-in for the twin in drills: it draws what a comparison shows, in no time.

Drills teach to follow the evidence, whatever it is; runs on the twin teach what the evidence usually is. What is drawn belongs to
a change set and a target, so that a screening and a full comparison agree as they do in the twin: mostly. Nothing drawn is ever a
prediction for anybody: drills are kept apart from runs, and no benchmark sees them.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any, Final

from policies.change import AttributeEdit, ChangeSet
from policies.effect import Effect
from policies.evidence import Evidence, Interval
from policies.intent import ExpectationObject, ExpectationTarget, Intent
from policies.proposal import Candidate, KpiPrediction, TargetOutlook
from policies.provenance import Provenance
from policies.slices import Slice
from tools.context import ToolContext
from tools.contract import ToolError, tool
from tools.ran.candidate_tools import NO_CHANGE, CompareCandidates, Comparison, Draft, RefineCandidate, Refinement, Trial
from tools.registry import ToolRegistry, default_registry
from tools.twinning.refinement import Knob
from tools.twinning.scoring import feasible, score

_UNSAFE, _REFUSED, _LIKE = 0.06, 0.03, 0.35


class _Draws:
    """What is drawn for an intent under the seed of the context."""

    def __init__(self, context: ToolContext, intent: Intent, full: bool) -> None:
        self._seed = f"{context.seed} {context.now().isoformat()} {intent.text} {intent.expectations}"
        self._intent = intent
        self._full = full
        self._easy = Random(f"{self._seed} easy").uniform(-0.3, 0.4)

    def candidate(self, name: str, edits: Iterable[Any]) -> Candidate:
        """Return the candidate with drawn outlooks and, at times, a starved slice."""
        change_set = ChangeSet(edits=tuple(edits))
        pairs = [*self._intent.bounds(), *self._intent.objectives()]
        outlooks = [self._outlook(place, target, change_set) for place, target in pairs]
        draw = Random(f"{self._seed} {change_set.digest} harm")
        starved = not change_set.is_empty and draw.random() < _UNSAFE
        predictions = (_prediction(0.3 if starved else 1.0),)
        return Candidate(
            name=name,
            change_set=change_set,
            predictions=predictions,
            outlook=tuple(outlooks),
            score=score(outlooks, predictions, change_set),
            feasible=feasible(outlooks),
        )

    def _outlook(self, place: ExpectationObject, target: ExpectationTarget, change_set: ChangeSet) -> TargetOutlook:
        key = f"{self._seed} {place} {target.kpi}"
        scale = target.value or Random(key).uniform(1, 50)
        lower = target.definition.better == "lower"
        unchanged = scale * (1 - self._easy if lower else 1 + self._easy) * Random(key).lognormvariate(0, 0.25)
        draw, noise = Random(f"{key} {change_set.digest}"), Random(f"{key} {change_set.digest} {self._full}")
        gain = 0.0 if change_set.is_empty else draw.gauss(0.08, 0.2)
        value = max(unchanged * ((1 - gain) if lower else (1 + gain)) * noise.lognormvariate(0, 0.02), 0.0)
        wide = draw.random() < _LIKE
        half = (2.0 if wide else 0.3) * abs(value - unchanged)
        middle = value - unchanged
        met = target.is_met_by(value)
        return TargetOutlook(
            slice=place.slice,
            cells=place.cells,
            target=target,
            predicted=value,
            interval=Interval(low=0.95 * value, high=1.05 * value),
            probability=draw.choice((0.85, 0.95, 1.0) if met else (0.0, 0.1, 0.4)),
            no_change=unchanged,
            effect=Interval(low=middle - half, high=middle + half) if self._full else None,
            seeds=2 if self._full else 1,
        )

    def is_refused(self, draft: Draft) -> bool:
        """Whether the twin refuses a draft."""
        return Random(f"{self._seed} {ChangeSet(edits=draft.edits).digest} refused").random() < _REFUSED


def _prediction(factor: float) -> KpiPrediction:
    mean = 10.0 * factor
    return KpiPrediction(
        kpi="DRB.UEThpDl", unit="Mbit/s", slice=Slice.EMBB, cells=(), mean=mean, no_change=10.0, seeds=2,
        interval=Interval(low=0.9 * mean, high=1.1 * mean),
    )  # fmt: skip


def _evidence(context: ToolContext, value: Any) -> Evidence[Any]:
    source = Provenance(source="drawn for a drill", kind="computation", version="1", observed_at=context.now())
    return Evidence(summary="drawn", value=value, provenance=source)


@tool(effect=Effect.REASON, raises=(ToolError,))
def compare_candidates(context: ToolContext, request: CompareCandidates) -> Evidence[Comparison]:
    """Draw what a comparison of candidates shows."""
    draws = _Draws(context, request.intent, request.depth == "full")
    refused = {draft.name: "drawn: refused" for draft in request.candidates if draws.is_refused(draft)}
    tried = [Draft(name=NO_CHANGE), *(draft for draft in request.candidates if draft.name not in refused)]
    candidates = [draws.candidate(draft.name, draft.edits) for draft in tried]
    candidates.sort(key=lambda candidate: (candidate.feasible, candidate.score), reverse=True)
    value = Comparison(candidates=tuple(candidates), seeds=(1, 2), twin_gap={}, window=request.intent.window, refused=refused)
    return _evidence(context, value)


@tool(effect=Effect.REASON, raises=(ToolError,))
def refine_candidate(context: ToolContext, request: RefineCandidate) -> Evidence[Refinement]:
    """Draw what a refinement finds: the start, or another setting of one of its knobs."""
    draws = _Draws(context, request.intent, full=False)
    start = draws.candidate(request.start.name, request.start.edits)
    draw = Random(f"{start.change_set.digest} refinement")
    moved = _moved(start.change_set, request.knobs, draw) if draw.random() < 0.6 else start.change_set
    best = draws.candidate(f"{request.start.name}, refined", moved.edits) if moved.digest != start.change_set.digest else start
    trial = Trial(edits=best.change_set.edits, score=best.score, feasible=best.feasible)
    return _evidence(context, Refinement(best=best, trials=(trial,)))


def _moved(start: ChangeSet, knobs: Iterable[Knob], draw: Random) -> ChangeSet:
    knob = draw.choice(list(knobs))
    values = knob.choices or (knob.low, knob.high)
    new = draw.choice([value for value in values if value is not None])
    edits = [
        edit
        for edit in start.edits
        if not isinstance(edit, AttributeEdit) or (edit.dn, edit.attribute) != (knob.dn, knob.attribute)
    ]
    if new != knob.old:
        edits.append(AttributeEdit(dn=knob.dn, attribute=knob.attribute, old=knob.old, new=new))
    return ChangeSet(edits=tuple(edits))


_DRAWN: Final = (compare_candidates, refine_candidate)


def drill_registry() -> ToolRegistry:
    """Return the tools with the stand-in in the place of the twin."""
    names = {one.name: one for one in _DRAWN}
    return ToolRegistry(names.get(one.name, one) for one in default_registry())
