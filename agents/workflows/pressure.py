"""Whether an intent's bounds are under lasting pressure."""

from __future__ import annotations

from agents.heuristics.evidence_reader import values_of
from agents.heuristics.situation import Series, Situation
from policies.assessment import combine
from policies.intent import ExpectationObject, ExpectationTarget
from tools.ran.degradation_tool import detect_degradation
from tools.twinning.world import NO_TIME_GIVEN

MAX_GROWTH = 1.2


def reason_for_no_change(situation: Situation) -> str:
    """Return why no change is needed, empty if one may be needed.

    None is needed if every bound holds in the newest window, no bounded KPI degrades and no growth of users is expected. That
    cannot be concluded from measurements if the intent's time goes beyond the coming hour or a planned event begins in it.
    """
    world, now = situation.world, situation.card.now
    if world.window.end > now + NO_TIME_GIVEN or any(event.included and event.start > now for event in world.events):
        return ""
    reasons = [_reason(situation, target, place) for place, target in situation.intent.bounds()]
    if not reasons or not all(reasons):
        return ""
    if any(growth > MAX_GROWTH for growth in situation.growth.values()) or is_degrading(situation):
        return ""
    return "; ".join(reasons)


def _reason(situation: Situation, target: ExpectationTarget, place: ExpectationObject) -> str:
    newest = value_of(situation, situation.newest, target, place)
    if newest is None or not target.is_met_by(newest):
        return ""
    mean = value_of(situation, situation.means, target, place)
    past = "there is no lasting pressure" if mean is None or target.is_met_by(mean) else "the congestion was transient"
    if target.definition.across_cells == "sum":
        return f"{target.describe()} holds in the newest window ({newest:.3g} {target.unit} in total); {past}"
    return f"{target.describe()} holds in every cell in the newest window (worst {newest:.3g} {target.unit}); {past}"


def value_of(situation: Situation, series: Series, target: ExpectationTarget, place: ExpectationObject) -> float | None:
    """Return the target's value over the place's cells, None without a measurement, or if a part of a sum is missing."""
    cells = [cell.id for cell in situation.card.cells if not place.cells or cell.dn in place.cells or cell.id in place.cells]
    keys = [(target.kpi, cell, place.slice) for cell in cells]
    values = [series[key] for key in keys if key in series]
    if not values or (target.definition.across_cells == "sum" and len(values) < len(cells)):
        return None
    return combine(values, target)


def is_degrading(situation: Situation) -> bool:
    """Whether a bounded KPI was found to degrade."""
    bounded = {target.kpi for _, target in situation.intent.bounds()}
    answers = values_of(situation.observations, detect_degradation)
    return any(finding.kpi in bounded for answer in answers for finding in answer.findings)
