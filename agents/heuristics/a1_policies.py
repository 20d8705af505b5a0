"""A1 policies (O-RAN.WG2.A1TD): a slice SLA target sized from the forecast, and steering towards lightly loaded cells.

They are drafted only if the network supports the policy type and its cells have NR cell identities.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from pydantic import JsonValue

from agents.heuristics.capacity import FULL, wants_capacity
from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from policies.change import PolicyEdit, digest_of
from policies.slices import Slice
from twins.network import Cell

SLA_TYPE = "ORAN_SliceSLATarget_1.0.0"
STEERING_TYPE = "ORAN_TrafficSteeringPreference_1.0.0"
# The network card has no PLMN; 001/01 is the test network of ITU-T E.212.
_PLMN: dict[str, JsonValue] = {"mcc": "001", "mnc": "01"}
_HEADROOM = 1.3
_LIGHT_LOAD = 0.5 * FULL


def a1_policies(situation: Situation) -> list[Draft]:
    """Return drafts of A1 policies for the bounded slices, and of traffic steering if capacity is wanted."""
    slices = {slice_ for slice_, _ in situation.bounds("DRB.") if slice_ is not None}
    drafts = [_sla(situation, slice_) for slice_ in sorted(slices)] if SLA_TYPE in situation.card.policy_types else []
    if STEERING_TYPE in situation.card.policy_types and wants_capacity(situation):
        drafts.append(_steering(situation))
    return [draft for draft in drafts if draft is not None and draft.edits]


def _sla(situation: Situation, slice_: Slice) -> Draft | None:
    """Guarantee in each cell the volume that is forecast for the busiest one, plus 30 %."""
    inside = {cell.id for cell in situation.cells}
    volumes = [row.volume_mbps for row in situation.forecast if row.cell in inside and row.slice is slice_]
    cells = _identities([cell for cell in situation.cells if _may_guarantee(situation, cell, slice_)])
    if not volumes or max(volumes) <= 0 or not cells:
        return None
    kbps = 100 * ceil(max(volumes) * _HEADROOM * 10)
    body = _guarantee(slice_, kbps, cells)
    return Draft(
        name=f"{slice_.value} SLA policy",
        rationale=f"let the RIC guarantee {slice_.value} {kbps / 1000:g} Mbit/s per cell; the busiest needs {max(volumes):.3g}",
        edits=(_policy(SLA_TYPE, slice_, "sla", body),),
        risks=("the RIC moves PRBs between slices on its own while the policy is in force",),
    )


def _guarantee(slice_: Slice, kbps: int, cells: list[JsonValue]) -> dict[str, JsonValue]:
    return {
        "scope": _scope(slice_),
        "sliceSlaObjectives": {"guaDlThptPerSlice": kbps},
        "sliceSlaResources": {"cellIdList": cells},
    }


def _may_guarantee(situation: Situation, cell: Cell, slice_: Slice) -> bool:
    """Whether nothing forbids a guarantee for the slice in this cell."""
    return situation.forbids(_policy(SLA_TYPE, slice_, "sla", _guarantee(slice_, 1, _identities([cell])))) is None


def _steering(situation: Situation) -> Draft | None:
    """Prefer lightly loaded cells and avoid cells that are expected to be full."""
    full = [cell for cell in situation.cells if situation.load(cell.id) >= FULL and cell.id not in situation.asleep]
    light = [cell for cell in (*situation.cells, *situation.neighbours) if situation.load(cell.id) < _LIGHT_LOAD]
    awake = [cell for cell in light if cell.id not in situation.asleep]
    prefer, avoid = _identities(awake), _identities(full)
    if not prefer or not avoid:
        return None
    resources: list[JsonValue] = [{"cellIdList": prefer, "preference": "PREFER"}, {"cellIdList": avoid, "preference": "AVOID"}]
    body: dict[str, JsonValue] = {"scope": _scope(Slice.EMBB), "tspResources": resources}
    return Draft(
        name="steer eMBB",
        rationale=f"steer eMBB from {', '.join(cell.id for cell in full)} to lightly loaded cells",
        edits=(_policy(STEERING_TYPE, Slice.EMBB, "steering", body),),
        risks=("users are served by a cell that is not their strongest; watch MM.RlfRate",),
    )


def _scope(slice_: Slice) -> dict[str, JsonValue]:
    return {"sliceId": {"sst": slice_.sst, "plmnId": _PLMN}}


def _identities(cells: Sequence[Cell]) -> list[JsonValue]:
    return [{"plmnId": _PLMN, "cId": {"ncI": cell.nci}} for cell in cells if cell.nci is not None]


def _policy(policy_type: str, slice_: Slice, label: str, body: dict[str, JsonValue]) -> PolicyEdit:
    policy_id = f"twinpilot-{slice_.value}-{label}-{digest_of(body)[:8]}"
    return PolicyEdit(policy_type=policy_type, policy_id=policy_id, old=None, new=body)
