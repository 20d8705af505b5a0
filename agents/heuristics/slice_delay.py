"""Slice delay: reserve for the slice the share of PRBs at which its queueing delay keeps the bound.

Queueing delay grows as d₀ / (1 - ρ) with the utilization ρ of the slice's guaranteed share (M/G/1 in heavy traffic), where d₀ is
the time for scheduling and transmission alone. The share must therefore be demand / ρ* with ρ* = 1 - d₀ / bound.
"""

from __future__ import annotations

from math import ceil

from agents.heuristics.draft import Draft, edits_of, knobs_of
from agents.heuristics.situation import Situation
from policies.change import AttributeEdit
from policies.intent import Condition, ExpectationTarget
from policies.slices import Slice
from twins.network import Cell

# Scheduling request, grant, transmission and a HARQ round trip take about this many slots (TS 38.214 clause 5.3 and 6.4).
_SERVICE_SLOTS = 8
_MIN_SPARE, _MAX_SPARE = 0.2, 0.9  # of the share that is kept unused, 1 - ρ*
_MIN_SHARE, _MAX_SHARE = 5.0, 90.0  # percent
_FULL = 80.0  # expected PRB use, percent


def slice_delay(situation: Situation) -> list[Draft]:
    """Return drafts for each slice whose delay or loss is bounded or minimized: minimum share, weight, cap of another slice."""
    drafts: list[Draft] = []
    for slice_, target in _targets(situation):
        drafts += [
            draft
            for draft in (_share(situation, slice_, target), _weight(situation, slice_, target), _cap_others(situation, slice_))
            if draft.edits
        ]
    return drafts


def _targets(situation: Situation) -> list[tuple[Slice, ExpectationTarget]]:
    """Return the first delay or loss target of each slice; a target without a slice is URLLC's."""
    kpis = ("DRB.PdcpSduDelayDl", "DRB.PacketLossRateDl")
    pairs = situation.intent.bounds() + [
        pair for pair in situation.intent.objectives() if pair[1].condition is Condition.MINIMIZE
    ]
    targets: dict[Slice, ExpectationTarget] = {}
    for place, target in pairs:
        slice_ = place.slice or Slice.URLLC
        if target.kpi.startswith(kpis) and (place.slice or slice_ in situation.card.slices):
            targets.setdefault(slice_, target)
    return list(targets.items())


def needed_share(situation: Situation, cell: Cell, slice_: Slice, target: ExpectationTarget) -> float:
    """Return the PRB share (percent, 5..90) that the slice needs in the cell in the window to keep the bound."""
    demand = (situation.kpi("RRU.PrbUsedDl", cell.id, slice_) or 0.0) * situation.growth_of(cell.id, slice_)
    measured = situation.kpi(target.kpi, cell.id, slice_)
    bound = target.value if target.value and target.definition.unit == "ms" else None
    service_ms = _SERVICE_SLOTS * 15 / cell.subcarrier_spacing_khz
    spare = min(max(service_ms / bound, _MIN_SPARE), _MAX_SPARE) if bound else 0.5
    share = max(demand, _MIN_SHARE) / (1 - spare)
    if bound and measured and measured > bound:
        share *= min(measured / bound, 3.0) ** 0.5
    return min(max(share, _MIN_SHARE), _MAX_SHARE)


def _share(situation: Situation, slice_: Slice, target: ExpectationTarget) -> Draft:
    edits: list[AttributeEdit | None] = []
    knobs = []
    for cell in situation.cells:
        dn = f"{cell.dn},RRMPolicyRatio={slice_.value}"
        current = situation.number(dn, "rRMPolicyMinRatio")
        highest = min(situation.unreserved_ratio(cell, slice_), _MAX_SHARE)
        if current is None or highest <= current:
            continue
        new = min(max(5 * ceil(needed_share(situation, cell, slice_, target) / 5), current), highest)
        edit = situation.edit(dn, "rRMPolicyMinRatio", new)
        edits += [edit, _raised_cap(situation, dn, new)]
        knobs.append(situation.knob(edit, 0, highest, 5))
    return Draft(
        name=f"{slice_.value} minimum share",
        rationale=f"reserve for {slice_.value} the PRB share at which {target.describe()} holds under the expected demand",
        edits=edits_of(edits),
        knobs=knobs_of(knobs),
        risks=(f"other slices lose the PRBs that {slice_.value} uses while it is busy",),
    )


def _raised_cap(situation: Situation, dn: str, share: float) -> AttributeEdit | None:
    cap = situation.number(dn, "rRMPolicyMaxRatio")
    return situation.edit(dn, "rRMPolicyMaxRatio", share) if cap is not None and cap < share else None


def _weight(situation: Situation, slice_: Slice, target: ExpectationTarget) -> Draft:
    edits, knobs = [], []
    for cell in situation.cells:
        dn = f"{cell.dn},SchedulerProfile={slice_.value}"
        current = situation.number(dn, "schedulerWeight")
        if current is None:
            continue
        measured = situation.kpi(target.kpi, cell.id, slice_)
        urgency = min(max(measured / target.value, 1.5), 5.0) if measured and target.value else 2.0
        growth = max(situation.growth_of(cell.id, Slice.EMBB), 1.0)
        edit = situation.edit(dn, "schedulerWeight", round(current * urgency * growth**0.5, 1))
        edits.append(edit)
        knobs.append(situation.knob(edit, 0.5, 10, 0.5))
    return Draft(
        name=f"{slice_.value} scheduler weight",
        rationale=f"schedule {slice_.value} earlier, in proportion to how far {target.describe()} is missed or threatened",
        edits=edits_of(edits),
        knobs=knobs_of(knobs),
        risks=("a higher weight can starve the other slices in a full cell",),
    )


def _cap_others(situation: Situation, slice_: Slice) -> Draft:
    """Cap the other slice with the highest PRB use where the cell is expected to be full."""
    edits = []
    for cell in situation.cells:
        others = [other for other in situation.card.slices if other is not slice_]
        busiest = max(others, key=lambda other: situation.kpi("RRU.PrbUsedDl", cell.id, other) or 0.0, default=None)
        if busiest is None or situation.load(cell.id) < _FULL:
            continue
        floor = situation.number(f"{cell.dn},RRMPolicyRatio={slice_.value}", "rRMPolicyMinRatio") or _MIN_SHARE
        dn = f"{cell.dn},RRMPolicyRatio={busiest.value}"
        edits.append(situation.edit(dn, "rRMPolicyMaxRatio", 100 - max(floor, 10.0)))
    return Draft(
        name=f"cap beside {slice_.value}",
        rationale=f"keep some PRBs free of the busiest other slice, so that {slice_.value} never waits behind it",
        edits=edits_of(edits),
        risks=("the capped slice cannot use idle PRBs above its cap",),
    )
