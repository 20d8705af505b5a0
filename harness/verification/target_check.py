"""One target after a change: met, missed, inconclusive or harmed, and how accurate the prediction was."""

from __future__ import annotations

from statistics import fmean

from harness.verification.comparison import Comparison
from harness.verification.result import TargetCheck, TargetResult
from harness.verification.worsening import is_worse_than, p_worse_than_before
from policies.assessment import assess, assess_by_window
from policies.intent import ExpectationObject, ExpectationTarget
from policies.kpi import KpiFrame
from policies.proposal import Candidate, TargetOutlook
from tools.telemetry.statistics import MIN_WINDOWS, p_mean_above, p_mean_below, share_bounds
from tools.twinning.outlook import gap_key, select


def check_target(comparison: Comparison, scope: ExpectationObject, target: ExpectationTarget) -> TargetCheck:
    """Judge one target of the expectation's object `scope`."""
    candidate, significance = comparison.candidate, comparison.significance
    after = select(comparison.after, comparison.card, scope, target.kpi)
    values = [value for _, value in assess_by_window(after, target)]
    before = select(comparison.before, comparison.card, scope, target.kpi)
    earlier = [value for _, value in assess_by_window(before, target)]
    outlook = outlook_for(candidate, scope, target)
    gap = gap_of(candidate, scope, target.kpi)
    result, p_value = _result(target, values, after, significance)
    if result == "missed" and _is_harm(target.kpi, values, earlier, _no_change(outlook, gap), significance):
        result = "harmed"
    observed = assess(after, target)  # over all windows together, as the twin predicts it; the test is by window
    return TargetCheck(
        target=target,
        slice=scope.slice,
        cells=scope.cells,
        result=result,
        observed=observed,
        before=assess(before, target),
        windows=len(values),
        p_value=p_value,
        predicted=outlook.predicted if outlook else None,
        interval=outlook.interval if outlook else None,
        no_change=outlook.no_change if outlook else None,
        inside_interval=_inside(outlook, observed, gap),
        error_percent=_error_percent(outlook, observed),
    )


def outlook_for(candidate: Candidate, scope: ExpectationObject, target: ExpectationTarget) -> TargetOutlook | None:
    """Return the twin's prediction for this target of these objects, or None."""
    for outlook in candidate.outlook:
        if (outlook.target, outlook.slice, outlook.cells) == (target, scope.slice, scope.cells):
            return outlook
    return None


def gap_of(candidate: Candidate, scope: ExpectationObject, kpi: str) -> float:
    """Return the measured relative twin gap of a KPI, 0 if none was measured."""
    key = gap_key(kpi, scope.slice)
    predictions = [prediction for prediction in candidate.predictions if gap_key(prediction.kpi, prediction.slice) == key]
    return max((prediction.twin_gap for prediction in predictions if prediction.twin_gap is not None), default=0.0)


def _result(
    target: ExpectationTarget, values: list[float], samples: KpiFrame, significance: float
) -> tuple[TargetResult, float | None]:
    if target.condition.is_objective or target.value is None:
        return "observed", None
    if len(values) < MIN_WINDOWS:
        return "inconclusive", None
    if target.tolerance > 0:
        parts = values if target.definition.across_cells == "sum" else samples.values()  # a bound on a sum is for no part of it
        return _by_share(target, parts, significance), None
    upper = target.condition.is_upper_bound
    p_met = p_mean_below(values, target.value) if upper else p_mean_above(values, target.value)
    p_missed = p_mean_above(values, target.value) if upper else p_mean_below(values, target.value)
    if p_met < significance and target.is_met_by(fmean(values)):
        return "met", p_met
    return ("missed" if p_missed < significance else "inconclusive"), p_met


def _by_share(target: ExpectationTarget, values: list[float], significance: float) -> TargetResult:
    low, high = share_bounds(sum(map(target.is_met_by, values)), len(values), significance)
    return "met" if low >= 1 - target.tolerance else "missed" if high < 1 - target.tolerance else "inconclusive"


def _no_change(outlook: TargetOutlook | None, gap: float) -> tuple[float, float] | None:
    return None if outlook is None or outlook.no_change is None else (outlook.no_change, gap)


def _is_harm(
    kpi: str, values: list[float], earlier: list[float], no_change: tuple[float, float] | None, significance: float
) -> bool:
    if p_worse_than_before(kpi, values, earlier) >= significance:
        return False
    return no_change is None or is_worse_than(kpi, values, *no_change, significance)


def _inside(outlook: TargetOutlook | None, observed: float | None, gap: float) -> bool | None:
    if outlook is None or observed is None:
        return None
    slack = gap * abs(outlook.predicted)
    return outlook.interval.low - slack <= observed <= outlook.interval.high + slack


def _error_percent(outlook: TargetOutlook | None, observed: float | None) -> float | None:
    if outlook is None or observed is None or observed == 0:
        return None
    return 100.0 * (outlook.predicted - observed) / abs(observed)
