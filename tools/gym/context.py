"""What a gym tool may access, the world of its episode, and how it wraps its answer in evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from policies.evidence import Evidence, Value
from policies.provenance import Provenance
from tools.contract import Boundary, ToolError
from twins.gym.world import World

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # mission time 0
Kind = Literal["measurement", "simulation", "configuration", "computation", "forecast"]


@dataclass(frozen=True)
class GymContext:
    """The episode's world; `may_configure` is set only for a Configuration call that the runner or the gate has let through."""

    world: World
    may_configure: bool = field(default=False)


def answer(context: GymContext, summary: str, value: Value, kind: Kind = "simulation") -> Evidence[Value]:
    """Return `value` as evidence, with the world's provenance at the current mission time."""
    world = context.world
    provenance = Provenance(
        source=world.network.label if kind != "computation" else "twinpilot",
        kind=kind,
        version="1",
        observed_at=EPOCH + timedelta(seconds=world.now_s),
        scenario=f"{world.scenario.family.value} {world.scenario.seed}",
        channel_model="TR 38.901 UMa, TR 36.777 UMa-AV; no fading",
        configuration_digest="",
        seeds=(world.scenario.seed,),
    )
    return _evidence_of(type(value))(summary=summary, value=value, provenance=provenance)


@cache
def _evidence_of(kind: type[Value]) -> type[Evidence[Value]]:
    """The parametrized class, cached: pydantic drops it with its last instance, and rebuilding it is slow."""
    return Evidence.__class_getitem__(kind)  # type: ignore[return-value]


def require_uav(context: GymContext, uav: str) -> str:
    """Return `uav`; raises ToolError("arguments"), which lists the UAVs of the mission, if it is not one of them."""
    if uav not in context.world.mission.fleet:
        raise ToolError(Boundary.ARGUMENTS, f"uav={uav!r} is no UAV of this mission: {', '.join(context.world.mission.fleet)}")
    return uav


def require_gnb(context: GymContext, gnb: str) -> str:
    """Return `gnb`; raises ToolError("arguments"), which lists the gNBs, if it does not exist."""
    if gnb not in context.world.layout.cells:
        raise ToolError(Boundary.ARGUMENTS, f"gnb={gnb!r} does not exist: {', '.join(context.world.layout.cells)}")
    return gnb
