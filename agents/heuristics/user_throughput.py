"""User throughput in crowded cells: wake capacity, lift caps, and move load to neighbours that have room."""

from __future__ import annotations

from agents.heuristics.draft import Draft, Knob, around, kept, knobs_of
from agents.heuristics.situation import Situation
from policies.intent import Condition
from policies.slices import Slice
from twins.network import Cell

_FULL = 60.0
_ROOM = 15.0
_DB_PER_LOAD = 10.0
_OFFSETS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


def user_throughput(situation: Situation) -> list[Draft]:
    """Return drafts when a throughput is bounded below or maximized, or when cells are to be unloaded."""
    wanted = (
        situation.bounds("DRB.UEThpDl") or situation.wants(Condition.MAXIMIZE, "DRB.UEThpDl") or situation.bounds("RRU.PrbTotDl")
    )
    if not wanted and not situation.wants(Condition.MINIMIZE, "RRU.PrbTotDl"):
        return []
    slices = {one for one, _ in situation.bounds("DRB.UEThpDl") if one is not None} or {Slice.EMBB}
    drafts = [wake_capacity(situation), offload(situation), *(_lift_cap(situation, one) for one in sorted(slices))]
    return [draft for draft in drafts if draft.edits]


def wake_capacity(situation: Situation) -> Draft:
    """Wake sleeping cells in the place and next to it."""
    asleep = [cell for cell in (*situation.cells, *situation.neighbours) if situation.is_asleep(cell)]
    inside = {cell.id for cell in situation.cells}
    chosen = [cell for cell in asleep if cell.id in inside or _neighbours_load(situation, cell) >= _FULL]
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


def offload(situation: Situation) -> Draft:
    """Hand users over earlier towards neighbours with room: the offset follows the difference in load, 1 dB per 10 points."""
    edits, knobs, moved = [], [], []
    for cell in situation.cells:
        load = situation.load(cell.id)
        relations = sorted(situation.relations(cell), key=lambda pair: situation.load(pair[1]))
        for dn, other in relations[:2]:
            spare = load - situation.load(other)
            if load < _FULL or spare < _ROOM or _sleeps(situation, other):
                continue
            now = situation.number(dn, "cellIndividualOffset") or 0.0
            edit = situation.edit(dn, "cellIndividualOffset", min(now + spare / _DB_PER_LOAD, 10.0))
            if edit is None:
                continue
            edits.append(edit)
            choices = tuple(sorted({*_OFFSETS, now, float(str(edit.new))}))
            knobs.append(Knob(dn=dn, attribute="cellIndividualOffset", old=edit.old, choices=tuple(map(_whole, choices))))
            moved.append(f"{cell.id}→{other}")
    return Draft(
        name="offload",
        rationale=f"move users to neighbours with room ({', '.join(moved) or 'none'})",
        edits=kept(edits),
        knobs=tuple(knobs),
        risks=("users handed over early see a weaker signal: watch MM.RlfRate and MM.HoPingPongRate",),
    )


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _sleeps(situation: Situation, cell_id: str) -> bool:
    return any(cell.id == cell_id and situation.is_asleep(cell) for cell in situation.card.cells)


def _lift_cap(situation: Situation, one: Slice) -> Draft:
    """Raise the cap of the slice that wants throughput, and guarantee it what the others' minima leave."""
    edits, knobs = [], []
    for cell in situation.cells:
        dn = f"{cell.dn},RRMPolicyRatio={one.value}"
        cap, floor = situation.number(dn, "rRMPolicyMaxRatio"), situation.number(dn, "rRMPolicyMinRatio")
        if cap is None or floor is None:
            continue
        others = [
            situation.number(f"{cell.dn},RRMPolicyRatio={other.value}", "rRMPolicyMinRatio") or 0.0
            for other in situation.card.slices
            if other is not one
        ]
        demand = (situation.kpi("RRU.PrbUsedDl", cell.id, one) or 0.0) * situation.growth_of(cell.id, one)
        room = max(100.0 - sum(others), 0.0)
        guarantee = situation.edit(dn, "rRMPolicyMinRatio", min(max(floor, 5 * round(demand / 5)), room))
        edits += [situation.edit(dn, "rRMPolicyMaxRatio", 100), guarantee]
        knobs.append(around(guarantee, 0, room, 5))
    return Draft(
        name=f"{one.value} share",
        rationale=f"let {one.value} use all idle PRBs and count on the share that its demand needs",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=("bursts of other slices wait longer where the guaranteed share fills the cell",),
    )
