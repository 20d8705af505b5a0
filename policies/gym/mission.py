"""What a mission should achieve, and what is known of how it went."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from policies.gym.network_state import NetworkState, SlaSpec
from policies.gym.place import Position
from policies.word import Word

ARRIVED_M = 5.0
Formation = Literal["line", "wedge", "circle", "grid"]


class SwarmSpec(Word):
    """UAVs in a formation, `spacing_m` apart."""

    uavs: tuple[str, ...] = Field(min_length=2, max_length=16)
    formation: Formation
    spacing_m: float = Field(ge=10.0, le=200.0, description="between neighbours, m; at least the separation of 10 m")

    def places(self, lead: Position) -> dict[str, Position]:
        """Where each UAV stands when the first of them is at `lead`; to the west of it, at its height."""
        return {
            uav: Position(x_m=round(lead.x_m + dx, 3), y_m=round(lead.y_m + dy, 3), z_m=lead.z_m)
            for uav, (dx, dy) in zip(self.uavs, _offsets(self.formation, len(self.uavs), self.spacing_m), strict=True)
        }


def _offsets(formation: Formation, count: int, spacing: float) -> list[tuple[float, float]]:
    if formation == "line":
        return [(-spacing * i, 0.0) for i in range(count)]
    if formation == "wedge":
        return [(-spacing * ((i + 1) // 2), spacing * ((i + 1) // 2) * (1 if i % 2 else -1)) for i in range(count)]
    if formation == "circle":
        radius = spacing / (2.0 * math.sin(math.pi / count))
        turns = [2.0 * math.pi * i / count for i in range(count)]
        return [(radius * (math.cos(turn) - 1.0), radius * math.sin(turn)) for turn in turns]
    side = math.ceil(math.sqrt(count))
    return [(-spacing * (i // side), spacing * (i % side)) for i in range(count)]


class MissionSpec(Word):
    """What must hold at the end: an SLA, where UAVs are, who computes which task, who was told what, energy left."""

    sla: SlaSpec | None = None
    destinations: dict[str, Position] = Field(default_factory=dict, description="UAV → where it shall be")
    tolerance_m: float = Field(default=ARRIVED_M, ge=1.0, le=100.0)
    serving: dict[str, str] = Field(default_factory=dict, description="UAV → gNB that shall serve it")
    tasks: dict[str, str] = Field(default_factory=dict, description="task → UAV or server that shall compute it")
    notified: dict[str, str] = Field(default_factory=dict, description="UAV → alert type that it shall have been sent")
    min_charge: float = Field(default=0.0, ge=0.0, le=1.0, description="battery share that each UAV shall keep")


class MissionLog(Word):
    """What is known of a mission at one time."""

    at_s: float
    state: NetworkState
    positions: dict[str, Position]
    charges: dict[str, float]
    serving: dict[str, str | None]
    tasks: dict[str, str]
    alerts: dict[str, tuple[str, ...]]
    incidents: tuple[str, ...] = ()


def unmet(spec: MissionSpec, log: MissionLog) -> tuple[str, ...]:
    """Return one sentence for each thing that `spec` asks for and `log` does not show."""
    said = list(spec.sla.shortfalls(log.state)) if spec.sla is not None else []
    for uav, place in spec.destinations.items():
        here = log.positions.get(uav)
        if here is None or here.distance_m(place) > spec.tolerance_m:
            far = "nowhere" if here is None else f"{here.distance_m(place):.0f} m away"
            said.append(f"{uav} is {far} from ({place.x_m:g}, {place.y_m:g}, {place.z_m:g}) m")
    said += [
        f"{uav} is served by {log.serving.get(uav)}, not {gnb}"
        for uav, gnb in spec.serving.items()
        if log.serving.get(uav) != gnb
    ]
    said += [
        f"{task} is at {log.tasks.get(task)}, not {where}" for task, where in spec.tasks.items() if log.tasks.get(task) != where
    ]
    said += [f"{uav} was not sent {kind}" for uav, kind in spec.notified.items() if kind not in log.alerts.get(uav, ())]
    said += [
        f"{uav} has {charge:.0%} charge left, below {spec.min_charge:.0%}"
        for uav, charge in log.charges.items()
        if charge < spec.min_charge
    ]
    return (*said, *log.incidents)
