"""`select_recovery_strategy`: a rule that selects the Configuration tool that fits the observed symptoms, with its reason.

The first of these that applies: nothing is broken or at risk (none); the server is the cause (edge_offload); the radio is poor
and no block is left (graceful_degradation); the slice's blocks are used up and no other slice is better
(trigger_slice_reallocation); otherwise switch_network_slice. A dimension of the state counts as broken from a probability of 0.5
that it violates its slice's usual bound; so do the risk factors "edge" and "load" from a score of 0.5.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.network_state import NetworkState
from policies.gym.risk_score import RiskScore
from policies.gym.usual_sla import violation_probabilities
from policies.slices import Slice
from tools.contract import ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer
from tools.gym.radio_conditions import loads, serving_or_best, uav_sinr_db
from tools.gym.telemetry import edge_load, mission_service
from twins.gym.world import World

Strategy = Literal["switch_network_slice", "trigger_slice_reallocation", "edge_offload", "graceful_degradation", "none"]
BROKEN_FROM, USED_UP_FROM, POOR_SINR_DB, SERVER_PART = 0.5, 0.9, 0.0, 0.5


class SelectRecoveryStrategy(ToolRequest):
    """The state to recover from, and its risk."""

    state: NetworkState = Field(description="as returned by check_network_state")
    risk: RiskScore = Field(description="as returned by risk_assessment")


class RecoveryStrategy(ToolValue):
    """The Configuration tool to use, or "none", the reason, and the dimensions of the state that are broken."""

    strategy: Strategy
    reason: str
    broken: tuple[str, ...]


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def select_recovery_strategy(context: GymContext, request: SelectRecoveryStrategy) -> Evidence[RecoveryStrategy]:
    """Select by a rule, from a state, its risk and observations, the Configuration tool to use, or none, with the reason."""
    odds = violation_probabilities(request.state, mission_service(context.world).offered_mbps)
    broken = tuple(name for name, probability in odds.items() if probability >= BROKEN_FROM)
    strategy, reason = _select(context.world, request.state, broken or _at_risk(request.risk))
    value = RecoveryStrategy(strategy=strategy, reason=reason, broken=broken)
    return answer(context, f"{strategy}: {reason} (rule)", value, kind="forecast")


def _at_risk(risk: RiskScore) -> tuple[str, ...]:
    factors = {**risk.factors, risk.worst: risk.score}
    labels = (("edge", "edge load"), ("load", "cell load"))
    return tuple(label for name, label in labels if factors.get(name, 0.0) >= BROKEN_FROM)


def _select(world: World, state: NetworkState, broken: tuple[str, ...]) -> tuple[Strategy, str]:
    if not broken:
        values = f"{state.latency_ms:.0f} ms, loss {state.loss:.2%}, edge load {state.edge_load:.0%}"
        return "none", f"{values} are usual for {state.slice.value}, and neither server nor cells are near their limit"
    server = _server_at_fault(world, state, broken)
    return ("edge_offload", server) if server else _radio(world, state, broken)


def _server_at_fault(world: World, state: NetworkState, broken: tuple[str, ...]) -> str:
    if "edge load" in broken:
        return f"the serving edge is {state.edge_load:.0%} loaded: compute the service at another server"
    link = edge_load(world).servers[world.service_host].link_ms
    if "latency" in broken and link >= SERVER_PART * state.latency_ms:
        return f"{link:.0f} of {state.latency_ms:.0f} ms are the link of {world.service_host}: compute the service nearer"
    return ""


def _radio(world: World, state: NetworkState, broken: tuple[str, ...]) -> tuple[Strategy, str]:
    symptoms, current = ", ".join(broken), state.slice
    serving = {uav: serving_or_best(world, uav) for uav in world.mission.fleet}
    full = [
        gnb
        for gnb in sorted(set(serving.values()))
        if loads(world)[gnb] >= USED_UP_FROM * world.layout.cells[gnb].shares[current]
    ]
    poor = [uav for uav, gnb in serving.items() if gnb in full and uav_sinr_db(world, uav, gnb) < POOR_SINR_DB]
    if poor:
        return (
            "graceful_degradation",
            f"{symptoms}: SINR below 0 dB at {', '.join(poor)}, and {', '.join(full)} have no block left",
        )
    if current is Slice.URLLC or (full and not _better_slice(world, current)):
        return "trigger_slice_reallocation", f"{symptoms}: {current.value} needs more blocks at {', '.join(full) or 'its gNBs'}"
    return "switch_network_slice", f"{symptoms}: {Slice.URLLC.value} is served before {current.value} and has blocks left"


def _better_slice(world: World, current: Slice) -> bool:
    """Whether URLLC, the slice to switch to, is in a better state: the users that it has lose less than 1 %."""
    others = world.measured.slices.get(Slice.URLLC)
    return current is not Slice.URLLC and (others is None or others.loss < 0.01)
