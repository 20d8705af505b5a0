"""What a baseline knows: the last telemetry, the newest state s, and the effects of its own calls, all from observations.

The policy in training and the planner that uses it share this input, so both decide on the same knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from policies.gym.adjustment import DegradationSpec, ResourceSpec
from policies.gym.network_state import NetworkState
from policies.gym.telemetry_state import TelemetryState
from tools.calls.observation import Observation

LOOK = "read_telemetry"


@dataclass(frozen=True)
class Knowledge:
    """`state` may be newer than `telemetry`, because Configuration tools return it, too.

    `host` is the server of the mission's service; `keep_rate` the share of its full rate that the mission sends, 0.2..1; `shares`
    the slice shares set by own calls, 0..1; `since_look` the number of calls since the telemetry; `used` the number of calls by
    their reason; `failed` whether the last call failed.
    """

    telemetry: TelemetryState
    state: NetworkState
    host: str
    keep_rate: float = 1.0
    shares: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    since_look: int = 0
    used: dict[str, int] = field(default_factory=dict)
    failed: bool = False


def gather_knowledge(observations: Iterable[Observation]) -> Knowledge | None:
    """Return what `observations`, oldest first, show; None if they hold no telemetry. Unreadable answers are ignored."""
    knowledge: Knowledge | None = None
    history: dict[str, Any] = {"keep_rate": 1.0, "shares": {}, "calls": 0, "since_look": 0, "used": {}, "failed": False}
    for observation in observations:
        value = (observation.evidence or {}).get("value")
        history = _counted(history, observation)
        if observation.call.tool == LOOK and (telemetry := _telemetry(value)) is not None:
            knowledge = Knowledge(telemetry=telemetry, state=telemetry.state, host=telemetry.edge.service_host)
            history["since_look"] = 0
        elif knowledge is not None and observation.evidence is not None:
            knowledge = _after_configuration(knowledge, observation.call.tool, value)
        history |= _own_changes(history, observation)
    return None if knowledge is None else replace(knowledge, **history)


def _counted(history: dict[str, Any], observation: Observation) -> dict[str, Any]:
    reason = observation.call.reason
    return {
        **history,
        "calls": history["calls"] + 1,
        "since_look": history["since_look"] + 1,
        "used": {**history["used"], reason: history["used"].get(reason, 0) + 1},
        "failed": observation.error is not None,
    }


def _own_changes(history: dict[str, Any], observation: Observation) -> dict[str, Any]:
    """Changes made by a successful call that no later answer shows: the mission's rate and slice shares."""
    if observation.evidence is None:
        return {}
    tool, arguments = observation.call.tool, observation.call.arguments
    try:
        if tool == "graceful_degradation":
            spec = DegradationSpec.model_validate(arguments.get("degradation"))
            return {"keep_rate": spec.keep_rate} if spec.target == "mission" else {}
        if tool == "trigger_slice_reallocation":
            share = ResourceSpec.model_validate(arguments.get("resources")).share
            return {"shares": {**history["shares"], str(arguments.get("slice")): share}}
    except ValidationError:
        return {}
    return {}


def _after_configuration(knowledge: Knowledge, tool: str, answer: object) -> Knowledge:
    """Knowledge after the answer of a Configuration tool: the state in it, and the server that now runs the service."""
    value = answer if isinstance(answer, dict) else {}
    if tool in ("switch_network_slice", "trigger_slice_reallocation", "graceful_degradation"):
        return replace(knowledge, state=_state(value) or knowledge.state)
    if tool == "edge_offload":
        moved = value.get("task") == knowledge.telemetry.service.task
        host = value["server"] if moved and value.get("server") in knowledge.telemetry.edge.servers else knowledge.host
        return replace(knowledge, state=_state(value.get("state")) or knowledge.state, host=host)
    return knowledge


def _telemetry(value: object) -> TelemetryState | None:
    try:
        return TelemetryState.model_validate(value)
    except ValidationError:
        return None


def _state(value: object) -> NetworkState | None:
    try:
        return NetworkState.model_validate(value)
    except ValidationError:
        return None
