"""Ranking of candidates: first by violated targets, then by harm, then by the objectives, then by the number of edits.

score = - 10 · Σ shortfall - 10 · Σ harm - Σ objective / objective without a change - 0.002 · edits          (higher is better)

shortfall of a bounded target: relative distance of the predicted mean from the bound (0 if met), plus 0.2 · (0.9 - probability)
if the probability of meeting the bound is below 0.9: a bound that is only just met is not met with confidence.
harm: increase of the rates of packet loss, rejected admissions and radio link failures over no change, beyond one percentage
point, as a fraction (1 % is 0.01): a target must not be met by rejecting users. If energy or power is targeted, also the relative
increase of the whole network's energy: a saving that neighbour cells pay for is not a saving.
A maximized objective enters with the opposite sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.change import ChangeSet
from policies.intent import Condition
from policies.kpi import kpi_definition
from policies.proposal import KpiPrediction, TargetOutlook

_VIOLATION_WEIGHT = 10.0
_EDIT_WEIGHT = 0.002
_SLACK_PERCENT = 1.0
_TARGET_PROBABILITY = 0.9
_PROBABILITY_WEIGHT = 0.2


def shortfall(outlook: TargetOutlook) -> float:
    """Return the shortfall of a bounded target, relative to the bound; 0 for objectives."""
    bound = outlook.target.value
    if bound is None:
        return 0.0
    distance = 0.0 if outlook.met else abs(outlook.predicted - bound) / max(abs(bound), 1e-9)
    return distance + _PROBABILITY_WEIGHT * max(0.0, _TARGET_PROBABILITY - outlook.probability)


def harm(predictions: Sequence[KpiPrediction]) -> float:
    """Return the increase of the watched failure rates over no change, beyond the slack, as a fraction."""
    rates = [
        prediction for prediction in predictions if prediction.unit == "%" and kpi_definition(prediction.kpi).better == "lower"
    ]
    return sum(max(0.0, rate.mean - rate.no_change - _SLACK_PERCENT) / 100 for rate in rates if rate.no_change is not None)


def exported(outlooks: Sequence[TargetOutlook], predictions: Sequence[KpiPrediction]) -> float:
    """Return the relative increase of the network's energy over no change if energy or power is targeted, else 0."""
    if not any(outlook.target.definition.moves_to_neighbours for outlook in outlooks):
        return 0.0
    totals = [item for item in predictions if kpi_definition(item.kpi).moves_to_neighbours and item.no_change and not item.cells]
    return sum(max(0.0, total.mean / total.no_change - 1.0) for total in totals if total.no_change)


def score(outlooks: Sequence[TargetOutlook], predictions: Sequence[KpiPrediction], change_set: ChangeSet) -> float:
    """Return a candidate's score; higher is better."""
    violated = sum(shortfall(outlook) for outlook in outlooks) + harm(predictions) + exported(outlooks, predictions)
    objectives = 0.0
    for outlook in outlooks:
        if outlook.target.condition.is_objective:
            base = max(abs(outlook.no_change if outlook.no_change is not None else outlook.predicted), 1e-9)
            sign = 1.0 if outlook.target.condition is Condition.MINIMIZE else -1.0
            objectives += sign * outlook.predicted / base
    return -_VIOLATION_WEIGHT * violated - objectives - _EDIT_WEIGHT * len(change_set.edits)


def feasible(outlooks: Sequence[TargetOutlook]) -> bool:
    """Whether the predicted mean meets every bound."""
    return all(outlook.met for outlook in outlooks)
