"""Reasoning about the service: what an intent asks, where to compute, who goes first. Pure computation."""

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
from tools.gym.context import GymContext, answer, known_uav
from tools.gym.feasibility import FeasibilityScore, feasibility
from tools.gym.requests import UAV
from twins.gym.scenario import Server
from twins.gym.servers import SATURATION, load, processing_ms

_RELAXED_LATENCY_MS, _RELAXED_LOSS = 300.0, 0.01  # TS 23.501 table 5.7.4-1: the budget of 5QI 9; the error rate of 5QI 1


class EvaluateIntentFeasibility(ToolRequest):
    """The intent, and the state to meet it from."""

    intent: IntentSpec
    state: NetworkState = Field(description="as check_network_state answers it")


class SelectOffloadTarget(ToolRequest):
    """How loaded the servers are, and what is to be computed."""

    load: EdgeLoad = Field(description="as get_edge_load answers it")
    task: TaskSpec


class NegotiatePriority(ToolRequest):
    """Two UAVs that want the same, and the intent that both serve."""

    uav_a: str = Field(description=UAV)
    uav_b: str = Field(description=UAV)
    intent: IntentSpec


class VerifySlaCompliance(ToolRequest):
    """A state and the SLA to hold it against."""

    state: NetworkState = Field(description="as check_network_state answers it")
    sla: SlaSpec


class PriorityResult(ToolValue):
    """Who goes first: the higher score, and of equal ones the first name; `tightness` of the intent is 0 (relaxed) to 1."""

    first: str
    second: str
    scores: dict[str, float]
    tightness: float
    reason: str


class ComplianceResult(ToolValue):
    """Whether the state keeps the SLA, and a sentence for each bound that it breaks."""

    compliant: bool
    shortfalls: tuple[str, ...]


@tool(effect=Effect.REASON, raises=(ValueError,))
def evaluate_intent_feasibility(context: GymContext, request: EvaluateIntentFeasibility) -> Evidence[FeasibilityScore]:
    """Score how near a state is to what an intent asks, 0 to 1; 0 where the mission does not even send that much, Mbit/s."""
    sla, state = request.intent.sla, request.state
    above = (
        ("latency", state.latency_ms, sla.max_latency_ms, "ms"),
        ("jitter", state.jitter_ms, sla.max_jitter_ms, "ms"),
        ("loss", state.loss, sla.max_loss, ""),
        ("edge load", state.edge_load, sla.max_edge_load, ""),
    )
    found = {
        name: (_ratio(bound, value), f"{name} {value:.4g} {unit}".rstrip() + f" against at most {bound:g}")
        for name, value, bound, unit in above
        if bound is not None
    }
    if sla.min_throughput_mbps is not None:
        found |= _throughput(context, state.throughput_mbps, sla.min_throughput_mbps)
    value = feasibility(found)
    said = "".join(f"; {one}" for one in value.reasons) or "; the state keeps every bound"
    return answer(context, f"feasibility {value.score:.2f}{said}", value, kind="computation")


def _throughput(context: GymContext, got: float, asked: float) -> dict[str, tuple[float, str]]:
    scenario = context.world.scenario
    full = sum(scenario.layout.flows[name].mbps for name in scenario.mission)
    return {
        "throughput": (_ratio(got, asked), f"throughput {got:.4g} against at least {asked:g} Mbit/s"),
        "full rate": (float(asked <= full), f"the mission sends {full:.4g} Mbit/s at its full rate, less than {asked:g}"),
    }


def _ratio(one: float, other: float) -> float:
    return 1.0 if other <= one else one / other


@tool(effect=Effect.REASON, raises=(ValueError,))
def select_offload_target(context: GymContext, request: SelectOffloadTarget) -> Evidence[OffloadTarget]:
    """Choose the server where a task's job takes least, processing and link delay in ms together; feeds edge_offload.

    Load and time are expected ones, M/M/1 with processor sharing; a server that the task would fill is not chosen.
    """
    expected = {name: _expected(one, request.task) for name, one in request.load.servers.items()}
    roomy = [name for name, (share, _) in expected.items() if share < SATURATION]
    if not roomy:
        said = ", ".join(f"{name} {one.capacity_gcps:g} Gcycle/s at {one.load:.0%}" for name, one in request.load.servers.items())
        raise ToolError(
            Boundary.REFUSED, f"task.task={request.task.task!r} asks {request.task.demand_gcps:g} Gcycle/s: no room ({said})"
        )
    best = min(roomy, key=lambda name: (expected[name][1] + request.load.servers[name].link_ms, name))
    share, took = expected[best]
    value = OffloadTarget(server=best, expected_load=round(share, 4), expected_processing_ms=round(took, 3))
    link = request.load.servers[best].link_ms
    return answer(context, f"{best}: load {share:.0%}, {took:.1f} ms a job and {link:.1f} ms link", value, kind="computation")


def _expected(one: ServerLoad, task: TaskSpec) -> tuple[float, float]:
    """Load with the task, counted once, and the time of a job, ms."""
    server = Server(capacity_gcps=one.capacity_gcps, background_gcps=0.0)
    share = load(server, () if task.task in one.tasks else (task,), extra=one.load)
    return share, processing_ms(server, task, share)


@tool(effect=Effect.REASON, raises=(ValueError,))
def negotiate_priority(context: GymContext, request: NegotiatePriority) -> Evidence[PriorityResult]:
    """Decide which of two UAVs goes first: for a tight intent the one with more charge, for a relaxed one the one with less.

    score = tightness * charge + (1 - tightness) * (1 - charge); a tie goes to the first name.
    """
    names = known_uav(context, request.uav_a), known_uav(context, request.uav_b)
    if names[0] == names[1]:
        raise ToolError(Boundary.ARGUMENTS, f"uav_b={names[1]!r} is uav_a: name two UAVs")
    tight, fleet = _tightness(request.intent.sla), context.world.mission.fleet
    scores = {name: round(tight * fleet[name].charge + (1.0 - tight) * (1.0 - fleet[name].charge), 4) for name in names}
    first, second = sorted(names, key=lambda name: (-scores[name], name))
    what = "tight: it can hold out longest" if tight > 0.5 else "relaxed: it must land soonest"
    said = f"the intent is {what}" if scores[first] != scores[second] else "a tie, by name"
    value = PriorityResult(first=first, second=second, scores=scores, tightness=round(tight, 4), reason=said)
    summary = f"{first} before {second} ({scores[first]:.2f} to {scores[second]:.2f}, tightness {tight:.2f}): {said}"
    return answer(context, summary, value, kind="computation")


def _tightness(sla: SlaSpec) -> float:
    """1 - bound / relaxed bound, the greater of latency's (300 ms) and loss's (1 %); 0 where neither is bound."""
    latency = 1.0 - (sla.max_latency_ms or _RELAXED_LATENCY_MS) / _RELAXED_LATENCY_MS
    loss = 0.0 if sla.max_loss is None else 1.0 - sla.max_loss / _RELAXED_LOSS
    return max(latency, loss, 0.0)


@tool(effect=Effect.REASON, raises=(ValueError,))
def verify_sla_compliance(context: GymContext, request: VerifySlaCompliance) -> Evidence[ComplianceResult]:
    """Check a state against an SLA: each bound that is broken, with value and unit; use it before saying that all is fine."""
    said = request.sla.shortfalls(request.state)
    value = ComplianceResult(compliant=not said, shortfalls=said)
    return answer(context, "the SLA is kept" if not said else "; ".join(said), value, kind="computation")
