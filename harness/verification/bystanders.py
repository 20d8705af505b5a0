"""Bystanders: watched KPIs that the intent does not target, in the intent's cells and in the cells around the change.

Cells that are neither edited nor neighbours of edited cells are controls, if there are at least five. A worsening that occurs
there as well is due to the time of day, the traffic or chance, not to the change (difference in differences, by rank).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from harness.verification.cells import dns_of, named_cells, near_cells
from harness.verification.comparison import Comparison
from harness.verification.demand import demand_moved, demand_rose, worse_far_away
from harness.verification.effect import drifts
from harness.verification.flawed import flaw_of, is_invalid
from harness.verification.levels import CLEAR, DOUBT, PROOF, PROOF_OF_SCATTER, SCATTER, harmless_level
from harness.verification.plausibility import departure_of
from harness.verification.result import BystanderCheck, BystanderResult
from harness.verification.scatter import scatter_of
from harness.verification.worsening import is_worse_than, p_clearly_worse, p_worse_than_before
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.materiality import badness, is_worse, serves_well
from policies.proposal import KpiPrediction
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS, correlation_of, holm, p_greater_if_independent
from tools.twinning.outlook import WATCHED


@dataclass(frozen=True)
class _Group:
    """A KPI over some cells by window, before and after, with its prediction."""

    kpi: str
    slice: Slice | None
    cells: tuple[str, ...]
    before: list[float]
    after: list[float]
    prediction: KpiPrediction | None

    @property
    def where(self) -> str:
        return ", ".join(map(short_name, self.cells)) or "all cells"

    @property
    def p_value(self) -> float:
        return p_worse_than_before(self.kpi, self.after, self.before)

    @property
    def latest(self) -> list[float]:
        """The latest half of the windows after the change: what began late is diluted in all of them."""
        return self.after[-max(MIN_WINDOWS, len(self.after) // 2) :]

    def is_doubtful(self, comparison: Comparison) -> bool:
        """Whether it may have got worse: by a test that finds even a drift, and further than it has moved in earlier windows."""
        return self.p_if_independent < DOUBT * comparison.significance and self.exceeds_scatter(comparison, SCATTER)

    def exceeds_scatter(self, comparison: Comparison, level: float) -> bool:
        """Whether it got worse by more than the KPI moves by itself, at a part `level` of the significance.

        Also if too few earlier windows tell how far that is.
        """
        for part in (self.after, self.latest):
            scatter = scatter_of(comparison, self.kpi, self.slice, len(self.before), len(part))
            if scatter is None or scatter.p_value(self.kpi, part, self.before) < level * comparison.significance:
                return True
        return False

    @property
    def p_if_independent(self) -> float:
        """The p-value of all windows or of the latest half, if windows were independent.

        In a KPI that drifts away hardly any window is independent, so that the proper test would never see it.
        """
        p_values = [
            p_worse_than_before(self.kpi, part, self.before, p_greater_if_independent) for part in (self.after, self.latest)
        ]
        return min(1.0, 2 * min(p_values))


def check_bystanders(comparison: Comparison) -> list[BystanderCheck]:
    """Judge every watched KPI that is not a bounded target and was measured before or after."""
    groups = [group for group in _groups(comparison) if group.before or group.after]
    p_values = holm([group.p_value for group in groups])
    return [_check(group, p, group.is_doubtful(comparison), comparison) for group, p in zip(groups, p_values, strict=True)]


def _groups(comparison: Comparison) -> Iterator[_Group]:
    named = named_cells(comparison)
    other_cells = [cell.id for cell in near_cells(comparison) if named and cell.id not in named and cell.dn not in named]
    bounded = {(target.kpi, scope.slice) for scope, target in comparison.intent.bounds()}
    predictions = {(prediction.kpi, prediction.slice): prediction for prediction in reversed(comparison.candidate.predictions)}
    for kpi, slice in WATCHED:
        definition = kpi_definition(kpi)
        if definition.better == "neutral":
            continue
        where = () if definition.moves_to_neighbours else named
        if (kpi, slice) not in bounded or where != named:
            yield _group(comparison, kpi, slice, where, predictions.get((kpi, slice)))
        for cell in [] if definition.moves_to_neighbours else other_cells:
            yield _group(comparison, kpi, slice, (cell,), None)


def _group(
    comparison: Comparison, kpi: str, slice: Slice | None, cells: tuple[str, ...], prediction: KpiPrediction | None
) -> _Group:
    dns = dns_of(comparison, cells)
    return _Group(
        kpi=kpi,
        slice=slice,
        cells=cells,
        before=comparison.earlier.values(kpi, slice, dns),
        after=comparison.later.values(kpi, slice, dns),
        prediction=prediction,
    )


def _check(group: _Group, p_value: float, is_doubtful: bool, comparison: Comparison) -> BystanderCheck:
    result, blame, awaits_windows = _finding(group, p_value, is_doubtful, comparison)
    return BystanderCheck(
        kpi=group.kpi,
        unit=kpi_definition(group.kpi).unit,
        slice=group.slice,
        where=group.where,
        result=result,
        before=fmean(group.before) if group.before else None,
        after=fmean(group.after) if group.after else None,
        no_change=group.prediction.no_change if group.prediction else None,
        p_value=p_value,
        blame=blame,
        awaits_windows=awaits_windows,
    )


def _finding(group: _Group, p_value: float, is_doubtful: bool, comparison: Comparison) -> tuple[BystanderResult, str, bool]:
    """Return the result with its reason, and whether later windows alone can tell more."""
    flaw = flaw_of(comparison, group.kpi, group.slice, dns_of(comparison, group.cells))
    if is_invalid(flaw):
        return "inconclusive", flaw, True
    if min(len(group.before), len(group.after)) < MIN_WINDOWS:
        return "unknown", f"measured in {len(group.before)} windows before and {len(group.after)} after: too few", False
    if p_value < comparison.significance * PROOF and group.exceeds_scatter(comparison, PROOF_OF_SCATTER):
        return (*_blame(group, comparison), False)
    return _suspicion(group, is_doubtful, comparison)


def _suspicion(group: _Group, is_doubtful: bool, comparison: Comparison) -> tuple[BystanderResult, str, bool]:
    """Judge a worsening that is no proof of harm: if it is doubtful, it is no proof of harmlessness; more windows may tell."""
    if not is_doubtful:
        shortfall = _shortfall(group, comparison)
        return ("inconclusive", shortfall, True) if shortfall else (*_harmlessness(group, comparison), False)
    result, blame = _blame(group, comparison)
    if result != "harmed":
        return result, blame, False
    latest = f"{fmean(group.latest):.4g} in the latest windows"
    return "inconclusive", f"worse than before ({latest}), but it may be chance: {blame}", False


def _harmlessness(group: _Group, comparison: Comparison) -> tuple[BystanderResult, str]:
    """Judge a KPI that is not seen to be worse: it is unharmed only if a clear loss is ruled out, or would be excused."""
    p_value = p_clearly_worse(group.kpi, group.after, group.before, _granted(group))
    if p_value < harmless_level(comparison.significance, comparison.share) or _blame(group, comparison)[0] != "harmed":
        return "unharmed", ""
    return "inconclusive", f"it scatters so much that {CLEAR:g} times a material loss is not ruled out (p={p_value:.2g})"


def _granted(group: _Group) -> float:
    """Return by how much the twin predicted that the change makes the KPI worse, which was approved."""
    if group.prediction is None or group.prediction.no_change is None:
        return 0.0
    without, with_it = badness(group.kpi, [group.prediction.no_change, group.prediction.mean])
    return max(with_it - without, 0.0)


def _shortfall(group: _Group, comparison: Comparison) -> str:
    """Return how the KPI falls short of its prediction with the change, which was approved, or "" if it does not.

    A KPI that is no worse than before, but far from what the change was to make of it, was harmed by something.
    """
    kpi, prediction, observed = group.kpi, group.prediction, fmean(group.after)
    if prediction is None or serves_well(kpi, observed) or not is_worse(kpi, observed, prediction.mean):
        return ""
    known = comparison.is_predicted_for_now and prediction.no_change is not None
    bias = fmean(group.before) - (prediction.no_change or 0.0) if known else 0.0
    correlation = correlation_of(group.after, group.before)
    gap, draw = prediction.twin_gap or 0.0, prediction.interval_of_a_draw
    departure = departure_of(kpi, observed, group.after, prediction.mean, draw, gap, bias, correlation)
    return "" if departure and demand_moved(comparison, group.cells, up=True) else departure


def _blame(group: _Group, comparison: Comparison) -> tuple[BystanderResult, str]:
    """Return whom a worsening is attributed to.

    The twin excuses what it predicted: a drift without the change beyond its own gap, or a side effect of the change, which was
    approved. Neither excuses more than was predicted.
    """
    excuse = _predicted(group, comparison)
    if excuse is not None:
        return excuse
    if worse_far_away(comparison, group.kpi, group.slice, group.cells):
        return "elsewhere", "cells far from the change got as much worse"
    if demand_rose(comparison, group.cells) and demand_rose(comparison, ()):
        return "demand", "demand rose there and in the whole network"
    prediction = group.prediction
    if prediction is not None and prediction.no_change is not None:
        return "harmed", f"worse than predicted without a change ({prediction.no_change:.4g}) and with it ({prediction.mean:.4g})"
    return "harmed", "demand does not explain it"


def _predicted(group: _Group, comparison: Comparison) -> tuple[BystanderResult, str] | None:
    prediction, significance = group.prediction, comparison.significance
    if prediction is None or prediction.no_change is None:
        return None
    kpi, gap, no_change = group.kpi, prediction.twin_gap or 0.0, prediction.no_change
    is_drift = drifts(kpi, no_change, fmean(group.before), gap) and is_worse(kpi, no_change, fmean(group.before))
    if is_drift and not is_worse_than(kpi, group.after, no_change, gap, significance):
        return "demand", f"as predicted without a change ({no_change:.4g})"
    if is_worse(kpi, prediction.mean, no_change) and not is_worse_than(kpi, group.after, prediction.mean, gap, significance):
        return "predicted", f"as predicted with the change ({prediction.mean:.4g}), which was approved"
    return None
