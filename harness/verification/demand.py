"""Excuses for a worsening that is not the change's work: demand, and what happens as well where the change cannot reach."""

from __future__ import annotations

from math import inf
from statistics import fmean

from harness.verification.cells import control_cells, dns_of, touched_cells
from harness.verification.comparison import Comparison
from harness.verification.series import VOLUME
from policies.materiality import badness
from policies.slices import Slice
from tools.telemetry.statistics import p_greater

_RISE = 1.1
_OTHER_DEMAND = 1.25


def demand_rose(comparison: Comparison, cells: tuple[str, ...]) -> bool:
    """Whether the volume of some cells (empty: all) rose by a tenth or more, and significantly."""
    dns = dns_of(comparison, cells)
    earlier, later = comparison.earlier.values(VOLUME, None, dns), comparison.later.values(VOLUME, None, dns)
    if not earlier or not later or fmean(later) < _RISE * max(fmean(earlier), 1e-9):
        return False
    return p_greater(later, earlier) < comparison.significance


def demand_moved(comparison: Comparison, cells: tuple[str, ...], *, up: bool) -> bool:
    """Whether the volume of some cells rose (or fell) significantly and by a quarter: the prediction was for another one."""
    dns = dns_of(comparison, cells)
    earlier, later = comparison.earlier.values(VOLUME, None, dns), comparison.later.values(VOLUME, None, dns)
    if not earlier or not later:
        return False
    low, high = (earlier, later) if up else (later, earlier)
    return fmean(high) > _OTHER_DEMAND * fmean(low) and p_greater(high, low) < comparison.significance


def worse_far_away(comparison: Comparison, kpi: str, slice: Slice | None, cells: tuple[str, ...]) -> bool:
    """Whether a control cell got worse by as much as these cells, relative to before."""
    others = (worsening_of(comparison, kpi, slice, (cell,)) for cell in control_cells(comparison))
    return worsening_of(comparison, kpi, slice, cells) <= max(others, default=-inf)


def worsening_of(comparison: Comparison, kpi: str, slice: Slice | None, cells: tuple[str, ...]) -> float:
    """Return by how much a KPI got worse, relative to before; minus infinity without a measurement."""
    dns = dns_of(comparison, cells)
    before, after = comparison.earlier.values(kpi, slice, dns), comparison.later.values(kpi, slice, dns)
    if not before or not after:
        return -inf
    earlier, later = fmean(badness(kpi, before)), fmean(badness(kpi, after))
    return (later - earlier) / max(abs(earlier), 1e-9)


def share_left_elsewhere(comparison: Comparison, kpi: str, slice: Slice | None, cell: str) -> float | None:
    """Return which share of users or volume is left where the change is not the cause of a loss in `cell`.

    These are the controls; without controls the cells that the change does not touch, and for one of those all other cells. None
    if there are no such cells, or they had nothing before.
    """
    dns = dns_of(comparison, control_cells(comparison) or _others(comparison, cell))
    before, after = comparison.earlier.values(kpi, slice, dns), comparison.later.values(kpi, slice, dns)
    return fmean(after) / fmean(before) if dns and after and before and fmean(before) > 0 else None


def _others(comparison: Comparison, cell: str) -> tuple[str, ...]:
    touched = touched_cells(comparison)
    skipped = touched if cell in touched else {cell}
    return tuple(other.id for other in comparison.card.cells if other.id not in skipped) or ("no other cell",)
