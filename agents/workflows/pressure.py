"""Whether an intent's bounds are under lasting pressure."""

from __future__ import annotations

from agents.heuristics.evidence_reader import values_of
from agents.heuristics.situation import Situation
from policies.intent import ExpectationTarget
from policies.slices import Slice
from tools.ran.degradation_tool import detect_degradation
from tools.twinning.world import NO_TIME_GIVEN

_MAX_GROWTH = 1.2


def reason_for_no_change(situation: Situation) -> str:
    """Return why no change is needed, empty if one may be needed.

    None is needed if every bound holds in the newest window, no bounded KPI degrades and no growth of users is expected. That
    cannot be concluded from measurements if the intent's time goes beyond the coming hour or a planned event begins in it.
    """
    world, now = situation.world, situation.card.now
    if world.window.end > now + NO_TIME_GIVEN or any(event.included and event.start > now for event in world.events):
        return ""
    reasons = [_reason(situation, target, place.slice) for place, target in situation.intent.bounds()]
    if not reasons or not all(reasons):
        return ""
    if any(growth > _MAX_GROWTH for growth in situation.growth.values()) or _is_degrading(situation):
        return ""
    return "; ".join(reasons)


def _reason(situation: Situation, target: ExpectationTarget, slice_: Slice | None) -> str:
    newest = _values(situation.newest, target.kpi, slice_)
    if not newest or not all(map(target.is_met_by, newest)):
        return ""
    worst = max(newest) if target.condition.is_upper_bound else min(newest)
    means = _values(situation.means, target.kpi, slice_)
    past = "there is no lasting pressure" if all(map(target.is_met_by, means)) else "the congestion was transient"
    return f"{target.describe()} holds in every cell in the newest window (worst {worst:.3g} {target.unit}); {past}"


def _values(series: dict[tuple[str, str, Slice | None], float], kpi: str, slice_: Slice | None) -> list[float]:
    """Return the values of the KPI and slice, one per cell."""
    return [value for (name, _, owner), value in series.items() if name == kpi and owner == slice_]


def _is_degrading(situation: Situation) -> bool:
    bounded = {target.kpi for _, target in situation.intent.bounds()}
    answers = values_of(situation.observations, detect_degradation)
    return any(finding.kpi in bounded for answer in answers for finding in answer.findings)
