"""Observation of the mission: where UAVs are, what is in their batteries, and what threatens the service."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.battery_level import BatteryLevel
from policies.gym.network_state import SlaSpec
from policies.gym.place import Position
from policies.gym.usual_sla import usual_sla, violation_probabilities
from tools.contract import ToolValue, tool
from tools.gym.context import GymContext, answer, known_uav
from tools.gym.requests import OfState, OfUav
from tools.gym.telemetry import mission_service

RULE = "rule: r^4 / (1 + r^4), r = value / bound (throughput: missing share / 10 %); bounds by slice: policies.gym.usual_sla"


class SLAPrediction(ToolValue):
    """Probability by dimension that the state breaks what is usual for its slice, and the greatest of them; by a rule."""

    slice: str
    usual: SlaSpec
    probability: dict[str, float] = Field(description="0..1 for latency, jitter, loss, edge load, throughput")
    most_likely: str
    rule: str = RULE


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def read_uav_position(context: GymContext, request: OfUav) -> Evidence[Position]:
    """Read where a UAV is now: x east, y north, z above ground, m."""
    at = context.world.mission.fleet[known_uav(context, request.uav)].position
    here = Position(x_m=round(at.x_m, 2), y_m=round(at.y_m, 2), z_m=round(at.z_m, 2))
    return answer(context, f"{request.uav} is at ({here.x_m:.1f}, {here.y_m:.1f}, {here.z_m:.1f}) m", here)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_battery_level(context: GymContext, request: OfUav) -> Evidence[BatteryLevel]:
    """Read what is left in a UAV's battery, Wh and share; its answer feeds compute_energy_budget."""
    uav = context.world.mission.fleet[known_uav(context, request.uav)]
    value = BatteryLevel(
        uav=request.uav, charge=round(uav.charge, 4), energy_wh=round(uav.energy_wh, 3), capacity_wh=uav.capacity_wh
    )
    return answer(context, f"{request.uav} has {value.charge:.0%}, {value.energy_wh:.1f} of {value.capacity_wh:g} Wh", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def predict_sla_violation(context: GymContext, request: OfState) -> Evidence[SLAPrediction]:
    """Predict by a rule, from the headroom to what is usual for the slice, how likely each dimension of a state breaks it, 0..1.

    The usual bounds (TS 23.501 5QI 2, 3, 9) are not the mission's SLA: verify_sla_compliance checks that one.
    """
    state = request.state
    offered = mission_service(context.world).offered_mbps
    found = violation_probabilities(state, offered)
    most = max(found, key=lambda name: found[name])
    value = SLAPrediction(slice=state.slice.value, usual=usual_sla(state.slice, offered), probability=found, most_likely=most)
    said = ", ".join(f"{name} {probability:.0%}" for name, probability in found.items())
    return answer(context, f"{state.slice.value}: most likely {most}; {said} (rule)", value, kind="forecast")
