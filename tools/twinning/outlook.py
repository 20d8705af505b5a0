"""Predictions from twin runs: the effect of a candidate on each target and on the watched KPIs.

1. Each seed gives a value per target (`policies.assessment.assess`, the same rule that verification uses).
2. The mean over seeds has a Student-t confidence interval.
3. `probability` is predictive: the probability that a further window, distributed like the seeds' windows, meets the bound
   (Student-t with n-1 degrees of freedom). With a single seed a coefficient of variation of 15 % is assumed, so that a screening
   run never claims certainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from statistics import fmean, stdev

from policies.assessment import assess, samples_of, unreported
from policies.evidence import Interval
from policies.intent import ExpectationObject, ExpectationTarget, objective_of
from policies.kpi import KpiFrame, kpi_definition
from policies.proposal import KpiPrediction, TargetOutlook
from policies.slices import Slice
from twins.network import NetworkCard

CONFIDENCE = 0.95
_SINGLE_SEED_VARIATION = 0.15

WATCHED: tuple[tuple[str, Slice | None], ...] = (
    ("DRB.UEThpDl.P05", Slice.EMBB),
    ("DRB.UEThpDl", Slice.EMBB),
    ("DRB.PdcpSduDelayDl", Slice.URLLC),
    ("DRB.PacketLossRateDl", Slice.URLLC),
    ("DRB.PacketLossRateDl", Slice.MMTC),
    ("RRC.ConnEstabFailRate", None),
    ("MM.RlfRate", None),
    ("RRC.ConnMean", None),
    ("DRB.PdcpSduVolumeDL", None),
    ("RRU.PrbTotDl", None),
    ("PEE.Energy", None),
)


def scope_cells(card: NetworkCard, scope: ExpectationObject) -> tuple[str, ...] | None:
    """Return the DNs of the cells that a target is for, None where the scope names none: the whole network."""
    named = set(scope.cells)
    return tuple(cell.dn for cell in card.cells if cell.id in named or cell.dn in named) if named else None


def sites_of(card: NetworkCard) -> dict[str, tuple[str, ...]]:
    """Return the DNs of the cells of each managed element, by its DN."""
    sites: dict[str, tuple[str, ...]] = {}
    for cell in card.cells:
        element = cell.dn.partition(",GNBDUFunction=")[0]
        sites[element] = (*sites.get(element, ()), cell.dn)
    return sites


def select(frame: KpiFrame, card: NetworkCard, scope: ExpectationObject, kpi: str) -> KpiFrame:
    """Narrow a frame to the samples from which a target's value is computed; empty if the KPI is not reported for its scope."""
    return samples_of(frame, kpi, scope.slice, scope_cells(card, scope), sites_of(card))


def unmeasured(frame: KpiFrame, card: NetworkCard, scope: ExpectationObject, kpi: str) -> str:
    """Return why a target's KPI has no value in the frame, empty if it has one."""
    return unreported(frame, kpi, scope.slice, scope_cells(card, scope), sites_of(card))


def values_of(frames: Sequence[KpiFrame], card: NetworkCard, scope: ExpectationObject, target: ExpectationTarget) -> list[float]:
    """Return the target's value under each seed; seeds without a measurement are left out."""
    values = (assess(select(frame, card, scope, target.kpi), target) for frame in frames)
    return [value for value in values if value is not None]


def interval_of(values: Sequence[float], kpi: str) -> Interval:
    """Return the Student-t confidence interval of the mean, clipped to the KPI's range; one value: assumed variation."""
    mean = fmean(values)
    spread, freedom = _spread(values)
    half = _t_quantile(freedom) * spread / sqrt(len(values))
    definition = kpi_definition(kpi)
    highest = definition.highest if definition.highest is not None else inf
    low, high = max(mean - half, definition.lowest), min(mean + half, highest)
    return Interval(low=min(low, mean), high=max(high, mean), confidence=CONFIDENCE)


def effect_of(values: Sequence[float], unchanged: Sequence[float]) -> Interval | None:
    """Return the Student-t interval of the mean difference to no change, paired by seed; None for fewer than two pairs."""
    if len(values) != len(unchanged) or len(values) < 2:
        return None
    differences = [value - base for value, base in zip(values, unchanged, strict=True)]
    half = _t_quantile(len(differences) - 1) * stdev(differences) / sqrt(len(differences))
    mean = fmean(differences)
    return Interval(low=mean - half, high=mean + half, confidence=CONFIDENCE)


def _spread(values: Sequence[float]) -> tuple[float, int]:
    if len(values) == 1:
        return abs(values[0]) * _SINGLE_SEED_VARIATION, 30
    return stdev(values), len(values) - 1


def _t_quantile(freedom: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.5 + CONFIDENCE / 2, freedom))


def probability_of(values: Sequence[float], target: ExpectationTarget) -> float:
    """Return the predictive probability that a further window meets the target's bound; 1 for an objective."""
    from scipy.stats import t

    mean = fmean(values)
    if target.condition.is_objective or target.value is None:
        return 1.0
    spread, freedom = _spread(values)
    scale = spread * sqrt(1 + 1 / len(values))
    if scale == 0:
        return float(target.is_met_by(mean))
    margin = target.value - mean if target.condition.is_upper_bound else mean - target.value
    return float(t.cdf(margin / scale, freedom))


def outlook_of(
    frames: Sequence[KpiFrame],
    baseline: Sequence[KpiFrame],
    card: NetworkCard,
    scope: ExpectationObject,
    target: ExpectationTarget,
) -> TargetOutlook | None:
    """Return a target's outlook, or None if no seed has a measurement for it."""
    values = values_of(frames, card, scope, target)
    if not values:
        return None
    unchanged = values_of(baseline, card, scope, target)
    return TargetOutlook(
        slice=scope.slice,
        cells=scope.cells,
        target=target,
        predicted=fmean(values),
        interval=interval_of(values, target.kpi),
        probability=probability_of(values, target),
        no_change=fmean(unchanged) if unchanged else None,
        effect=effect_of(values, unchanged),
        seeds=len(values),
    )


def watched_predictions(
    frames: Sequence[KpiFrame],
    baseline: Sequence[KpiFrame],
    card: NetworkCard,
    cells: tuple[str, ...],
    twin_gap: dict[str, float],
) -> list[KpiPrediction]:
    """Return the predictions of the watched KPIs over `cells` (ids; empty: all), of energy over the whole network."""
    predictions = []
    for kpi, slice in WATCHED:
        target = ExpectationTarget(kpi=kpi, condition=objective_of(kpi))
        scope = ExpectationObject(cells=() if kpi_definition(kpi).moves_to_neighbours else cells, slice=slice)
        outlook = outlook_of(frames, baseline, card, scope, target)
        if outlook is not None:
            predictions.append(
                KpiPrediction(
                    kpi=kpi,
                    unit=kpi_definition(kpi).unit,
                    slice=slice,
                    cells=scope.cells,
                    mean=outlook.predicted,
                    interval=outlook.interval,
                    no_change=outlook.no_change,
                    twin_gap=twin_gap.get(gap_key(kpi, slice)),
                    seeds=outlook.seeds,
                )
            )
    return predictions


def gap_key(kpi: str, slice: Slice | None) -> str:
    """Return the key of a KPI in a twin gap: `DRB.UEThpDl[eMBB]`, or the bare name at cell level."""
    return f"{kpi}[{slice.value}]" if slice else kpi
