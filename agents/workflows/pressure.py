"""Whether an intent's bounds are under lasting pressure, and where the forecast underestimates it."""

from __future__ import annotations

from agents.heuristics.evidence_reader import values_of
from agents.heuristics.situation import Situation
from policies.intent import ExpectationTarget
from policies.slices import Slice
from tools.ran.degradation_tool import detect_degradation

_MAX_GROWTH = 1.2


def reason_for_no_change(situation: Situation) -> str:
    """Return why no change is needed, empty if one may be needed.

    None is needed if every bound holds in the newest window, no bounded KPI degrades and no growth of users is expected; for an
    intent with a future window this cannot be concluded.
    """
    window = situation.intent.window
    if window is not None and window.start > situation.card.now:
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


def crowd_notes(situation: Situation) -> list[str]:
    """Return a note if the forecast lacks the crowd of a planned event in the intent's cells, else nothing."""
    inside = {cell.id for cell in situation.cells}
    factors = {cell: factor for cell, factor in situation.crowd_factors.items() if cell in inside}
    if not factors:
        return []
    cells, factor = ", ".join(sorted(factors)), max(factors.values())
    return [f"the forecast lacks the crowd of a planned event in {cells}: edits are sized for {factor:.3g} times its users"]
