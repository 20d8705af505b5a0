"""Slice delay: give the slice the share of PRBs at which its queue keeps the bound.

Queueing delay grows as d₀ / (1 - ρ) with the utilization ρ of the share that the slice can count on (M/G/1 in heavy traffic),
d₀ being the time that scheduling and transmission alone take. So the share must be demand / ρ* with ρ* = 1 - d₀ / bound.
"""

from __future__ import annotations

from math import ceil

from agents.heuristics.draft import Draft, kept, knobs_of
from agents.heuristics.situation import Situation
from policies.change import AttributeEdit
from policies.intent import Condition, ExpectationTarget
from policies.slices import Slice
from twins.network import Cell

# Scheduling request, grant, transmission and one HARQ round trip take about this many slots (TS 38.214 clause 5.3 and 6.4).
_SERVICE_SLOTS = 8
_LEAST_SPARE = 0.2
_SMALLEST_SHARE = 5.0


def slice_delay(situation: Situation) -> list[Draft]:
    """Return drafts for each slice whose delay or loss is bounded (or minimized): minimum share, weight, other slices' caps."""
    drafts: list[Draft] = []
    for one, target in _wanted(situation):
        drafts += [
            draft
            for draft in (_share(situation, one, target), _weight(situation, one, target), _cap_others(situation, one))
            if draft.edits
        ]
    return drafts


def _wanted(situation: Situation) -> list[tuple[Slice, ExpectationTarget]]:
    kpis = ("DRB.PdcpSduDelayDl", "DRB.PacketLossRateDl")
    pairs = situation.intent.bounds() + [
        pair for pair in situation.intent.objectives() if pair[1].condition is Condition.MINIMIZE
    ]
    wanted: dict[Slice, ExpectationTarget] = {}
    for place, target in pairs:
        if target.kpi.startswith(kpis):
            for one in (place.slice,) if place.slice else tuple(one for one in situation.card.slices if one is Slice.URLLC):
                wanted.setdefault(one, target)
    return list(wanted.items())


def needed_share(situation: Situation, cell: Cell, one: Slice, target: ExpectationTarget) -> float:
    """Return the PRB share (percent, 5..90) that the slice needs in the cell in the window to keep the bound."""
    demand = (situation.kpi("RRU.PrbUsedDl", cell.id, one) or 0.0) * situation.growth_of(cell.id, one)
    measured = situation.kpi(target.kpi, cell.id, one)
    bound = target.value if target.value and target.definition.unit == "ms" else None
    service = _SERVICE_SLOTS * 15 / cell.subcarrier_spacing_khz
    spare = min(max(service / bound, _LEAST_SPARE), 0.9) if bound else 0.5
    share = max(demand, _SMALLEST_SHARE) / (1 - spare)
    if bound and measured and measured > bound:
        share *= min(measured / bound, 3.0) ** 0.5
    return min(max(share, _SMALLEST_SHARE), 90.0)


def _share(situation: Situation, one: Slice, target: ExpectationTarget) -> Draft:
    edits: list[AttributeEdit | None] = []
    knobs = []
    for cell in situation.cells:
        dn = f"{cell.dn},RRMPolicyRatio={one.value}"
        now = situation.number(dn, "rRMPolicyMinRatio")
        room = _room(situation, cell, one)
        if now is None or room <= now:
            continue
        new = min(max(5 * ceil(needed_share(situation, cell, one, target) / 5), now), room)
        edit = situation.edit(dn, "rRMPolicyMinRatio", new)
        edits += [edit, _raised_cap(situation, dn, new)]
        knobs.append(situation.knob(edit, 0, room, 5))
    return Draft(
        name=f"{one.value} minimum share",
        rationale=f"prioritize {one.value} on the PRB share at which {target.describe()} holds under the expected demand",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=(f"other slices lose the PRBs that {one.value} fills while it is busy",),
    )


def _raised_cap(situation: Situation, dn: str, share: float) -> AttributeEdit | None:
    cap = situation.number(dn, "rRMPolicyMaxRatio")
    return situation.edit(dn, "rRMPolicyMaxRatio", share) if cap is not None and cap < share else None


def _room(situation: Situation, cell: Cell, one: Slice) -> float:
    """Return what Σ rRMPolicyMinRatio ≤ 100 leaves to the slice (TS 28.541 clause 4.3.36)."""
    others = [
        situation.number(f"{cell.dn},RRMPolicyRatio={other.value}", "rRMPolicyMinRatio") or 0.0
        for other in situation.card.slices
        if other is not one
    ]
    return min(100.0 - sum(others), 90.0)


def _weight(situation: Situation, one: Slice, target: ExpectationTarget) -> Draft:
    edits, knobs = [], []
    for cell in situation.cells:
        dn = f"{cell.dn},SchedulerProfile={one.value}"
        now = situation.number(dn, "schedulerWeight")
        if now is None:
            continue
        measured = situation.kpi(target.kpi, cell.id, one)
        urgency = min(max(measured / target.value, 1.5), 5.0) if measured and target.value else 2.0
        growth = max(situation.growth_of(cell.id, Slice.EMBB), 1.0)
        edit = situation.edit(dn, "schedulerWeight", round(now * urgency * growth**0.5, 1))
        edits.append(edit)
        knobs.append(situation.knob(edit, 0.5, 10, 0.5))
    return Draft(
        name=f"{one.value} scheduler weight",
        rationale=f"serve {one.value} earlier in the scheduler, by as much as {target.describe()} is missed or threatened",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=("a higher weight can starve the other slices in a full cell",),
    )


def _cap_others(situation: Situation, one: Slice) -> Draft:
    """Cap the heaviest other slice where the cell is expected to be full."""
    edits = []
    for cell in situation.cells:
        others = [other for other in situation.card.slices if other is not one]
        heavy = max(others, key=lambda other: situation.kpi("RRU.PrbUsedDl", cell.id, other) or 0.0, default=None)
        if heavy is None or situation.load(cell.id) < 80:
            continue
        floor = situation.number(f"{cell.dn},RRMPolicyRatio={one.value}", "rRMPolicyMinRatio") or _SMALLEST_SHARE
        dn = f"{cell.dn},RRMPolicyRatio={heavy.value}"
        edits.append(situation.edit(dn, "rRMPolicyMaxRatio", 100 - max(floor, 10.0)))
    return Draft(
        name=f"cap beside {one.value}",
        rationale=f"keep a part of the PRBs free of the heaviest slice, so that {one.value} never waits behind it",
        edits=kept(edits),
        risks=("the capped slice cannot use idle PRBs above its cap",),
    )
