"""Sixth rule, the twin's word: each bounded target is met with the wanted probability, and nothing is worse than doing nothing.

A twin gap is shown, not hidden: where a KPI's measured gap is above 30 %, a human is told how little the prediction is worth.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.materiality import is_worse
from policies.proposal import Candidate, KpiPrediction, TargetOutlook
from policies.verdict import Reason, failed, passed, warned

NAME = "predicted SLA"
_SOURCE = "twin prediction, same seeds for every candidate"
_LARGE_GAP = 0.3


def judge(case: Case) -> Iterator[Reason]:
    """Yield a finding per bounded target, and a warning per KPI that gets worse."""
    if case.candidate is None or (case.intent.bounds() and not case.candidate.outlook):
        yield failed(NAME, "this change set was not tried in the twin", _SOURCE, "compare it in the twin first")
        return
    bounded = [one for one in case.candidate.outlook if not one.target.condition.is_objective]
    for outlook in bounded:
        yield _target(outlook, case.settings.min_probability)
    missing = len(case.intent.bounds()) - len(bounded)
    if missing > 0:
        yield failed(NAME, f"{missing} target(s) have no prediction", _SOURCE, "compare it in the twin over all targets")
    yield from _side_effects(case.candidate)


def _target(outlook: TargetOutlook, wanted: float) -> Reason:
    name = f"{outlook.target.describe()}{f' [{outlook.slice.value}]' if outlook.slice else ''}"
    seen = f"{name}: predicted {outlook.predicted:.4g} ({outlook.interval.low:.4g}..{outlook.interval.high:.4g})"
    seen += f", met with probability {outlook.probability:.2f}"
    if outlook.met and outlook.probability >= wanted:
        return passed(NAME, seen, _SOURCE)
    unchanged = outlook.no_change
    if unchanged is not None and outlook.target.is_met_by(unchanged) and not outlook.met:
        return failed(NAME, f"{seen}; without a change it is met ({unchanged:.4g})", _SOURCE, "leave out what breaks it")
    return failed(NAME, f"{seen}, wanted {wanted:.2f}", _SOURCE, "find a candidate with more margin, or relax the bound")


def _side_effects(candidate: Candidate) -> Iterator[Reason]:
    for one in candidate.predictions:
        if one.no_change is not None and is_worse(one.kpi, one.mean, one.no_change):
            message = f"{_name(one)}: {one.no_change:.4g} without the change, {one.mean:.4g} {one.unit} with it"
            yield warned(NAME, message, _SOURCE, "approve only if this side effect is acceptable")
        if one.twin_gap is not None and one.twin_gap > _LARGE_GAP:
            message = f"{_name(one)}: the twin is off by {one.twin_gap:.0%} on this KPI"
            yield warned(NAME, message, "measured twin gap", "trust the verification more than the prediction")


def _name(one: KpiPrediction) -> str:
    return f"{one.kpi}{f' [{one.slice.value}]' if one.slice else ''}"
