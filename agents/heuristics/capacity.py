"""Capacity: wake sleeping cells where a crowd is expected."""

from __future__ import annotations

from agents.heuristics.draft import Draft, edits_of
from agents.heuristics.situation import Situation
from policies.intent import Condition
from twins.network import Cell

FULL = 60.0  # expected PRB use, percent


def wants_capacity(situation: Situation) -> bool:
    """Whether the intent asks for throughput or for lower load."""
    bounded = situation.bounds("DRB.UEThpDl", "RRU.PrbTotDl")
    optimized = situation.wants(Condition.MAXIMIZE, "DRB.UEThpDl") or situation.wants(Condition.MINIMIZE, "RRU.PrbTotDl")
    return bool(bounded) or optimized


def capacity(situation: Situation) -> list[Draft]:
    """Return a draft that wakes cells if the intent asks for capacity and cells are asleep."""
    draft = wake_capacity(situation) if wants_capacity(situation) else None
    return [draft] if draft is not None and draft.edits else []


def wake_capacity(situation: Situation) -> Draft:
    """Wake the intent's sleeping cells, and sleeping neighbours of cells that are expected to be full."""
    asleep = [cell for cell in (*situation.cells, *situation.neighbours) if cell.id in situation.asleep]
    inside = {cell.id for cell in situation.cells}
    needed = [cell for cell in asleep if cell.id in inside or _neighbours_load(situation, cell) >= FULL]
    wakings = {
        cell.id: situation.edit(f"{cell.cu_dn},CESManagementFunction=1", "energySavingControl", "toBeNotEnergySaving")
        for cell in needed
    }
    chosen = [cell for cell in needed if wakings[cell.id] is not None]
    return Draft(
        name="wake capacity",
        rationale=f"put {', '.join(cell.id for cell in chosen) or 'no cell'} back on the air for the expected users",
        edits=edits_of(wakings.values()),
        risks=("each active cell draws power and adds interference",),
    )


def _neighbours_load(situation: Situation, cell: Cell) -> float:
    inside = {cell.id for cell in situation.cells}
    return max((situation.load(neighbour) for neighbour in cell.neighbours if neighbour in inside), default=0.0)
