"""What a gym tool may reach: the world of the episode, and where its answers come from."""

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
    """The episode's world; `may_configure` is set by the runner, or the gate, for the one call that it let through."""

    world: World
    may_configure: bool = field(default=False)


def answer(context: GymContext, summary: str, value: Value, kind: Kind = "simulation") -> Evidence[Value]:
    """Return the evidence: `value` with the world's provenance at its time."""
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
    """The parametrized class, kept: pydantic forgets it with its last instance, and takes long to make it again."""
    return Evidence.__class_getitem__(kind)  # type: ignore[return-value]


def known_uav(context: GymContext, uav: str) -> str:
    """Return `uav`, or raise ToolError("arguments") naming those there are."""
    if uav not in context.world.mission.fleet:
        raise ToolError(Boundary.ARGUMENTS, f"uav={uav!r} is no UAV of this mission: {', '.join(context.world.mission.fleet)}")
    return uav


def known_gnb(context: GymContext, gnb: str) -> str:
    """Return `gnb`, or raise ToolError("arguments") naming those there are."""
    if gnb not in context.world.layout.cells:
        raise ToolError(Boundary.ARGUMENTS, f"gnb={gnb!r} does not exist: {', '.join(context.world.layout.cells)}")
    return gnb
