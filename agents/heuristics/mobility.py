"""Mobility robustness (TS 28.313 clause 6.4.2.1): later handover against ping-pong, earlier against radio link failures."""

from __future__ import annotations

from agents.heuristics.draft import Draft, kept, knobs_of
from agents.heuristics.situation import Situation
from policies.intent import Condition
from policies.limits.catalogue import UnknownAttributeError


def mobility(situation: Situation) -> list[Draft]:
    """Return drafts when ping-pong or radio link failure rates are bounded or minimized."""
    drafts = []
    if situation.bounds("MM.HoPingPongRate") or situation.wants(Condition.MINIMIZE, "MM.HoPingPongRate"):
        drafts += [_shift(situation, "later handover", "MM.HoPingPongRate", 1.0), _trigger(situation, "longer trigger", 1)]
    if situation.bounds("MM.RlfRate") or situation.wants(Condition.MINIMIZE, "MM.RlfRate"):
        drafts += [_shift(situation, "earlier handover", "MM.RlfRate", -1.0), _trigger(situation, "shorter trigger", -1)]
    return [draft for draft in drafts if draft.edits]


def _shift(situation: Situation, name: str, kpi: str, sign: float) -> Draft:
    """Move a3Offset and hysteresis by 0.5 dB for each doubling of the bound that is measured, 0.5..3 dB."""
    bounds = [target.value for _, target in situation.bounds(kpi) if target.value]
    edits, knobs = [], []
    for cell in situation.cells:
        dn = f"{cell.cu_dn},MobilityProfile=1"
        measured = situation.kpi(kpi, cell.id) or 0.0
        step = min(max(0.5 * measured / bounds[0], 0.5), 3.0) if bounds else 1.0
        for attribute in ("a3Offset", "hysteresis"):
            now = situation.number(dn, attribute)
            if now is None or (bounds and measured <= bounds[0] / 2):
                continue
            moved = max(now + sign * step, 0.0) if attribute == "hysteresis" else now + sign * step
            edit = situation.edit(dn, attribute, moved)
            edits.append(edit)
            knobs.append(situation.knob(edit, 0.0, 6.0, 0.5))
    what = "later" if sign > 0 else "earlier"
    return Draft(
        name=name,
        rationale=f"hand over {what}, by as much as {kpi} misses its bound",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=("later handover risks radio link failures" if sign > 0 else "earlier handover risks ping-pong",),
    )


def _trigger(situation: Situation, name: str, direction: int) -> Draft:
    """Move timeToTrigger to the next allowed value."""
    edits = []
    for cell in situation.cells:
        dn = f"{cell.cu_dn},MobilityProfile=1"
        now = situation.number(dn, "timeToTrigger")
        allowed = _allowed(situation)
        beyond = [value for value in allowed if now is not None and (value - now) * direction > 0]
        if beyond:
            edits.append(situation.edit(dn, "timeToTrigger", min(beyond) if direction > 0 else max(beyond)))
    return Draft(
        name=name,
        rationale="the next allowed time to trigger " + ("above" if direction > 0 else "below") + " the present one",
        edits=kept(edits),
        risks=("a longer trigger hands fast users over too late" if direction > 0 else "a shorter trigger reacts to fading",),
    )


def _allowed(situation: Situation) -> list[float]:
    try:
        values = situation.limits.limit("MobilityProfile", "timeToTrigger").values
    except UnknownAttributeError:
        return []
    return sorted(value for value in values if not isinstance(value, str))
