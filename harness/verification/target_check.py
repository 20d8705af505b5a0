"""One target after a change: met, missed, inconclusive or harmed; the change's part in it; the accuracy of the prediction.

A lasting condition of the request is checked as a target whose prediction does not matter once it is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from harness.verification.cells import dns_of
from harness.verification.comparison import Comparison
from harness.verification.demand import demand_moved
from harness.verification.effect import CREDIT, LEAST_EFFECT, drifts, effect_on, gap_of
from harness.verification.flawed import flaw_of, is_invalid
from harness.verification.levels import met_level
from harness.verification.movement import movement_of, noise_correlation
from harness.verification.plausibility import MEAN_OF_LOW_END, contradiction_of, departure_of
from harness.verification.result import MeasuredEffect, TargetCheck, TargetResult
from harness.verification.worsening import is_worse_than, p_worse_than_before
from policies.assessment import assess
from policies.intent import ExpectationObject, ExpectationTarget
from policies.kpi import KpiFrame
from policies.materiality import is_worse
from policies.proposal import Candidate, TargetOutlook
from tools.telemetry.statistics import MIN_WINDOWS, correlation_of, p_mean_above, p_mean_below, share_bounds


@dataclass(frozen=True)
class _Measured:
    """A target's samples and its values per window, before and after, with the prediction."""

    target: ExpectationTarget
    before: list[float]
    after: list[float]
    samples: KpiFrame
    outlook: TargetOutlook | None
    gap: float
    significance: float
    met_level: float
    shows_effect_only: bool

    @property
    def correlation(self) -> float:
        return correlation_of(self.after, self.before)

    @property
    def observed(self) -> float | None:
        """The value over all windows together, as the twin predicts it; the tests are by window."""
        return assess(self.samples, self.target)


def check_target(comparison: Comparison, scope: ExpectationObject, target: ExpectationTarget) -> TargetCheck:
    """Judge one target of the expectation's object `scope`."""
    dns = dns_of(comparison, scope.cells)
    outlook = outlook_for(comparison.candidate, scope, target)
    measured = _Measured(
        target=target,
        before=comparison.earlier.target_values(target, scope.slice, dns),
        after=comparison.later.target_values(target, scope.slice, dns),
        samples=comparison.later.frame(target.kpi, scope.slice, dns),
        outlook=outlook,
        gap=gap_of(comparison.candidate, target.kpi, scope.slice),
        significance=comparison.significance,
        met_level=met_level(comparison.significance, comparison.share),
        shows_effect_only=comparison.intent.harm_only,
    )
    noise = noise_correlation(measured.after, measured.before)
    moving = movement_of(target.kpi, measured.after, comparison.significance, noise)
    flaw = flaw_of(comparison, target.kpi, scope.slice, dns)
    reason = (
        flaw
        or _shortage(comparison, measured)
        or moving
        or _contradiction(comparison, scope, measured)
        or _departure(comparison, scope, measured)
        or _ineffective(comparison, scope, measured)
    )
    result, p_value = _verdict(measured, reason)
    return TargetCheck(
        target=target,
        slice=scope.slice,
        cells=scope.cells,
        result=result,
        observed=measured.observed,
        before=comparison.earlier.overall(target, scope.slice, dns),
        windows=len(measured.after),
        p_value=p_value,
        predicted=outlook.predicted if outlook else None,
        interval=outlook.interval if outlook else None,
        no_change=outlook.no_change if outlook else None,
        inside_interval=_inside(measured),
        error_percent=_error_percent(measured),
        reason=reason,
        awaits_windows=bool(moving or flaw),
        effect=effect_on(target.kpi, measured.after, measured.before, outlook.no_change if outlook else None, measured.gap,
                         comparison.significance),
    )  # fmt: skip


def check_contexts(comparison: Comparison) -> tuple[TargetCheck, ...]:
    """Judge each lasting condition of the intent: met, inconclusive, or harmed once it is broken significantly.

    The operator wants the change only while it holds: no growth of demand excuses it, and the change need not have moved it.
    """
    lasting = comparison.intent.lasting()
    if not lasting:
        return ()
    unpredicted = replace(comparison, candidate=comparison.candidate.model_copy(update={"outlook": (), "predictions": ()}))
    return tuple(_condition(check_target(unpredicted, scope, target)) for scope, target in lasting)


def _condition(check: TargetCheck) -> TargetCheck:
    is_broken = check.result in ("missed", "harmed")
    name = "a condition of the request, which holds no more" if is_broken else "a condition of the request"
    reason = "; ".join(part for part in (name, check.reason) if part)
    return check.model_copy(
        update={"result": "harmed" if is_broken else check.result, "reason": reason, "effect": MeasuredEffect()}
    )


def outlook_for(candidate: Candidate, scope: ExpectationObject, target: ExpectationTarget) -> TargetOutlook | None:
    """Return the twin's prediction for this target of these objects, or None."""
    for outlook in candidate.outlook:
        if (outlook.target, outlook.slice, outlook.cells) == (target, scope.slice, scope.cells):
            return outlook
    return None


def _shortage(comparison: Comparison, measured: _Measured) -> str:
    """Return why there are too few windows to judge, or ""."""
    if len(measured.after) >= MIN_WINDOWS:
        return ""
    kpi = measured.target.kpi
    if comparison.remembering.get(kpi):
        memory = f"the counter's memory of {comparison.memory_of(kpi):g} s"
        return f"verified for too short a time: {memory} leaves {len(measured.after)} windows, at least {MIN_WINDOWS} are needed"
    return f"{len(measured.after)} windows with a measurement, at least {MIN_WINDOWS} are needed"


def _departure(comparison: Comparison, scope: ExpectationObject, measured: _Measured) -> str:
    """Return how the value departs from its prediction, or "" if it does not, or demand is not what was predicted for."""
    outlook, observed = measured.outlook, measured.observed
    if outlook is None or observed is None:
        return ""
    kpi, correlation = measured.target.kpi, measured.correlation
    known = comparison.is_predicted_for_now and outlook.no_change is not None and measured.before
    bias = fmean(measured.before) - outlook.no_change if known and outlook.no_change is not None else 0.0
    departure = departure_of(
        kpi, observed, measured.after, outlook.predicted, outlook.interval_of_a_draw, measured.gap, bias, correlation
    )
    lighter = is_worse(kpi, outlook.predicted, observed)
    return "" if departure and demand_moved(comparison, scope.cells, up=not lighter) else departure


def _ineffective(comparison: Comparison, scope: ExpectationObject, measured: _Measured) -> str:
    """Return that the KPI hardly moved as the change was to move it, or "" if it did, or the bound was met before.

    A target that is met by chance, while the change was acknowledged and not carried out, is not met for long. What the twin
    predicted to come without the change is no movement by the change.
    """
    outlook, target = measured.outlook, measured.target
    if outlook is None or outlook.no_change is None or min(len(measured.before), len(measured.after)) < MIN_WINDOWS:
        return ""
    promised, before = outlook.predicted - outlook.no_change, fmean(measured.before)
    if target.is_met_by(before) or not promised or not comparison.is_predicted_for_now:
        return ""
    drifting = drifts(target.kpi, outlook.no_change, before, measured.gap, CREDIT)
    references = (before, outlook.no_change) if drifting else (before,)
    found = min((fmean(measured.after) - reference for reference in references), key=lambda moved: moved / promised)
    if found / promised >= LEAST_EFFECT or any(demand_moved(comparison, scope.cells, up=up) for up in (True, False)):
        return ""  # where demand moved, the value before is no measure of what it would be without the change
    return f"it moved by {found:+.3g} {target.definition.unit}, {found / promised:.0%} of what was predicted of the change"


def _contradiction(comparison: Comparison, scope: ExpectationObject, measured: _Measured) -> str:
    """Return how the value contradicts another KPI of the same cells, or ""."""
    mean_kpi = MEAN_OF_LOW_END.get(measured.target.kpi)
    if mean_kpi is None:
        return ""
    worst = measured.target.model_copy(update={"kpi": mean_kpi})
    means = comparison.later.target_values(worst, scope.slice, dns_of(comparison, scope.cells))
    return contradiction_of(measured.target.kpi, measured.after, mean_kpi, means)


def _verdict(measured: _Measured, reason: str) -> tuple[TargetResult, float | None]:
    """Return the result by the bound. A reason turns `met` and `observed` into `inconclusive`; invalid telemetry any result.

    No reason but invalid telemetry counts against a target without a bound that was not measured (a measurement that was there
    before and is missing is found by `harness.verification.measurements`), or that only shows the effect of the change.
    """
    result, p_value = _by_bound(measured)
    is_open = result == "unmeasured" or (result == "observed" and measured.shows_effect_only)
    if is_open and not is_invalid(reason):
        return result, p_value
    if result == "missed" and not is_invalid(reason):
        return ("harmed" if _is_harm(measured) else "missed"), p_value
    return ("inconclusive" if reason else result), p_value


def _by_bound(measured: _Measured) -> tuple[TargetResult, float | None]:
    target, values = measured.target, measured.after
    if target.condition.is_objective or target.value is None:
        return ("unmeasured" if len(values) < MIN_WINDOWS else "observed"), None
    if len(values) < MIN_WINDOWS:
        return "inconclusive", None
    if target.tolerance > 0:
        parts = values if target.definition.across_cells == "sum" else measured.samples.values()  # no bound on a part of a sum
        return _by_share(target, parts, measured), None
    upper, r = target.condition.is_upper_bound, measured.correlation
    p_met = p_mean_below(values, target.value, r) if upper else p_mean_above(values, target.value, r)
    p_missed = p_mean_above(values, target.value, r) if upper else p_mean_below(values, target.value, r)
    if p_met < measured.met_level and target.is_met_by(fmean(values)):
        return "met", p_met
    return ("missed" if p_missed < measured.significance else "inconclusive"), p_met


def _by_share(target: ExpectationTarget, values: Sequence[float], measured: _Measured) -> TargetResult:
    inside = [float(target.is_met_by(value)) for value in values]
    met, correlation = round(sum(inside)), correlation_of(inside)
    low, _ = share_bounds(met, len(values), measured.met_level, correlation)
    _, high = share_bounds(met, len(values), measured.significance, correlation)
    return "met" if low >= 1 - target.tolerance else "missed" if high < 1 - target.tolerance else "inconclusive"


def _is_harm(measured: _Measured) -> bool:
    kpi, outlook = measured.target.kpi, measured.outlook
    if p_worse_than_before(kpi, measured.after, measured.before) >= measured.significance:
        return False
    no_change = outlook.no_change if outlook else None
    return no_change is None or is_worse_than(kpi, measured.after, no_change, measured.gap, measured.significance)


def _inside(measured: _Measured) -> bool | None:
    outlook, observed = measured.outlook, measured.observed
    if outlook is None or observed is None:
        return None
    slack = measured.gap * abs(outlook.predicted)
    return outlook.interval.low - slack <= observed <= outlook.interval.high + slack


def _error_percent(measured: _Measured) -> float | None:
    outlook, observed = measured.outlook, measured.observed
    if outlook is None or observed is None or observed == 0:
        return None
    return 100.0 * (outlook.predicted - observed) / abs(observed)
