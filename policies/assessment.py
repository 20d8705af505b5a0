"""The value of a target, aggregated over cells and windows.

Twin predictions and the verification after an apply share this definition, so that their values are comparable:
1. per cell, the mean over the windows that have a measurement;
2. extensive KPIs (energy, power, volume, counts, users) are summed over cells;
3. intensive KPIs (delay, throughput, loss, usage) take the worst cell if the target is a bound ("every cell"), and the mean over
   cells if it is an objective, weighted by each cell's sample count (users, packets).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from statistics import fmean

from policies.intent import ExpectationTarget
from policies.kpi import KpiFrame, kpi_definition

EXTENSIVE_UNITS = frozenset({"Wh", "W", "Mbit", "UE", "count"})


def is_extensive(kpi: str) -> bool:
    """Whether the KPI adds up over cells."""
    return kpi_definition(kpi).unit in EXTENSIVE_UNITS


def combine(values: list[float], target: ExpectationTarget, weights: list[int] | None = None) -> float:
    """Combine one value per cell into the target's value, equally weighted by default; raises ValueError without values."""
    if not values:
        raise ValueError(f"no cell has a value of {target.kpi}")
    if is_extensive(target.kpi):
        return sum(values)
    if target.condition.is_objective:
        return fmean(values, weights)
    return max(values) if target.condition.is_upper_bound else min(values)


def assess(frame: KpiFrame, target: ExpectationTarget) -> float | None:
    """Return the target's value over `frame` (already filtered by KPI, cells and slice), or None without a measurement."""
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
