"""`select_recovery_strategy`: which of the Configuration tools fits what is seen, by a rule that says why.

In order, the first that holds: nothing is broken or about to be; the server is the cause; the radio is poor and no block is left;
the slice's blocks are used up and no better slice is there; else another slice. "Broken" is a dimension of the state that breaks
what is usual for its slice with a probability of a half or more; the risk factors "edge" and "load" count from a half, too.
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
from tools.gym.air import loads, serving_or_best, uav_sinr_db
from tools.gym.context import GymContext, answer
from tools.gym.telemetry import edge_load, mission_service
from twins.gym.world import World

Strategy = Literal["switch_network_slice", "trigger_slice_reallocation", "edge_offload", "graceful_degradation", "none"]
BROKEN, USED_UP, POOR_SINR_DB, SERVER_PART = 0.5, 0.9, 0.0, 0.5


class SelectRecoveryStrategy(ToolRequest):
    """The state to recover from, and what is at risk."""

    state: NetworkState = Field(description="as check_network_state answers it")
    risk: RiskScore = Field(description="as risk_assessment answers it")


class RecoveryStrategy(ToolValue):
    """The Configuration tool that fits, or none; why; and the dimensions of the state that are broken."""

    strategy: Strategy
    reason: str
    broken: tuple[str, ...]


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def select_recovery_strategy(context: GymContext, request: SelectRecoveryStrategy) -> Evidence[RecoveryStrategy]:
    """Choose by a rule, from a state, its risk and what is observed, the Configuration tool that fits, or none, and say why."""
    odds = violation_probabilities(request.state, mission_service(context.world).offered_mbps)
    broken = tuple(name for name, probability in odds.items() if probability >= BROKEN)
    strategy, reason = _chosen(context.world, request.state, broken or _about_to(request.risk))
    value = RecoveryStrategy(strategy=strategy, reason=reason, broken=broken)
    return answer(context, f"{strategy}: {reason} (rule)", value, kind="forecast")


def _about_to(risk: RiskScore) -> tuple[str, ...]:
    factors = {**risk.factors, risk.worst: risk.score}
    return tuple(said for name, said in (("edge", "edge load"), ("load", "cell load")) if factors.get(name, 0.0) >= BROKEN)


def _chosen(world: World, state: NetworkState, broken: tuple[str, ...]) -> tuple[Strategy, str]:
    if not broken:
        said = (
            f"{state.latency_ms:.0f} ms, loss {state.loss:.2%}, edge load {state.edge_load:.0%} are usual for {state.slice.value}"
        )
        return "none", f"{said}, and neither server nor cells are near their limit"
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
    said, one = ", ".join(broken), state.slice
    serving = {uav: serving_or_best(world, uav) for uav in world.mission.fleet}
    full = [gnb for gnb in sorted(set(serving.values())) if loads(world)[gnb] >= USED_UP * world.layout.cells[gnb].shares[one]]
    poor = [uav for uav, gnb in serving.items() if gnb in full and uav_sinr_db(world, uav, gnb) < POOR_SINR_DB]
    if poor:
        return "graceful_degradation", f"{said}: SINR below 0 dB at {', '.join(poor)}, and {', '.join(full)} have no block left"
    if one is Slice.URLLC or (full and not _better_slice(world, one)):
        return "trigger_slice_reallocation", f"{said}: {one.value} needs more blocks at {', '.join(full) or 'its gNBs'}"
    return "switch_network_slice", f"{said}: {Slice.URLLC.value} is served before {one.value} and has blocks left"


def _better_slice(world: World, one: Slice) -> bool:
    """Whether URLLC, the slice to switch to, is free of the trouble itself: its own users lose nothing."""
    others = world.measured.slices.get(Slice.URLLC)
    return one is not Slice.URLLC and (others is None or others.loss < 0.01)
