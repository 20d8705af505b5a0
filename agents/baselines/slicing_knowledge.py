"""What a baseline knows: the last telemetry, the newest state s, and what its own calls changed; all of it from observations.

A policy that is trained in the gym and the planner that uses it see nothing else, so both know the same.
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
    """`state` may be newer than `telemetry`: Configuration tools answer with it.

    `host` runs the mission's service; `kept` is the share of its full rate that the mission sends, 0.2..1; `shares` are those
    that own calls gave to slices, 0..1; `since_look` counts calls after the telemetry; `used` the calls by their reasons;
    `failed` says that the last call did.
    """

    telemetry: TelemetryState
    state: NetworkState
    host: str
    kept: float = 1.0
    shares: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    since_look: int = 0
    used: dict[str, int] = field(default_factory=dict)
    failed: bool = False


def knowledge(observations: Iterable[Observation]) -> Knowledge | None:
    """Return what `observations` tell, oldest first; None where no telemetry was read. What cannot be read is passed over."""
    known: Knowledge | None = None
    changes: dict[str, Any] = {"kept": 1.0, "shares": {}, "calls": 0, "since_look": 0, "used": {}, "failed": False}
    for one in observations:
        told = (one.evidence or {}).get("value")
        changes = _counted(changes, one)
        if one.call.tool == LOOK and (read := _read(told)) is not None:
            known = Knowledge(telemetry=read, state=read.state, host=read.edge.service_host)
            changes["since_look"] = 0
        elif known is not None and one.evidence is not None:
            known = _configured(known, one, told)
        changes |= _own(changes, one)
    return None if known is None else replace(known, **changes)


def _counted(changes: dict[str, Any], one: Observation) -> dict[str, Any]:
    used = {**changes["used"], one.call.reason: changes["used"].get(one.call.reason, 0) + 1}
    return {
        **changes,
        "calls": changes["calls"] + 1,
        "since_look": changes["since_look"] + 1,
        "used": used,
        "failed": one.error is not None,
    }


def _own(changes: dict[str, Any], one: Observation) -> dict[str, Any]:
    """What a call that succeeded changed, of what no answer repeats."""
    if one.evidence is None:
        return {}
    try:
        if one.call.tool == "graceful_degradation":
            spec = DegradationSpec.model_validate(one.call.arguments.get("degradation"))
            return {"kept": spec.keep_rate} if spec.target == "mission" else {}
        if one.call.tool == "trigger_slice_reallocation":
            given = ResourceSpec.model_validate(one.call.arguments.get("resources")).share
            return {"shares": {**changes["shares"], str(one.call.arguments.get("slice")): given}}
    except ValidationError:
        return {}
    return {}


def _configured(known: Knowledge, one: Observation, told: object) -> Knowledge:
    """After a Configuration tool's answer: the state it told, and the server where the service runs now."""
    tool, value = one.call.tool, told if isinstance(told, dict) else {}
    if tool in ("switch_network_slice", "trigger_slice_reallocation", "graceful_degradation"):
        return replace(known, state=_state(value) or known.state)
    if tool == "edge_offload":
        moved = value.get("task") == known.telemetry.service.task
        host = value["server"] if moved and value.get("server") in known.telemetry.edge.servers else known.host
        return replace(known, state=_state(value.get("state")) or known.state, host=host)
    return known


def _read(told: object) -> TelemetryState | None:
    try:
        return TelemetryState.model_validate(told)
    except ValidationError:
        return None


def _state(told: object) -> NetworkState | None:
    try:
        return NetworkState.model_validate(told)
    except ValidationError:
        return None
