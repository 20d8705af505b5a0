"""What baselines read from their view (answers, call counts, the newest state), and the calls of a verification."""

from __future__ import annotations

from typing import Any

from agents.planner import CallTools, Finish, View
from policies.gym.mission import MissionSpec
from policies.gym.network_state import NetworkState
from tools.calls.tool_call import ToolCall

VERIFIERS = ("verify_sla_compliance", "validate_mission_completion")


def answers(view: View, tool: str) -> list[dict[str, Any]]:
    """Values that `tool` returned, oldest first."""
    observations = (observation for observation in view.observations if observation.call.tool == tool)
    return [observation.evidence["value"] for observation in observations if observation.evidence is not None]


def call_count(view: View, tool: str) -> int:
    """Number of calls of `tool`, with or without success."""
    return sum(observation.call.tool == tool for observation in view.observations)


def newest_state(view: View) -> NetworkState | None:
    """The network state in the newest answer that holds one, of whichever tool."""
    for observation in reversed(view.observations):
        value = observation.evidence["value"] if observation.evidence is not None else {}
        state = value.get("state", value)
        if isinstance(state, dict) and "latency_ms" in state and "slice" in state and "edge_load" in state:
            return NetworkState.model_validate(state)
    return None


def call(tool: str, reason: str, **arguments: Any) -> CallTools:
    """Return the decision to call `tool`."""
    return CallTools(calls=(ToolCall(tool=tool, arguments=arguments, reason=reason),))


def verification(view: View, mission: MissionSpec, state: NetworkState) -> CallTools | Finish:
    """The next call of a verification; the end of the episode if the last call was the verification."""
    last = view.observations[-1].call.tool if view.observations else ""
    if last in VERIFIERS:
        return Finish(summary="verified; see the last answer")
    if only_sla(mission):
        return CallTools(calls=(sla_check(mission, state, "verify"),))
    if last != "read_telemetry":
        return call("read_telemetry", "the log to verify by")
    log = answers(view, "read_telemetry")[-1]["log"]
    return CallTools(calls=(mission_check(mission, log, "verify"),))


def only_sla(mission: MissionSpec) -> bool:
    """Whether an SLA is the mission's only goal."""
    return mission.sla is not None and mission == MissionSpec(sla=mission.sla)


def sla_check(mission: MissionSpec, state: NetworkState, reason: str) -> ToolCall:
    """The call that verifies the mission's SLA against `state`."""
    assert mission.sla is not None
    arguments = {"state": state.model_dump(mode="json"), "sla": mission.sla.model_dump(mode="json")}
    return ToolCall(tool=VERIFIERS[0], arguments=arguments, reason=reason)


def mission_check(mission: MissionSpec, log: dict[str, Any], reason: str) -> ToolCall:
    """The call that verifies the whole mission against `log`, as returned by read_telemetry."""
    return ToolCall(tool=VERIFIERS[1], arguments={"mission": mission.model_dump(mode="json"), "log": log}, reason=reason)
