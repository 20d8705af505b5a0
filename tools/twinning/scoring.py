"""How candidates are ordered: first what is violated, then who is harmed, then the objectives, then the smaller change.

score = - 10 · Σ shortfall - 10 · Σ harm - Σ objective / objective without a change - 0.002 · edits          (higher is better)

shortfall of a bounded target: relative distance of the predicted mean from the bound (0 where met), plus 0.2 · (0.9 -
probability) where the probability of meeting it is below 0.9: a bound that is met only just is not met.
harm: what the rates of loss, rejected admissions and radio link failures grow by against no change, beyond one percentage
point, as a fraction (1 % is 0.01): a target that is met by turning users away is not met for them.
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
_WANTED_PROBABILITY = 0.9
_DOUBT_WEIGHT = 0.2


def shortfall(outlook: TargetOutlook) -> float:
    """Return how far a bounded target is from being met with confidence, relative to the bound; 0 for objectives."""
    bound = outlook.target.value
    if bound is None:
        return 0.0
    distance = 0.0 if outlook.met else abs(outlook.predicted - bound) / max(abs(bound), 1e-9)
    return distance + _DOUBT_WEIGHT * max(0.0, _WANTED_PROBABILITY - outlook.probability)


def harm(predictions: Sequence[KpiPrediction]) -> float:
    """Return by how much the watched failure rates grow against no change, beyond the slack, as a fraction."""
    rates = [one for one in predictions if one.unit == "%" and kpi_definition(one.kpi).better == "lower"]
    return sum(max(0.0, one.mean - one.no_change - _SLACK_PERCENT) / 100 for one in rates if one.no_change is not None)


def score(outlooks: Sequence[TargetOutlook], predictions: Sequence[KpiPrediction], change_set: ChangeSet) -> float:
    """Return a candidate's score; higher is better."""
    violated = sum(shortfall(one) for one in outlooks) + harm(predictions)
    objectives = 0.0
    for one in outlooks:
        if one.target.condition.is_objective:
            base = max(abs(one.no_change if one.no_change is not None else one.predicted), 1e-9)
            sign = 1.0 if one.target.condition is Condition.MINIMIZE else -1.0
            objectives += sign * one.predicted / base
    return -_VIOLATION_WEIGHT * violated - objectives - _EDIT_WEIGHT * len(change_set.edits)


def feasible(outlooks: Sequence[TargetOutlook]) -> bool:
    """Whether every bound is met by the predicted mean."""
    return all(one.met for one in outlooks)
