"""User throughput in crowded cells: lift caps, and move load to neighbours that have room."""

from __future__ import annotations

from agents.heuristics.capacity import FULL, wants_room
from agents.heuristics.draft import Draft, Knob, kept, knobs_of
from agents.heuristics.situation import Situation
from policies.slices import Slice

_ROOM = 15.0
_DB_PER_LOAD = 10.0
_OFFSETS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


def user_throughput(situation: Situation) -> list[Draft]:
    """Return drafts when a throughput is bounded below or maximized, or when cells are to be unloaded."""
    if not wants_room(situation):
        return []
    slices = {one for one, _ in situation.bounds("DRB.UEThpDl") if one is not None} or {Slice.EMBB}
    drafts = [offload(situation), *(_lift_cap(situation, one) for one in sorted(slices))]
    return [draft for draft in drafts if draft.edits]


def offload(situation: Situation) -> Draft:
    """Hand users over earlier towards neighbours with room: the offset follows the difference in load, 1 dB per 10 points."""
    edits, knobs, moved = [], [], []
    for cell in situation.cells:
        load = situation.load(cell.id)
        relations = sorted(situation.relations(cell), key=lambda pair: situation.load(pair[1]))
        for dn, other in relations[:2]:
            spare = load - situation.load(other)
            if load < FULL or spare < _ROOM or _sleeps(situation, other):
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
        knobs.append(situation.knob(guarantee, 0, room, 5))
    return Draft(
        name=f"{one.value} share",
        rationale=f"let {one.value} use all idle PRBs and count on the share that its demand needs",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=("bursts of other slices wait longer where the guaranteed share fills the cell",),
    )
