"""What a target's value is when there are several cells and several windows.

The twin's predictions and the verification after an apply must mean the same thing, so both ask here:
1. per cell, the mean over the windows in which there was something to measure;
2. extensive KPIs (energy, power, volume, counts, users) add up over the cells;
3. intensive KPIs (delay, throughput, loss, usage) are judged by the worst cell where the target bounds them ("every cell"),
   and by the mean over cells where the target is an objective, each cell weighing what was counted in it (users, packets).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from statistics import fmean

from policies.intent import Condition, ExpectationTarget
from policies.kpi import KpiFrame, kpi_definition

EXTENSIVE_UNITS = frozenset({"Wh", "W", "Mbit", "UE", "count"})


def is_extensive(kpi: str) -> bool:
    """Whether the KPI adds up over cells."""
    return kpi_definition(kpi).unit in EXTENSIVE_UNITS


def combine(values: list[float], target: ExpectationTarget, weights: list[int] | None = None) -> float:
    """Combine one value per cell (weighing equally without `weights`) into the target's value; raises ValueError for none."""
    if not values:
        raise ValueError(f"no cell has a value of {target.kpi}")
    if is_extensive(target.kpi):
        return sum(values)
    if target.condition in (Condition.LESS, Condition.AT_MOST):
        return max(values)
    if target.condition in (Condition.GREATER, Condition.AT_LEAST):
        return min(values)
    return fmean(values, weights)


def assess(frame: KpiFrame, target: ExpectationTarget) -> float | None:
    """Return the target's value over `frame` (already narrowed to the KPI, cells and slice), or None without a measurement."""
    cells: dict[str, list[float]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for sample in frame:
        if sample.value is not None:
            cells[sample.dn].append(sample.value)
            counts[sample.dn] += max(sample.count, 1)
    return combine([fmean(values) for values in cells.values()], target, list(counts.values())) if cells else None


def assess_by_window(frame: KpiFrame, target: ExpectationTarget) -> list[tuple[datetime, float]]:
    """Return the target's value in each window, in time order; windows without a measurement are left out."""
    windows: dict[datetime, list[tuple[float, int]]] = defaultdict(list)
    for sample in frame:
        if sample.value is not None:
            windows[sample.start].append((sample.value, max(sample.count, 1)))
    return [
        (start, combine([value for value, _ in cells], target, [count for _, count in cells]))
        for start, cells in sorted(windows.items())
    ]
