"""Bystanders: watched KPIs that the intent does not target, in the intent's cells and in the cells around the change.

Cells that are neither edited nor neighbours of edited cells are controls, if there are at least five. A worsening that occurs
there as well is due to the time of day, the traffic or chance, not to the change (difference in differences, by rank).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from statistics import fmean

from harness.verification.comparison import Comparison
from harness.verification.result import BystanderCheck, BystanderResult
from harness.verification.worsening import is_worse_than, p_worse_than_before
from policies.assessment import assess_by_window, present_value
from policies.guardrails.blast_radius import BlastRadius
from policies.intent import ExpectationObject, ExpectationTarget, objective_of
from policies.kpi import KpiFrame, kpi_definition
from policies.managed_object import short_name
from policies.materiality import badness
from policies.proposal import KpiPrediction
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS, holm
from tools.twinning.outlook import WATCHED, select
from twins.network import NetworkCard

_DEMAND = "DRB.PdcpSduVolumeDL"
_DEMAND_RISE = 1.1
_MIN_CONTROLS = 5


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


def check_bystanders(comparison: Comparison) -> list[BystanderCheck]:
    """Judge every watched KPI that is not a bounded target."""
    groups = list(_groups(comparison))
    p_values = holm([group.p_value for group in groups])
    return [_check(group, p_value, comparison) for group, p_value in zip(groups, p_values, strict=True)]


def _groups(comparison: Comparison) -> Iterator[_Group]:
    named = tuple(dict.fromkeys(cell for expectation in comparison.intent.expectations for cell in expectation.object.cells))
    controls = control_cells(comparison)
    near = [cell for cell in comparison.card.cells if named and cell.id not in controls]
    other_cells = [cell.id for cell in near if cell.id not in named and cell.dn not in named]
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


def control_cells(comparison: Comparison) -> tuple[str, ...]:
    """Return the ids of the cells that the change cannot have affected; empty if there are fewer than five."""
    named = {cell for expectation in comparison.intent.expectations for cell in expectation.object.cells}
    reached = {*BlastRadius.of(comparison.candidate.change_set, comparison.card).cells}
    reached |= {cell.id for cell in comparison.card.cells if cell.id in named or cell.dn in named}
    neighbours = {name for cell in comparison.card.cells if cell.id in reached for name in cell.neighbours}
    controls = tuple(cell.id for cell in comparison.card.cells if cell.id not in reached | neighbours)
    return controls if len(controls) >= _MIN_CONTROLS else ()


def _is_common(group: _Group, comparison: Comparison) -> bool:
    """Whether a control cell got worse by as much, relative to before."""
    controls = (_group(comparison, group.kpi, group.slice, (cell,), None) for cell in control_cells(comparison))
    return _worsening(group) <= max(map(_worsening, controls), default=-inf)


def _worsening(group: _Group) -> float:
    if not group.before or not group.after:
        return -inf
    before, after = fmean(badness(group.kpi, group.before)), fmean(badness(group.kpi, group.after))
    return (after - before) / max(abs(before), 1e-9)


def _group(
    comparison: Comparison, kpi: str, slice: Slice | None, cells: tuple[str, ...], prediction: KpiPrediction | None
) -> _Group:
    return _Group(
        kpi=kpi,
        slice=slice,
        cells=cells,
        before=_values(comparison.before, comparison.card, kpi, slice, cells),
        after=_values(comparison.after, comparison.card, kpi, slice, cells),
        prediction=prediction,
    )


def _values(frame: KpiFrame, card: NetworkCard, kpi: str, slice: Slice | None, cells: tuple[str, ...]) -> list[float]:
    target = ExpectationTarget(kpi=kpi, condition=objective_of(kpi))
    narrowed = select(frame, card, ExpectationObject(cells=cells, slice=slice), kpi)
    return [value for _, value in assess_by_window(narrowed, target)]


def _check(group: _Group, p_value: float, comparison: Comparison) -> BystanderCheck:
    result, blame = _finding(group, p_value, comparison)
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
    )


def _finding(group: _Group, p_value: float, comparison: Comparison) -> tuple[BystanderResult, str]:
    """Return the result with its reason."""
    if min(len(group.before), len(group.after)) < MIN_WINDOWS:
        return "unknown", "too few windows"
    return _blame(group, comparison) if p_value < comparison.significance else ("unharmed", "")


def _blame(group: _Group, comparison: Comparison) -> tuple[BystanderResult, str]:
    prediction = group.prediction
    if prediction is not None and prediction.no_change is not None:
        gap = prediction.twin_gap or 0.0
        if not is_worse_than(group.kpi, group.after, prediction.no_change, gap, comparison.significance):
            return "demand", f"as predicted without a change ({prediction.no_change:.4g})"
        if not is_worse_than(group.kpi, group.after, prediction.mean, gap, comparison.significance):
            return "predicted", f"as predicted with the change ({prediction.mean:.4g}), which was approved"
        return "harmed", f"worse than predicted without a change ({prediction.no_change:.4g}) and with it ({prediction.mean:.4g})"
    if _is_common(group, comparison):
        return "elsewhere", "cells far from the change got as much worse"
    if _demand_rose(comparison, group.cells) and _demand_rose(comparison, ()):
        return "demand", "demand rose there and in the whole network"
    return "harmed", "demand does not explain it"


def _demand_rose(comparison: Comparison, cells: tuple[str, ...]) -> bool:
    earlier, later = _volume(comparison.before, comparison.card, cells), _volume(comparison.after, comparison.card, cells)
    return earlier is not None and later is not None and later >= _DEMAND_RISE * max(earlier, 1e-9)


def _volume(frame: KpiFrame, card: NetworkCard, cells: tuple[str, ...]) -> float | None:
    return present_value(select(frame, card, ExpectationObject(cells=cells), _DEMAND), _DEMAND)
