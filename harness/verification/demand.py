"""Excuses for a worsening that is not the change's work: demand, and what happens as well where the change cannot reach."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from statistics import fmean

from harness.verification.cells import control_cells, dns_of, touched_cells
from harness.verification.comparison import Comparison
from harness.verification.series import VOLUME
from policies.materiality import badness
from policies.slices import Slice
from tools.telemetry.statistics import p_greater

_RISE = 1.1


def demand_rose(comparison: Comparison, cells: tuple[str, ...]) -> bool:
    """Whether the volume of some cells (empty: all) rose by a tenth or more, and significantly."""
    dns = dns_of(comparison, cells)
    earlier, later = comparison.earlier.total(VOLUME, dns), comparison.later.total(VOLUME, dns)
    if not earlier or not later or fmean(later) < _RISE * max(fmean(earlier), 1e-9):
        return False
    return p_greater(later, earlier) < comparison.significance


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


def share_left_elsewhere(comparison: Comparison, kpi: str, slice: Slice | None) -> float | None:
    """Return which share of users or volume is left in the cells that the change does not touch (controls, if there are any).

    None if there are no such cells or they had none before.
    """
    cells = control_cells(comparison) or tuple(_untouched(comparison))
    if not cells:
        return None
    dns = dns_of(comparison, cells)
    before, after = comparison.earlier.values(kpi, slice, dns), comparison.later.values(kpi, slice, dns)
    return fmean(after) / fmean(before) if after and before and fmean(before) > 0 else None


def _untouched(comparison: Comparison) -> Iterator[str]:
    touched = touched_cells(comparison)
    return (cell.id for cell in comparison.card.cells if cell.id not in touched)
