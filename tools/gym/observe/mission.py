"""Observation of the mission: positions and batteries of its UAVs, and SLA violations to expect."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.battery_level import BatteryLevel
from policies.gym.network_state import SlaSpec
from policies.gym.place import Position
from policies.gym.usual_sla import usual_sla, violation_probabilities
from tools.contract import ToolValue, tool
from tools.gym.context import GymContext, answer, require_uav
from tools.gym.requests import StateRequest, UavRequest
from tools.gym.telemetry import mission_service

RULE = "rule: r^4 / (1 + r^4), r = value / bound (throughput: missing share / 10 %); bounds by slice: policies.gym.usual_sla"


class SLAPrediction(ToolValue):
    """Probability, by dimension and by a rule, that the state violates its slice's usual bounds; the likeliest dimension."""

    slice: str
    usual: SlaSpec
    probability: dict[str, float] = Field(description="0..1 for latency, jitter, loss, edge load, throughput")
    most_likely: str
    rule: str = RULE


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def read_uav_position(context: GymContext, request: UavRequest) -> Evidence[Position]:
    """Read the current position of a UAV: x east, y north, z above ground, m."""
    at = context.world.mission.fleet[require_uav(context, request.uav)].position
    value = Position(x_m=round(at.x_m, 2), y_m=round(at.y_m, 2), z_m=round(at.z_m, 2))
    return answer(context, f"{request.uav} is at ({value.x_m:.1f}, {value.y_m:.1f}, {value.z_m:.1f}) m", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_battery_level(context: GymContext, request: UavRequest) -> Evidence[BatteryLevel]:
    """Read the remaining charge of a UAV's battery, Wh and 0..1; its answer feeds compute_energy_budget."""
    uav = context.world.mission.fleet[require_uav(context, request.uav)]
    value = BatteryLevel(
        uav=request.uav, charge=round(uav.charge, 4), energy_wh=round(uav.energy_wh, 3), capacity_wh=uav.capacity_wh
    )
    return answer(context, f"{request.uav} has {value.charge:.0%}, {value.energy_wh:.1f} of {value.capacity_wh:g} Wh", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def predict_sla_violation(context: GymContext, request: StateRequest) -> Evidence[SLAPrediction]:
    """Predict by a rule, for each dimension of a state, the probability 0..1 that it violates the slice's usual bound.

    The usual bounds (TS 23.501 5QI 2, 3, 9) are not the mission's SLA: verify_sla_compliance checks the SLA.
    """
    state = request.state
    offered = mission_service(context.world).offered_mbps
    odds = violation_probabilities(state, offered)
    likeliest = max(odds, key=lambda name: odds[name])
    value = SLAPrediction(slice=state.slice.value, usual=usual_sla(state.slice, offered), probability=odds, most_likely=likeliest)
    summary = ", ".join(f"{name} {probability:.0%}" for name, probability in odds.items())
    return answer(context, f"{state.slice.value}: most likely {likeliest}; {summary} (rule)", value, kind="forecast")
