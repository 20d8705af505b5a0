"""What a baseline can read off its view: the newest state, telemetry, and what it did already."""

from __future__ import annotations

from typing import Any

from agents.planner import CallTools, Finish, View
from policies.gym.mission import MissionSpec
from policies.gym.network_state import NetworkState
from tools.calls.tool_call import ToolCall

VERIFIERS = ("verify_sla_compliance", "validate_mission_completion")
CONFIGURATION = ("switch_network_slice", "graceful_degradation", "edge_offload", "trigger_slice_reallocation")


def answers(view: View, tool: str) -> list[dict[str, Any]]:
    """Values that `tool` answered, oldest first."""
    return [one.evidence["value"] for one in view.observations if one.call.tool == tool and one.evidence is not None]


def called(view: View, tool: str) -> int:
    """How often `tool` was called, with or without success."""
    return sum(one.call.tool == tool for one in view.observations)


def newest_state(view: View) -> NetworkState | None:
    """The network state that was told last, by whichever tool."""
    for one in reversed(view.observations):
        value = one.evidence["value"] if one.evidence is not None else {}
        found = value.get("state", value)
        if isinstance(found, dict) and "latency_ms" in found and "slice" in found and "edge_load" in found:
            return NetworkState.model_validate(found)
    return None


def call(tool: str, reason: str, **arguments: Any) -> CallTools:
    """A decision to make one call."""
    return CallTools(calls=(ToolCall(tool=tool, arguments=arguments, reason=reason),))


def verification(view: View, mission: MissionSpec, state: NetworkState) -> CallTools | Finish:
    """The next call of a verification, or the end: what was verified is not verified again."""
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
    """Whether a mission asks for an SLA and nothing else."""
    return mission.sla is not None and mission == MissionSpec(sla=mission.sla)


def sla_check(mission: MissionSpec, state: NetworkState, reason: str) -> ToolCall:
    """The call that verifies the mission's SLA against `state`."""
    assert mission.sla is not None
    arguments = {"state": state.model_dump(mode="json"), "sla": mission.sla.model_dump(mode="json")}
    return ToolCall(tool=VERIFIERS[0], arguments=arguments, reason=reason)


def mission_check(mission: MissionSpec, log: dict[str, Any], reason: str) -> ToolCall:
    """The call that verifies the whole mission by the `log` that telemetry told."""
    return ToolCall(tool=VERIFIERS[1], arguments={"mission": mission.model_dump(mode="json"), "log": log}, reason=reason)
