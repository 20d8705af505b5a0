"""Reasoning about the service: feasibility of intents, offload targets, priorities, SLA compliance. Pure computation."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.edge_load import EdgeLoad, ServerLoad
from policies.gym.intent_spec import IntentSpec
from policies.gym.network_state import NetworkState, SlaSpec
from policies.gym.offload import OffloadTarget
from policies.gym.task_spec import TaskSpec
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, require_uav
from tools.gym.feasibility import FeasibilityScore, feasibility
from tools.gym.requests import UAV
from twins.gym.scenario import Server
from twins.gym.servers import SATURATION, load, processing_ms

_RELAXED_LATENCY_MS, _RELAXED_LOSS = 300.0, 0.01  # TS 23.501 table 5.7.4-1: the budget of 5QI 9; the error rate of 5QI 1


class EvaluateIntentFeasibility(ToolRequest):
    """The intent, and the current network state."""

    intent: IntentSpec
    state: NetworkState = Field(description="as returned by check_network_state")


class SelectOffloadTarget(ToolRequest):
    """Loads of the servers, and the task to run."""

    load: EdgeLoad = Field(description="as returned by get_edge_load")
    task: TaskSpec


class NegotiatePriority(ToolRequest):
    """Two UAVs that compete for a resource, and the intent that both serve."""

    uav_a: str = Field(description=UAV)
    uav_b: str = Field(description=UAV)
    intent: IntentSpec


class VerifySlaCompliance(ToolRequest):
    """A state and the SLA to check it against."""

    state: NetworkState = Field(description="as returned by check_network_state")
    sla: SlaSpec


class PriorityResult(ToolValue):
    """The UAV with the higher score goes first, the first name on a tie; `tightness` of the intent is 0 (relaxed) to 1."""

    first: str
    second: str
    scores: dict[str, float]
    tightness: float
    reason: str


class ComplianceResult(ToolValue):
    """Whether the state meets the SLA, and a sentence for each violated bound."""

    compliant: bool
    shortfalls: tuple[str, ...]


@tool(effect=Effect.REASON, raises=(ValueError,))
def evaluate_intent_feasibility(context: GymContext, request: EvaluateIntentFeasibility) -> Evidence[FeasibilityScore]:
    """Score how close a state is to an intent, 0 to 1; 0 if the intent asks for more than the mission's full rate, Mbit/s."""
    sla, state = request.intent.sla, request.state
    upper_bounds = (
        ("latency", state.latency_ms, sla.max_latency_ms, "ms"),
        ("jitter", state.jitter_ms, sla.max_jitter_ms, "ms"),
        ("loss", state.loss, sla.max_loss, ""),
        ("edge load", state.edge_load, sla.max_edge_load, ""),
    )
    assessed = {
        name: (_ratio(bound, value), f"{name} {value:.4g} {unit}".rstrip() + f" against at most {bound:g}")
        for name, value, bound, unit in upper_bounds
        if bound is not None
    }
    if sla.min_throughput_mbps is not None:
        assessed |= _throughput(context, state.throughput_mbps, sla.min_throughput_mbps)
    value = feasibility(assessed)
    reasons = "".join(f"; {reason}" for reason in value.reasons) or "; the state keeps every bound"
    return answer(context, f"feasibility {value.score:.2f}{reasons}", value, kind="computation")


def _throughput(context: GymContext, mbps: float, min_mbps: float) -> dict[str, tuple[float, str]]:
    scenario = context.world.scenario
    full = sum(scenario.layout.flows[name].mbps for name in scenario.mission)
    return {
        "throughput": (_ratio(mbps, min_mbps), f"throughput {mbps:.4g} against at least {min_mbps:g} Mbit/s"),
        "full rate": (float(min_mbps <= full), f"the mission sends {full:.4g} Mbit/s at its full rate, less than {min_mbps:g}"),
    }


def _ratio(smaller: float, larger: float) -> float:
    """`smaller` over `larger`, 1 at most."""
    return 1.0 if larger <= smaller else smaller / larger


@tool(effect=Effect.REASON, raises=(ValueError,))
def select_offload_target(context: GymContext, request: SelectOffloadTarget) -> Evidence[OffloadTarget]:
    """Select the server with the shortest time for a task's job, processing plus link delay in ms; feeds edge_offload.

    Load and time are expected values, M/M/1 with processor sharing; servers that the task would saturate are left out.
    """
    servers, task = request.load.servers, request.task
    expected = {name: _expected(server, task) for name, server in servers.items()}
    candidates = [name for name, (share, _) in expected.items() if share < SATURATION]
    if not candidates:
        loads = ", ".join(f"{name} {server.capacity_gcps:g} Gcycle/s at {server.load:.0%}" for name, server in servers.items())
        raise ToolError(Boundary.REFUSED, f"task.task={task.task!r} asks {task.demand_gcps:g} Gcycle/s: no room ({loads})")
    best = min(candidates, key=lambda name: (expected[name][1] + servers[name].link_ms, name))
    share, job_ms = expected[best]
    value = OffloadTarget(server=best, expected_load=round(share, 4), expected_processing_ms=round(job_ms, 3))
    link_ms = servers[best].link_ms
    return answer(
        context, f"{best}: load {share:.0%}, {job_ms:.1f} ms a job and {link_ms:.1f} ms link", value, kind="computation"
    )


def _expected(current: ServerLoad, task: TaskSpec) -> tuple[float, float]:
    """Load 0..1 with the task, counted once, and the time of one job, ms."""
    server = Server(capacity_gcps=current.capacity_gcps, background_gcps=0.0)
    share = load(server, () if task.task in current.tasks else (task,), extra=current.load)
    return share, processing_ms(server, task, share)


@tool(effect=Effect.REASON, raises=(ValueError,))
def negotiate_priority(context: GymContext, request: NegotiatePriority) -> Evidence[PriorityResult]:
    """Decide which of two UAVs goes first: the one with more charge if the intent is tight, the one with less if it is relaxed.

    score = tightness * charge + (1 - tightness) * (1 - charge); a tie goes to the first name.
    """
    names = require_uav(context, request.uav_a), require_uav(context, request.uav_b)
    if names[0] == names[1]:
        raise ToolError(Boundary.ARGUMENTS, f"uav_b={names[1]!r} is uav_a: name two UAVs")
    tightness, fleet = _tightness(request.intent.sla), context.world.mission.fleet
    scores = {name: round(tightness * fleet[name].charge + (1.0 - tightness) * (1.0 - fleet[name].charge), 4) for name in names}
    first, second = sorted(names, key=lambda name: (-scores[name], name))
    what = "tight: it can hold out longest" if tightness > 0.5 else "relaxed: it must land soonest"
    reason = f"the intent is {what}" if scores[first] != scores[second] else "a tie, by name"
    value = PriorityResult(first=first, second=second, scores=scores, tightness=round(tightness, 4), reason=reason)
    summary = f"{first} before {second} ({scores[first]:.2f} to {scores[second]:.2f}, tightness {tightness:.2f}): {reason}"
    return answer(context, summary, value, kind="computation")


def _tightness(sla: SlaSpec) -> float:
    """1 - bound / relaxed bound, the larger of latency's (300 ms) and loss's (1 %); 0 if neither is bounded."""
    latency = 1.0 - (sla.max_latency_ms or _RELAXED_LATENCY_MS) / _RELAXED_LATENCY_MS
    loss = 0.0 if sla.max_loss is None else 1.0 - sla.max_loss / _RELAXED_LOSS
    return max(latency, loss, 0.0)


@tool(effect=Effect.REASON, raises=(ValueError,))
def verify_sla_compliance(context: GymContext, request: VerifySlaCompliance) -> Evidence[ComplianceResult]:
    """Check a state against an SLA: each violated bound, with value and unit; use it before reporting success."""
    shortfalls = request.sla.shortfalls(request.state)
    value = ComplianceResult(compliant=not shortfalls, shortfalls=shortfalls)
    return answer(context, "; ".join(shortfalls) or "the SLA is kept", value, kind="computation")
