"""The cells of a comparison: those that the change or the intent names, those around them, and controls far from both."""

from __future__ import annotations

from harness.verification.comparison import Comparison
from policies.guardrails.blast_radius import BlastRadius
from policies.slices import Slice
from twins.network import Cell

MIN_CONTROLS = 5


def named_cells(comparison: Comparison) -> tuple[str, ...]:
    """Return the cells that the intent names, in its own spelling (id or DN), without repetition."""
    expectations = comparison.intent.expectations
    return tuple(dict.fromkeys(cell for expectation in expectations for cell in expectation.object.cells))


def touched_cells(comparison: Comparison) -> frozenset[str]:
    """Return the ids of the cells that the change edits or the intent names."""
    named = set(named_cells(comparison))
    edited = set(BlastRadius.of(comparison.candidate.change_set, comparison.card).cells)
    return frozenset(edited | {cell.id for cell in comparison.card.cells if cell.id in named or cell.dn in named})


def control_cells(comparison: Comparison) -> tuple[str, ...]:
    """Return the ids of the cells that the change cannot have affected; empty if there are fewer than five."""
    touched = touched_cells(comparison)
    neighbours = {name for cell in comparison.card.cells if cell.id in touched for name in cell.neighbours}
    controls = tuple(cell.id for cell in comparison.card.cells if cell.id not in touched | neighbours)
    return controls if len(controls) >= MIN_CONTROLS else ()


def near_cells(comparison: Comparison) -> tuple[Cell, ...]:
    """Return the cells that the change may have affected: all that are no controls."""
    controls = set(control_cells(comparison))
    return tuple(cell for cell in comparison.card.cells if cell.id not in controls)


def dns_of(comparison: Comparison, cells: tuple[str, ...] | frozenset[str]) -> tuple[str, ...]:
    """Return the DNs of cells that are given by id or DN; of all cells if none is given."""
    return tuple(cell.dn for cell in comparison.card.cells if not cells or cell.id in cells or cell.dn in cells)


def slice_name(slice: Slice | None) -> str:
    """Return a slice as a suffix of a KPI's name, such as "[eMBB]"."""
    return f"[{slice.value}]" if slice else ""
