"""The goals of a mission, and its status at a point in time."""

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
        """Return the position of each UAV when the first is at `lead`; the others are to the west, at the same altitude."""
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
        angles = [2.0 * math.pi * i / count for i in range(count)]
        return [(radius * (math.cos(angle) - 1.0), radius * math.sin(angle)) for angle in angles]
    side = math.ceil(math.sqrt(count))
    return [(-spacing * (i // side), spacing * (i % side)) for i in range(count)]


class MissionSpec(Word):
    """The goals at the end of a mission: SLA, positions, serving gNBs, task placement, alerts sent, remaining charge."""

    sla: SlaSpec | None = None
    destinations: dict[str, Position] = Field(default_factory=dict, description="UAV → target position")
    tolerance_m: float = Field(default=ARRIVED_M, ge=1.0, le=100.0)
    serving: dict[str, str] = Field(default_factory=dict, description="UAV → target serving gNB")
    tasks: dict[str, str] = Field(default_factory=dict, description="task → UAV or server that is to run it")
    notified: dict[str, str] = Field(default_factory=dict, description="UAV → alert type that must have been sent to it")
    min_charge: float = Field(default=0.0, ge=0.0, le=1.0, description="minimum battery charge of each UAV, 0..1")


class MissionLog(Word):
    """The status of a mission at `at_s`."""

    at_s: float
    state: NetworkState
    positions: dict[str, Position]
    charges: dict[str, float]
    serving: dict[str, str | None]
    tasks: dict[str, str]
    alerts: dict[str, tuple[str, ...]]
    incidents: tuple[str, ...] = ()


def unmet(spec: MissionSpec, log: MissionLog) -> tuple[str, ...]:
    """Return one sentence for each goal of `spec` that `log` does not satisfy, and every incident."""
    shortfalls = list(spec.sla.shortfalls(log.state)) if spec.sla is not None else []
    for uav, place in spec.destinations.items():
        here = log.positions.get(uav)
        if here is None or here.distance_m(place) > spec.tolerance_m:
            far = "nowhere" if here is None else f"{here.distance_m(place):.0f} m away"
            shortfalls.append(f"{uav} is {far} from ({place.x_m:g}, {place.y_m:g}, {place.z_m:g}) m")
    shortfalls += [
        f"{uav} is served by {log.serving.get(uav)}, not {gnb}"
        for uav, gnb in spec.serving.items()
        if log.serving.get(uav) != gnb
    ]
    shortfalls += [
        f"{task} is at {log.tasks.get(task)}, not {where}" for task, where in spec.tasks.items() if log.tasks.get(task) != where
    ]
    shortfalls += [f"{uav} was not sent {kind}" for uav, kind in spec.notified.items() if kind not in log.alerts.get(uav, ())]
    shortfalls += [
        f"{uav} has {charge:.0%} charge left, below {spec.min_charge:.0%}"
        for uav, charge in log.charges.items()
        if charge < spec.min_charge
    ]
    return (*shortfalls, *log.incidents)
