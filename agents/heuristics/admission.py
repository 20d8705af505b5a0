"""Admission control: admit more connections if too many are blocked, fewer if the admitted users lack capacity."""

from __future__ import annotations

from agents.heuristics.draft import Draft, edits_of, knobs_of
from agents.heuristics.situation import Situation
from policies.intent import Condition
from policies.slices import Slice

_CROWDED = 85.0


def admission(situation: Situation) -> list[Draft]:
    """Return drafts if blocking is bounded or minimized, or if throughput or delay is bounded and cells are crowded."""
    drafts = []
    if situation.bounds("RRC.ConnEstabFailRate") or situation.wants(Condition.MINIMIZE, "RRC.ConnEstabFailRate"):
        drafts.append(_open(situation))
    if situation.bounds("DRB.UEThpDl", "DRB.PdcpSduDelayDl"):
        drafts.append(_protect(situation))
    return [draft for draft in drafts if draft.edits]


def _open(situation: Situation) -> Draft:
    bounded = {slice_ for slice_, _ in situation.bounds("RRC.ConnEstabFailRate") if slice_ is not None}
    edits, knobs = [], []
    for cell in situation.cells:
        for slice_ in sorted(bounded or situation.card.slices):
            dn = f"{cell.dn},AdmissionControl={slice_.value}"
            blocked = _blocked_percent(situation, cell.id, slice_)
            max_usage, max_ues = situation.number(dn, "maxPrbUsage"), situation.number(dn, "maxConnectedUes")
            if max_usage is not None:
                edit = situation.edit(dn, "maxPrbUsage", min(max_usage + max(5.0, blocked), 100.0))
                edits.append(edit)
                knobs.append(situation.knob(edit, 50, 100, 5))
            if max_ues is not None and blocked > 0:
                edits.append(situation.edit(dn, "maxConnectedUes", round(max_ues * (1 + blocked / 100 + 0.1))))
    return Draft(
        name="open admission",
        rationale="admit connections up to a higher PRB use, raised by the share that is blocked now",
        edits=edits_of(edits),
        knobs=knobs_of(knobs),
        risks=("more users share the cell: throughput and delay of the connected users get worse",),
    )


def _blocked_percent(situation: Situation, cell: str, slice_: Slice) -> float:
    """Return the connection failure rate of the slice in the cell, of the whole cell if not counted by slice, 0 if unknown."""
    kpi = "RRC.ConnEstabFailRate"
    return situation.kpi(kpi, cell, slice_) or situation.kpi(kpi, cell) or 0.0


def _protect(situation: Situation) -> Draft:
    """Stop admitting eMBB users into cells that are expected to overflow, so that they connect to neighbours."""
    edits, knobs = [], []
    for cell in situation.cells:
        dn = f"{cell.dn},AdmissionControl={Slice.EMBB.value}"
        load, now = situation.load(cell.id), situation.number(dn, "maxPrbUsage")
        if now is None or load < _CROWDED:
            continue
        cap = max(min(now, 95.0) - min((load - _CROWDED) / 10, 15.0), 60.0)
        edit = situation.edit(dn, "maxPrbUsage", round(cap))
        edits.append(edit)
        knobs.append(situation.knob(edit, 60, 100, 5))
    return Draft(
        name="protect by admission",
        rationale="stop admitting eMBB users shortly before the cell is full, so that connected users keep their rate",
        edits=edits_of(edits),
        knobs=knobs_of(knobs),
        risks=("new users are blocked; watch RRC.ConnEstabFailRate",),
    )
