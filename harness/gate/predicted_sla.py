"""Seventh rule, the twin's prediction: each bounded target is met with the required probability, and no KPI gets worse.

A KPI whose measured twin gap is above 30 % is a warning, so that a human knows how little the prediction is worth.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.intent import ExpectationObject, ExpectationTarget
from policies.materiality import is_worse
from policies.proposal import Candidate, KpiPrediction, TargetOutlook
from policies.slices import Slice
from policies.verdict import Reason, failed, passed, warned

NAME = "predicted SLA"
_SOURCE = "twin prediction, same seeds for every candidate"
_LARGE_GAP = 0.3


def judge(case: Case) -> Iterator[Reason]:
    """Yield a finding for each bounded target, and a warning for each KPI that gets worse."""
    if case.candidate is None or (case.intent.bounds() and not case.candidate.outlook):
        yield failed(NAME, "this change set was not tried in the twin", _SOURCE, "compare it in the twin first")
        return
    outlooks = {(outlook.target, outlook.slice, outlook.cells): outlook for outlook in case.candidate.outlook}
    for scope, target in case.intent.bounds():
        outlook = outlooks.get((target, scope.slice, scope.cells))
        yield _target(outlook, case.settings.min_probability) if outlook else _unpredicted(scope, target)
    effects = list(_side_effects(case.candidate))
    yield from effects
    if not case.intent.bounds():
        yield _unbounded(case.candidate, len(effects))


def _unbounded(candidate: Candidate, side_effects: int) -> Reason:
    """Return the finding for an intent without bounds: then the watched KPIs alone say whether the change does harm."""
    watched = [kpi for kpi in candidate.predictions if kpi.no_change is not None]
    if not watched:
        return warned(NAME, "the intent states no bound, and the twin predicted no KPI", _SOURCE, "approve only what you know")
    result = "see above" if side_effects else "none is predicted to get worse"
    return passed(NAME, f"the intent states no bound; of {len(watched)} watched KPIs {result}", _SOURCE)


def _unpredicted(scope: ExpectationObject, target: ExpectationTarget) -> Reason:
    """Return the finding for a target that the twin could not measure, or was not asked about; others do not speak for it."""
    where = ", ".join(scope.cells) or "the network"
    message = f"{_labelled(target.describe(), scope.slice)} of {where} has no prediction"
    return failed(NAME, message, _SOURCE, "compare it in the twin over all targets, or leave this one out")


def _target(outlook: TargetOutlook, min_probability: float) -> Reason:
    name = _labelled(outlook.target.describe(), outlook.slice)
    message = f"{name}: predicted {outlook.predicted:.4g} ({outlook.interval.low:.4g}..{outlook.interval.high:.4g})"
    message += f", met with probability {outlook.probability:.2f}"
    if outlook.met and outlook.probability >= min_probability:
        return passed(NAME, message, _SOURCE)
    unchanged = outlook.no_change
    if unchanged is not None and outlook.target.is_met_by(unchanged) and not outlook.met:
        return failed(NAME, f"{message}; without a change it is met ({unchanged:.4g})", _SOURCE, "leave out what breaks it")
    remedy = "find a candidate with more margin, or relax the bound"
    return failed(NAME, f"{message}, wanted {min_probability:.2f}", _SOURCE, remedy)


def _side_effects(candidate: Candidate) -> Iterator[Reason]:
    for kpi in candidate.predictions:
        if kpi.no_change is not None and is_worse(kpi.kpi, kpi.mean, kpi.no_change):
            message = f"{_name(kpi)}: {kpi.no_change:.4g} without the change, {kpi.mean:.4g} {kpi.unit} with it"
            yield warned(NAME, message, _SOURCE, "approve only if this side effect is acceptable")
        if kpi.twin_gap is not None and kpi.twin_gap > _LARGE_GAP:
            message = f"{_name(kpi)}: the twin is off by {kpi.twin_gap:.0%} on this KPI"
            yield warned(NAME, message, "measured twin gap", "trust the verification more than the prediction")


def _name(kpi: KpiPrediction) -> str:
    return _labelled(kpi.kpi, kpi.slice)


def _labelled(name: str, slice: Slice | None) -> str:
    return f"{name} [{slice.value}]" if slice else name
