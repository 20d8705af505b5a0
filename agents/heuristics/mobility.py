"""Mobility robustness optimization (TS 28.313 clause 6.4.2.1): later handover against ping-pong, earlier against RLF."""

from __future__ import annotations

from agents.heuristics.draft import Draft, edits_of, knobs_of
from agents.heuristics.situation import Situation
from policies.intent import Condition
from policies.limits.catalogue import UnknownAttributeError


def mobility(situation: Situation) -> list[Draft]:
    """Return drafts if the ping-pong rate or the radio link failure rate is bounded or minimized."""
    drafts = []
    if situation.bounds("MM.HoPingPongRate") or situation.wants(Condition.MINIMIZE, "MM.HoPingPongRate"):
        drafts += [_shift(situation, "later handover", "MM.HoPingPongRate", 1.0), _trigger(situation, "longer trigger", 1)]
    if situation.bounds("MM.RlfRate") or situation.wants(Condition.MINIMIZE, "MM.RlfRate"):
        drafts += [_shift(situation, "earlier handover", "MM.RlfRate", -1.0), _trigger(situation, "shorter trigger", -1)]
    return [draft for draft in drafts if draft.edits]


def _shift(situation: Situation, name: str, kpi: str, sign: float) -> Draft:
    """Move a3Offset and hysteresis by 0.5 dB times the ratio of measured value to bound, 0.5..3 dB; 1 dB without a bound."""
    bounds = [target.value for _, target in situation.bounds(kpi) if target.value]
    edits, knobs = [], []
    for cell in situation.cells:
        dn = f"{cell.cu_dn},MobilityProfile=1"
        measured = situation.kpi(kpi, cell.id) or 0.0
        step = min(max(0.5 * measured / bounds[0], 0.5), 3.0) if bounds else 1.0
        for attribute in ("a3Offset", "hysteresis"):
            current = situation.number(dn, attribute)
            if current is None or (bounds and measured <= bounds[0] / 2):
                continue
            new = max(current + sign * step, 0.0) if attribute == "hysteresis" else current + sign * step
            edit = situation.edit(dn, attribute, new)
            edits.append(edit)
            knobs.append(situation.knob(edit, 0.0, 6.0, 0.5))
    return Draft(
        name=name,
        rationale=f"hand over {'later' if sign > 0 else 'earlier'}, in proportion to how far {kpi} misses its bound",
        edits=edits_of(edits),
        knobs=knobs_of(knobs),
        risks=("later handover risks radio link failures" if sign > 0 else "earlier handover risks ping-pong",),
    )


def _trigger(situation: Situation, name: str, direction: int) -> Draft:
    """Move timeToTrigger to the next allowed value."""
    edits = []
    allowed = _allowed(situation)
    for cell in situation.cells:
        dn = f"{cell.cu_dn},MobilityProfile=1"
        current = situation.number(dn, "timeToTrigger")
        beyond = [value for value in allowed if current is not None and (value - current) * direction > 0]
        if beyond:
            edits.append(situation.edit(dn, "timeToTrigger", min(beyond) if direction > 0 else max(beyond)))
    return Draft(
        name=name,
        rationale=f"use the next allowed time to trigger {'above' if direction > 0 else 'below'} the current one",
        edits=edits_of(edits),
        risks=("a longer time to trigger hands fast users over too late" if direction > 0 else "a shorter one reacts to fading",),
    )


def _allowed(situation: Situation) -> list[float]:
    try:
        values = situation.limits.limit("MobilityProfile", "timeToTrigger").values
    except UnknownAttributeError:
        return []
    return sorted(value for value in values if not isinstance(value, str))
