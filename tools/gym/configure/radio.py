"""The `radio` catalogue, beyond the paper's: tools for beams, transmit power, handover offset and receivers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.network_state import NetworkState
from tools.contract import Boundary, Tool, ToolError, ToolRequest, ToolValue, tool
from tools.gym.configure.configuration import TIMEOUT_S, configure_and_measure
from tools.gym.configure.receiver_gain import RECEIVERS, receiver_gain_db
from tools.gym.context import GymContext, answer, require_gnb, require_uav
from tools.gym.state_summary import state_summary
from twins.gym.changes import with_cell, with_noise_figure
from twins.gym.field import NOISE_FIGURE_DB
from twins.gym.layout import A3_OFFSET_DB, Beam


class SteerBeam(ToolRequest):
    """The gNB and the direction of its antenna."""

    gnb: str
    azimuth_deg: float | None = Field(
        default=None, ge=-180.0, le=360.0, description="from the x axis (east) counter-clockwise, degrees; null: omnidirectional"
    )
    tilt_deg: float = Field(default=0.0, ge=-60.0, le=60.0, description="below the horizon, degrees; negative looks up")


class SetTransmitPower(ToolRequest):
    """The gNB and its transmit power."""

    gnb: str
    power_dbm: float = Field(ge=10.0, le=46.0, description="10 to 46 dBm (TS 36.104 table 6.2-1: wide area, 20 W and a margin)")


class SetHandoverOffset(ToolRequest):
    """The gNB and the A3 offset of the users that it serves."""

    gnb: str
    offset_db: float = Field(
        ge=A3_OFFSET_DB[0], le=A3_OFFSET_DB[1], description="-15 to 15 dB (TS 36.331 a3-Offset); lower hands over earlier"
    )


class SelectReceiver(ToolRequest):
    """The receiver, and the UAV to use it; an empty name stands for all UAVs of the mission."""

    uav: str = ""
    receiver: str = Field(description=" or ".join(RECEIVERS))


class ReceiverSelected(ToolValue):
    """SNR gain over LS channel estimation at 10 % BLER, from the link table, and the network state after the change."""

    receiver: str
    gain_db: float
    link: str
    state: NetworkState


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def steer_beam(context: GymContext, request: SteerBeam) -> Evidence[NetworkState]:
    """Point a gNB's antenna (8 dBi, beamwidth 65 degrees); without an azimuth it is omnidirectional, 0 dBi."""
    beam = None if request.azimuth_deg is None else Beam(azimuth_deg=request.azimuth_deg, tilt_deg=request.tilt_deg)
    state = configure_and_measure(context, with_cell(context.world.layout, require_gnb(context, request.gnb), beam=beam))
    return answer(context, state_summary(state), state)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def set_transmit_power(context: GymContext, request: SetTransmitPower) -> Evidence[NetworkState]:
    """Set a gNB's transmit power; more power helps its own users and interferes with those of other cells."""
    state = configure_and_measure(
        context, with_cell(context.world.layout, require_gnb(context, request.gnb), power_dbm=request.power_dbm)
    )
    return answer(context, state_summary(state), state)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def set_handover_offset(context: GymContext, request: SetHandoverOffset) -> Evidence[NetworkState]:
    """Set by how many dB a neighbour must be stronger before a gNB hands its users over to it (event A3)."""
    state = configure_and_measure(
        context, with_cell(context.world.layout, require_gnb(context, request.gnb), a3_offset_db=request.offset_db)
    )
    return answer(context, state_summary(state), state)


@tool(effect=Effect.CONFIGURE, raises=(ValueError,), timeout_s=TIMEOUT_S)
def select_receiver(context: GymContext, request: SelectReceiver) -> Evidence[ReceiverSelected]:
    """Select the UAVs' channel estimation: a better receiver needs less SNR, which is modelled as a lower noise figure."""
    world = context.world
    if request.receiver not in RECEIVERS:
        raise ToolError(Boundary.ARGUMENTS, f"receiver={request.receiver!r} is none of {', '.join(RECEIVERS)}")
    uavs = [require_uav(context, request.uav)] if request.uav else list(world.scenario.mission)
    gain, link = receiver_gain_db(request.receiver)
    state = configure_and_measure(context, with_noise_figure(world.layout, uavs, NOISE_FIGURE_DB - gain))
    value = ReceiverSelected(receiver=request.receiver, gain_db=gain, link=link, state=state)
    return answer(context, f"{request.receiver}: {gain:+.1f} dB over LS; {state_summary(state)}", value)


RADIO: tuple[Tool[Any, Any], ...] = (steer_beam, set_transmit_power, set_handover_offset, select_receiver)
