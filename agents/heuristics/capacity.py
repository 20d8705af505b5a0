"""Capacity: put sleeping cells back on the air where a crowd is expected."""

from __future__ import annotations

from agents.heuristics.draft import Draft, kept
from agents.heuristics.situation import Situation
from policies.intent import Condition
from twins.network import Cell

FULL = 60.0


def wants_room(situation: Situation) -> bool:
    """Whether the intent wants throughput, or less load."""
    bounded = situation.bounds("DRB.UEThpDl", "RRU.PrbTotDl")
    raised = situation.wants(Condition.MAXIMIZE, "DRB.UEThpDl") or situation.wants(Condition.MINIMIZE, "RRU.PrbTotDl")
    return bool(bounded) or raised


def capacity(situation: Situation) -> list[Draft]:
    """Return the draft that wakes cells, where the intent wants room and cells sleep."""
    draft = wake_capacity(situation) if wants_room(situation) else None
    return [draft] if draft is not None and draft.edits else []


def wake_capacity(situation: Situation) -> Draft:
    """Wake sleeping cells in the place and next to it."""
    asleep = [cell for cell in (*situation.cells, *situation.neighbours) if situation.is_asleep(cell)]
    inside = {cell.id for cell in situation.cells}
    chosen = [cell for cell in asleep if cell.id in inside or _neighbours_load(situation, cell) >= FULL]
    edits = [
        situation.edit(f"{cell.cu_dn},CESManagementFunction=1", "energySavingControl", "toBeNotEnergySaving") for cell in chosen
    ]
    return Draft(
        name="wake capacity",
        rationale=f"put {', '.join(cell.id for cell in chosen) or 'no cell'} back on the air for the expected users",
        edits=kept(edits),
        risks=("each cell awake draws power and adds interference",),
    )


def _neighbours_load(situation: Situation, cell: Cell) -> float:
    known = {one.id for one in situation.cells}
    return max((situation.load(name) for name in cell.neighbours if name in known), default=0.0)
