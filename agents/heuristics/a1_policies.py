"""A1 policies (O-RAN.WG2.A1TD): a slice SLA target sized from the forecast, and a steering preference towards cells with room.

They are offered only where the network offers the policy type and its cells have NR cell identities.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from pydantic import JsonValue

from agents.heuristics.capacity import FULL, wants_room
from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from policies.change import PolicyEdit, digest_of
from policies.slices import Slice
from twins.network import Cell

SLA_TYPE = "ORAN_SliceSLATarget_1.0.0"
STEERING_TYPE = "ORAN_TrafficSteeringPreference_1.0.0"
# The network card names no operator; 001/01 is the test network of ITU-T E.212.
_PLMN: dict[str, JsonValue] = {"mcc": "001", "mnc": "01"}
_HEADROOM = 1.3
_ROOM = 0.5


def a1_policies(situation: Situation) -> list[Draft]:
    """Return the drafts by A1 policy that the intent calls for."""
    slices = {one for one, _ in situation.bounds("DRB.") if one is not None}
    drafts = [_sla(situation, one) for one in sorted(slices)] if SLA_TYPE in situation.card.policy_types else []
    if STEERING_TYPE in situation.card.policy_types and wants_room(situation):
        drafts.append(_steering(situation))
    return [draft for draft in drafts if draft is not None and draft.edits]


def _sla(situation: Situation, one: Slice) -> Draft | None:
    """Guarantee in each cell what the busiest of them is expected to need, and a third more."""
    inside = {cell.id for cell in situation.cells}
    volumes = [row.volume_mbps for row in situation.forecast if row.cell in inside and row.slice is one]
    cells = _identities(situation.cells)
    if not volumes or max(volumes) <= 0 or not cells:
        return None
    kbps = 100 * ceil(max(volumes) * _HEADROOM * 10)
    body: dict[str, JsonValue] = {
        "scope": _scope(one),
        "sliceSlaObjectives": {"guaDlThptPerSlice": kbps},
        "sliceSlaResources": {"cellIdList": cells},
    }
    return Draft(
        name=f"{one.value} SLA policy",
        rationale=f"let the RIC guarantee {one.value} {kbps / 1000:g} Mbit/s in each cell, the busiest needs {max(volumes):.3g}",
        edits=(_policy(SLA_TYPE, one, "sla", body),),
        risks=("the RIC moves PRBs between slices on its own while the policy stands",),
    )


def _steering(situation: Situation) -> Draft | None:
    """Prefer neighbours with room, avoid the cells that are expected to be full."""
    full = [cell for cell in situation.cells if situation.load(cell.id) >= FULL and not situation.is_asleep(cell)]
    free = [cell for cell in (*situation.cells, *situation.neighbours) if situation.load(cell.id) < _ROOM * FULL]
    awake = [cell for cell in free if not situation.is_asleep(cell)]
    prefer, avoid = _identities(awake), _identities(full)
    if not prefer or not avoid:
        return None
    resources: list[JsonValue] = [{"cellIdList": prefer, "preference": "PREFER"}, {"cellIdList": avoid, "preference": "AVOID"}]
    body: dict[str, JsonValue] = {"scope": _scope(Slice.EMBB), "tspResources": resources}
    return Draft(
        name="steer eMBB",
        rationale=f"steer eMBB from {', '.join(cell.id for cell in full)} to cells with room",
        edits=(_policy(STEERING_TYPE, Slice.EMBB, "steering", body),),
        risks=("users are served by a cell that is not their strongest: watch MM.RlfRate",),
    )


def _scope(one: Slice) -> dict[str, JsonValue]:
    return {"sliceId": {"sst": one.sst, "plmnId": _PLMN}}


def _identities(cells: Sequence[Cell]) -> list[JsonValue]:
    return [{"plmnId": _PLMN, "cId": {"ncI": cell.nci}} for cell in cells if cell.nci is not None]


def _policy(kind: str, one: Slice, word: str, body: dict[str, JsonValue]) -> PolicyEdit:
    return PolicyEdit(policy_type=kind, policy_id=f"twinpilot-{one.value}-{word}-{digest_of(body)[:8]}", old=None, new=body)
