"""User throughput in crowded cells: lift slice caps, and move load to lightly loaded neighbours."""

from __future__ import annotations

from agents.heuristics.capacity import FULL, wants_capacity
from agents.heuristics.draft import Draft, Knob, edits_of, knobs_of, written_like
from agents.heuristics.situation import Situation
from policies.change import AttributeEdit
from policies.slices import Slice

_MIN_DIFFERENCE = 15.0  # in load, points
_POINTS_PER_DB = 10.0
_OFFSETS_DB = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


def user_throughput(situation: Situation) -> list[Draft]:
    """Return drafts if a throughput is bounded or maximized, or if the load of cells is bounded or minimized."""
    if not wants_capacity(situation):
        return []
    slices = {slice_ for slice_, _ in situation.bounds("DRB.UEThpDl") if slice_ is not None} or {Slice.EMBB}
    drafts = [offload(situation), *(_lift_cap(situation, slice_) for slice_ in sorted(slices))]
    return [draft for draft in drafts if draft.edits]


def offload(situation: Situation) -> Draft:
    """Hand users over earlier to lightly loaded neighbours: 1 dB of offset per 10 points of difference in load."""
    edits, knobs, directions = [], [], []
    for cell in situation.cells:
        load = situation.load(cell.id)
        relations = sorted(situation.relations(cell), key=lambda pair: situation.load(pair[1]))
        for dn, neighbour in relations[:2]:
            difference = load - situation.load(neighbour)
            if load < FULL or difference < _MIN_DIFFERENCE or neighbour in situation.asleep:
                continue
            current = situation.number(dn, "cellIndividualOffset") or 0.0
            edit = situation.edit(dn, "cellIndividualOffset", min(current + difference / _POINTS_PER_DB, 10.0))
            if edit is None:
                continue
            edits.append(edit)
            knobs.append(_offset_knob(situation, edit, current))
            directions.append(f"{cell.id}→{neighbour}")
    return Draft(
        name="offload",
        rationale=f"move users to lightly loaded neighbours ({', '.join(directions) or 'none'})",
        edits=edits_of(edits),
        knobs=tuple(knobs),
        risks=("users handed over early see a weaker signal; watch MM.RlfRate and MM.HoPingPongRate",),
    )


def _offset_knob(situation: Situation, edit: AttributeEdit, current: float) -> Knob:
    offsets = situation.reachable(edit, (*_OFFSETS_DB, current, float(str(edit.new))))
    choices = tuple(written_like(offset, 0) for offset in offsets)
    return Knob(dn=edit.dn, attribute=edit.attribute, old=edit.old, choices=choices)


def _lift_cap(situation: Situation, slice_: Slice) -> Draft:
    """Remove the cap of the slice, and guarantee it the share of its demand as far as the other slices' minima leave it."""
    edits, knobs = [], []
    for cell in situation.cells:
        dn = f"{cell.dn},RRMPolicyRatio={slice_.value}"
        cap, floor = situation.number(dn, "rRMPolicyMaxRatio"), situation.number(dn, "rRMPolicyMinRatio")
        if cap is None or floor is None:
            continue
        demand = (situation.kpi("RRU.PrbUsedDl", cell.id, slice_) or 0.0) * situation.growth_of(cell.id, slice_)
        highest = max(situation.unreserved_ratio(cell, slice_), 0.0)
        guarantee = situation.edit(dn, "rRMPolicyMinRatio", min(max(floor, 5 * round(demand / 5)), highest))
        edits += [situation.edit(dn, "rRMPolicyMaxRatio", 100), guarantee]
        knobs.append(situation.knob(guarantee, 0, highest, 5))
    return Draft(
        name=f"{slice_.value} share",
        rationale=f"let {slice_.value} use all idle PRBs, and guarantee it the share that its demand needs",
        edits=edits_of(edits),
        knobs=knobs_of(knobs),
        risks=("bursts of other slices wait longer where the guaranteed share fills the cell",),
    )
