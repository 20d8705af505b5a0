"""The CONFIGURE tools: each turns a request into a change set, with the current values as old values, and applies it.

Ranges and joint rules are not checked here but by the gate, which judges the change set before it provides an actuator.
Without an actuator (for planners and in shadow mode) a call raises ToolError("permission").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from pydantic import Field

from policies.change import AttributeEdit, ChangeSet, Receipt
from policies.effect import Effect
from policies.evidence import Evidence
from policies.managed_object import Scalar
from policies.slices import Slice
from tools.context import ToolContext
from tools.contract import Boundary, Tool, ToolError, ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from tools.ran.topology_tools import configured
from twins.network import Cell, NetworkError

Settings = Iterable[tuple[str, str, Scalar]]  # DN, attribute, new value


class Applied(ToolValue):
    """The applied change set and the network's receipt."""

    change_set: ChangeSet
    receipt: Receipt


class _Configure(ToolRequest):
    cells: tuple[str, ...] = Field(min_length=1, description="cell ids or area names")
    idempotency_key: str = Field(default="", max_length=128, description="the same key twice applies once")


class SetSliceRatios(_Configure):
    """RRMPolicyRatio of a slice (TS 28.541 clause 4.3.36), percent of the cell's PRBs; omitted ratios do not change."""

    slice: Slice
    min_ratio: int | None = Field(default=None, ge=0, le=100)
    max_ratio: int | None = Field(default=None, ge=0, le=100)
    dedicated_ratio: int | None = Field(default=None, ge=0, le=100)


class SetTransmitPower(_Configure):
    """NRSectorCarrier configuredMaxTxPower, dBm (TS 28.541 clause 4.3.6)."""

    power_dbm: float = Field(ge=0, le=100)


class SetCellIndividualOffset(_Configure):
    """NRCellRelation cellIndividualOffset from the cells towards a neighbour, dB (TS 38.331, Q-OffsetRange)."""

    neighbour: str
    offset_db: int = Field(ge=-24, le=24)


class SetAdmission(_Configure):
    """Admission control of a slice (vendor-specific): PRB usage, percent, above which new connections are rejected."""

    slice: Slice
    max_prb_usage: int = Field(ge=0, le=100)


class SetSchedulerWeights(_Configure):
    """Scheduler weight of a slice (vendor-specific)."""

    slice: Slice
    weight: float = Field(ge=0.1, le=10)


class SetCellActivation(_Configure):
    """CESManagementFunction energySavingControl: put the cells to sleep or wake them (TS 28.541 clause 4.3.63)."""

    state: Literal["awake", "asleep"]


def _apply(context: ToolContext, request: _Configure, settings_of: Callable[[Cell], Settings]) -> Evidence[Applied]:
    if context.actuator is None:
        raise ToolError(Boundary.PERMISSION, "this call has no actuator: propose the change, the gate and a human decide")
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    edits = [_edit(context, *setting) for cell in cells for setting in settings_of(cell)]
    change_set = ChangeSet(edits=tuple(edit for edit in edits if edit.old != edit.new))
    key = request.idempotency_key or f"{type(request).__name__}:{change_set.digest}"
    receipt = context.actuator.apply(change_set, key)
    return Evidence(
        summary="; ".join(change_set.describe()) or "nothing to change: the values are set already",
        value=Applied(change_set=change_set, receipt=receipt),
        provenance=configured(card, context),
    )


def _edit(context: ToolContext, dn: str, attribute: str, new: Scalar) -> AttributeEdit:
    attributes = context.network.read(dn).attributes
    if attribute not in attributes:
        raise ToolError(Boundary.REFUSED, f"{dn} has no attribute {attribute!r}; it has {', '.join(attributes)}")
    return AttributeEdit(dn=dn, attribute=attribute, old=attributes[attribute], new=new)


@tool(effect=Effect.CONFIGURE, raises=(NetworkError,), timeout_s=120)
def set_slice_ratios(context: ToolContext, request: SetSliceRatios) -> Evidence[Applied]:
    """Set a slice's minimum, maximum and dedicated share of the PRBs of cells."""
    ratios = {
        "rRMPolicyMinRatio": request.min_ratio,
        "rRMPolicyMaxRatio": request.max_ratio,
        "rRMPolicyDedicatedRatio": request.dedicated_ratio,
    }
    settings = {name: value for name, value in ratios.items() if value is not None}
    if not settings:
        raise ToolError(Boundary.ARGUMENTS, "none of min_ratio, max_ratio, dedicated_ratio is given: give at least one, 0..100 %")
    return _apply(
        context,
        request,
        lambda cell: ((f"{cell.dn},RRMPolicyRatio={request.slice.value}", name, value) for name, value in settings.items()),
    )


@tool(effect=Effect.CONFIGURE, raises=(NetworkError,), timeout_s=120)
def set_transmit_power(context: ToolContext, request: SetTransmitPower) -> Evidence[Applied]:
    """Set the maximum transmit power of cells."""
    return _apply(context, request, lambda cell: [(cell.carrier_dn, "configuredMaxTxPower", request.power_dbm)])


@tool(effect=Effect.CONFIGURE, raises=(NetworkError,), timeout_s=120)
def set_cell_individual_offset(context: ToolContext, request: SetCellIndividualOffset) -> Evidence[Applied]:
    """Set the cell individual offset from cells towards a neighbour: a positive offset triggers the handover earlier."""
    return _apply(
        context,
        request,
        lambda cell: [(f"{cell.cu_dn},NRCellRelation={request.neighbour}", "cellIndividualOffset", request.offset_db)],
    )


@tool(effect=Effect.CONFIGURE, raises=(NetworkError,), timeout_s=120)
def set_admission(context: ToolContext, request: SetAdmission) -> Evidence[Applied]:
    """Set the PRB usage above which cells reject new connections of a slice."""
    dn = f"AdmissionControl={request.slice.value}"
    return _apply(context, request, lambda cell: [(f"{cell.dn},{dn}", "maxPrbUsage", request.max_prb_usage)])


@tool(effect=Effect.CONFIGURE, raises=(NetworkError,), timeout_s=120)
def set_scheduler_weights(context: ToolContext, request: SetSchedulerWeights) -> Evidence[Applied]:
    """Set a slice's weight in the schedulers of cells."""
    dn = f"SchedulerProfile={request.slice.value}"
    return _apply(context, request, lambda cell: [(f"{cell.dn},{dn}", "schedulerWeight", request.weight)])


@tool(effect=Effect.CONFIGURE, raises=(NetworkError,), timeout_s=120)
def set_cell_activation(context: ToolContext, request: SetCellActivation) -> Evidence[Applied]:
    """Put cells to sleep, after their users are handed over to neighbours, or wake them."""
    control = "toBeEnergySaving" if request.state == "asleep" else "toBeNotEnergySaving"
    return _apply(context, request, lambda cell: [(f"{cell.cu_dn},CESManagementFunction=1", "energySavingControl", control)])


CONFIGURE_TOOLS: tuple[Tool[Any, Any], ...] = (
    set_slice_ratios,
    set_transmit_power,
    set_cell_individual_offset,
    set_admission,
    set_scheduler_weights,
    set_cell_activation,
)
