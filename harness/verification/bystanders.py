"""The KPIs that nobody asked to change: those that everybody watches, in the intent's cells and in the cells around the change.

Cells that are neither touched nor neighbours of what is touched are controls (where there are five or more of them): what gets as
much worse there is the hour, the traffic or chance, and no work of the change (difference in differences, by rank).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from statistics import fmean
from typing import Literal

from harness.verification.comparison import Comparison
from harness.verification.result import BystanderCheck
from harness.verification.worsening import is_worse_than, p_worse_than_before
from policies.assessment import assess_by_window
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
_FEWEST_CONTROLS = 5


@dataclass(frozen=True)
class _Group:
    """A KPI over some cells, before and after, with what was predicted of it."""

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


def check_bystanders(seen: Comparison) -> list[BystanderCheck]:
    """Judge every watched KPI that is no bounded target."""
    groups = list(_groups(seen))
    p_values = holm([group.p_value for group in groups])
    return [_check(group, p_value, seen) for group, p_value in zip(groups, p_values, strict=True)]


def _groups(seen: Comparison) -> Iterator[_Group]:
    named = tuple(dict.fromkeys(cell for expectation in seen.intent.expectations for cell in expectation.object.cells))
    controls = control_cells(seen)
    judged = [cell for cell in seen.card.cells if named and cell.id not in controls]
    others = [cell.id for cell in judged if cell.id not in named and cell.dn not in named]
    bounded = {(target.kpi, wanted.slice) for wanted, target in seen.intent.bounds()}
    for kpi, slice in WATCHED:
        if kpi_definition(kpi).better == "neutral":
            continue
        if (kpi, slice) not in bounded:
            prediction = next((one for one in seen.candidate.predictions if (one.kpi, one.slice) == (kpi, slice)), None)
            yield _group(seen, kpi, slice, named, prediction)
        # Energy is the whole network's (see tools.twinning.outlook.cell_dns): its cells are not judged one by one.
        for cell in [] if kpi.startswith("PEE.") else others:
            yield _group(seen, kpi, slice, (cell,), None)


def control_cells(seen: Comparison) -> tuple[str, ...]:
    """Return the ids of the cells that the change cannot have reached; empty where they are fewer than five."""
    named = {cell for expectation in seen.intent.expectations for cell in expectation.object.cells}
    reached = {*BlastRadius.of(seen.candidate.change_set, seen.card).cells}
    reached |= {cell.id for cell in seen.card.cells if cell.id in named or cell.dn in named}
    around = {one for cell in seen.card.cells if cell.id in reached for one in cell.neighbours}
    controls = tuple(cell.id for cell in seen.card.cells if cell.id not in reached | around)
    return controls if len(controls) >= _FEWEST_CONTROLS else ()


def _is_common(group: _Group, seen: Comparison) -> bool:
    """Whether a control cell got as much worse, relative to before."""
    worst = max((_worsening(_group(seen, group.kpi, group.slice, (cell,), None)) for cell in control_cells(seen)), default=-inf)
    return _worsening(group) <= worst


def _worsening(group: _Group) -> float:
    if not group.before or not group.after:
        return -inf
    before, after = fmean(badness(group.kpi, group.before)), fmean(badness(group.kpi, group.after))
    return (after - before) / max(abs(before), 1e-9)


def _group(seen: Comparison, kpi: str, slice: Slice | None, cells: tuple[str, ...], prediction: KpiPrediction | None) -> _Group:
    return _Group(
        kpi=kpi,
        slice=slice,
        cells=cells,
        before=_values(seen.before, seen.card, kpi, slice, cells),
        after=_values(seen.after, seen.card, kpi, slice, cells),
        prediction=prediction,
    )


def _values(frame: KpiFrame, card: NetworkCard, kpi: str, slice: Slice | None, cells: tuple[str, ...]) -> list[float]:
    target = ExpectationTarget(kpi=kpi, condition=objective_of(kpi))
    narrowed = select(frame, card, ExpectationObject(cells=cells, slice=slice), kpi)
    return [value for _, value in assess_by_window(narrowed, target)]


def _check(group: _Group, p_value: float, seen: Comparison) -> BystanderCheck:
    result: Literal["unharmed", "harmed", "demand", "predicted", "elsewhere", "unknown"] = "unharmed"
    blame = ""
    if min(len(group.before), len(group.after)) < MIN_WINDOWS:
        result, blame = "unknown", "too few windows"
    elif p_value < seen.significance:
        result, blame = _blame(group, seen)
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


def _blame(group: _Group, seen: Comparison) -> tuple[Literal["harmed", "demand", "predicted", "elsewhere"], str]:
    prediction = group.prediction
    if prediction is not None and prediction.no_change is not None:
        gap = prediction.twin_gap or 0.0
        if not is_worse_than(group.kpi, group.after, prediction.no_change, gap, seen.significance):
            return "demand", f"as predicted without a change ({prediction.no_change:.4g})"
        if not is_worse_than(group.kpi, group.after, prediction.mean, gap, seen.significance):
            return "predicted", f"as predicted with the change ({prediction.mean:.4g}), which was approved"
        return "harmed", f"worse than predicted without a change ({prediction.no_change:.4g}) and with it ({prediction.mean:.4g})"
    if _is_common(group, seen):
        return "elsewhere", "cells far from the change got as much worse"
    if _demand_rose(seen, group.cells) and _demand_rose(seen, ()):
        return "demand", "demand rose there and in the whole network"
    return "harmed", "demand does not explain it"


def _demand_rose(seen: Comparison, cells: tuple[str, ...]) -> bool:
    earlier, later = _volume(seen.before, seen.card, cells), _volume(seen.after, seen.card, cells)
    return earlier is not None and later is not None and later >= _DEMAND_RISE * max(earlier, 1e-9)


def _volume(frame: KpiFrame, card: NetworkCard, cells: tuple[str, ...]) -> float | None:
    dns = {cell.dn for cell in card.cells if not cells or cell.id in cells or cell.dn in cells}
    samples = frame.where(kpi=_DEMAND).keep(lambda sample: sample.dn in dns and sample.slice is None)
    if not len(samples):
        samples = frame.where(kpi=_DEMAND).keep(lambda sample: sample.dn in dns)
    values, windows = samples.values(), len(samples.windows())
    return sum(values) / windows if windows else None
