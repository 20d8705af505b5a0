"""The discrete actions of the slicing baseline and of `twinpilot/Network-v0`, and the tool call of each.

DRL-Slicing (seed 001, reference [3]) decides on admission and power; seed 001 maps that to the nearest Configuration calls. The
arguments of an action come from `Knowledge`. The last action verifies the mission and ends the episode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.baselines.notes import VERIFIERS, mission_check, only_sla, sla_check
from agents.baselines.slicing_knowledge import LOOK, Knowledge
from policies.gym.mission import MissionSpec
from policies.slices import Slice
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall

SHARES = (0.3, 0.45, 0.6, 0.75)
KEEP_RATES = (1.0, 0.8, 0.6, 0.4)
SERVERS = ("cloud", "edge-1", "edge-2")
VERIFY = "verify and finish"


@dataclass(frozen=True)
class Action:
    """One action; `name` is also the reason given with its call, `value` the argument, in the unit of its tool."""

    name: str
    tool: str
    value: str | float = ""


ACTIONS: tuple[Action, ...] = (
    Action("wait", "heartbeat"),
    Action("look", LOOK),
    *(Action(f"slice {target.value}", "switch_network_slice", target.value) for target in Slice),
    *(Action(f"share {share:g}", "trigger_slice_reallocation", share) for share in SHARES),
    *(Action(f"service at {server}", "edge_offload", server) for server in SERVERS),
    *(Action(f"mission rate {keep:g}", "graceful_degradation", keep) for keep in KEEP_RATES),
    Action(VERIFY, ""),
)
FINISH = len(ACTIONS) - 1


def call_of(action: Action, knowledge: Knowledge) -> ToolCall:
    """Return the call of `action`, which must not be the last one."""
    return ToolCall(tool=action.tool, arguments=_arguments(action, knowledge), reason=action.name)


def look() -> ToolCall:
    """Return the first call of every episode, which reads telemetry."""
    return ToolCall(tool=LOOK, arguments={}, reason="look")


def _arguments(action: Action, knowledge: Knowledge) -> dict[str, Any]:
    current, value = knowledge.state.slice.value, action.value
    if action.tool == "heartbeat":
        return {"uav": next(iter(knowledge.telemetry.uavs))}
    if action.tool == "switch_network_slice":
        return {"current": current, "target": value}
    if action.tool == "trigger_slice_reallocation":
        return {"slice": current, "resources": {"share": value, "gnbs": []}}
    if action.tool == "edge_offload":
        return {"task": knowledge.telemetry.service.model_dump(), "target": {"server": value}}
    if action.tool == "graceful_degradation":
        return {"degradation": {"target": "mission", "keep_rate": value}}
    return {}


def verification(mission: MissionSpec, knowledge: Knowledge, last: Observation) -> ToolCall:
    """Return the next call to verify `mission`; beyond an SLA these are two: read telemetry, then validate its log."""
    if only_sla(mission):
        return sla_check(mission, knowledge.state, VERIFY)
    if not (last.call.tool == LOOK and last.call.reason == VERIFY and last.error is None):
        return ToolCall(tool=LOOK, arguments={}, reason=VERIFY)
    return mission_check(mission, knowledge.telemetry.log.model_dump(mode="json"), VERIFY)


def verification_result(observations: Sequence[Observation]) -> bool | None:
    """Whether the last call, a verification, passed; None if the last call was no verification."""
    if not observations or observations[-1].call.tool not in VERIFIERS:
        return None
    value = (observations[-1].evidence or {}).get("value", {})
    return bool(value.get("compliant", value.get("complete", False)))
