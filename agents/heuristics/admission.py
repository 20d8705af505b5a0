"""Admission: let more connections in against blocking, fewer where the admitted ones starve."""

from __future__ import annotations

from agents.heuristics.draft import Draft, kept, knobs_of
from agents.heuristics.situation import Situation
from policies.intent import Condition
from policies.slices import Slice

_CROWDED = 85.0


def admission(situation: Situation) -> list[Draft]:
    """Return drafts when blocking is bounded, or when a throughput bound is threatened in crowded cells."""
    drafts = []
    if situation.bounds("RRC.ConnEstabFailRate") or situation.wants(Condition.MINIMIZE, "RRC.ConnEstabFailRate"):
        drafts.append(_open(situation))
    if situation.bounds("DRB.UEThpDl", "DRB.PdcpSduDelayDl"):
        drafts.append(_protect(situation))
    return [draft for draft in drafts if draft.edits]


def _open(situation: Situation) -> Draft:
    slices = {one for one, _ in situation.bounds("RRC.ConnEstabFailRate") if one is not None} or set(situation.card.slices)
    edits, knobs = [], []
    for cell in situation.cells:
        for one in sorted(slices):
            dn = f"{cell.dn},AdmissionControl={one.value}"
            blocked = (
                situation.kpi("RRC.ConnEstabFailRate", cell.id, one) or situation.kpi("RRC.ConnEstabFailRate", cell.id) or 0.0
            )
            now, most = situation.number(dn, "maxPrbUsage"), situation.number(dn, "maxConnectedUes")
            if now is not None:
                edit = situation.edit(dn, "maxPrbUsage", min(now + max(5.0, blocked), 100.0))
                edits.append(edit)
                knobs.append(situation.knob(edit, 50, 100, 5))
            if most is not None and blocked > 0:
                edits.append(situation.edit(dn, "maxConnectedUes", round(most * (1 + blocked / 100 + 0.1))))
    return Draft(
        name="open admission",
        rationale="admit connections up to a higher PRB use, by as much as is blocked now",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=("more users share the cell: throughput and delay of those inside get worse",),
    )


def _protect(situation: Situation) -> Draft:
    """Turn new eMBB connections away from cells that are expected to overflow, in favour of their neighbours."""
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
        rationale="stop admitting eMBB users shortly before the cell is full, so that those inside keep their rate",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=("new users are blocked: watch RRC.ConnEstabFailRate",),
    )
