"""What excites a network while its trace is recorded: events, and random or scripted tool calls.

1. A random segment draws tools and arguments over their whole ranges, so that the Experiment Model sees what agents might do.
2. A scripted segment reacts as an operator would to what it sees, so that it also sees what good agents do.
Everything is drawn from family, seed and segment alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

from policies.gym.degradation import DegradationEvent, DegradationKind
from policies.slices import Slice
from tools.calls.tool_call import ToolCall
from twins.gym.fleet import SPEED_MPS
from twins.gym.scenario import CLOUD, EDGES, Scenario
from twins.gym.world import World

_SLICES = tuple(one.value for one in Slice)
_SPREAD = {
    DegradationKind.SURGE: (1.4, 3.5),
    DegradationKind.INTERFERENCE: (14.0, 42.0),
    DegradationKind.CELL_POWER_LOSS: (5.0, 28.0),
    DegradationKind.BACKHAUL_DELAY: (15.0, 160.0),
    DegradationKind.EDGE_OVERLOAD: (0.2, 0.75),
    DegradationKind.USER_INFLUX: (0.4, 2.0),
}


def drawn_event(
    chance: random.Random, scenario: Scenario, kind: DegradationKind, onset_s: float, strong: bool = False
) -> DegradationEvent:
    """An event of `kind` with a random target and magnitude; a `strong` one of the upper half of what traces are excited with."""
    targets = {
        DegradationKind.SURGE: chance.choice(("eMBB", "eMBB", "eMBB", "URLLC")),
        DegradationKind.CELL_POWER_LOSS: chance.choice(list(scenario.layout.cells)),
        DegradationKind.BACKHAUL_DELAY: chance.choice((CLOUD, CLOUD, *EDGES)),
        DegradationKind.EDGE_OVERLOAD: chance.choice((CLOUD, *EDGES, *EDGES)),
    }
    low, high = _SPREAD[kind]
    magnitude = round(chance.uniform((low + high) / 2.0 if strong else low, high), 2)
    duration = chance.choice((3600.0, 3600.0, 40.0))
    return DegradationEvent(kind=kind, target=targets.get(kind, ""), magnitude=magnitude, onset_s=onset_s, duration_s=duration)


def drawn_events(chance: random.Random, scenario: Scenario) -> tuple[DegradationEvent, ...]:
    """Up to three events of different kinds, from the start or in the first minute."""
    kinds = chance.sample(list(DegradationKind), chance.choice((0, 1, 1, 2, 2, 3)))
    return tuple(drawn_event(chance, scenario, kind, chance.choice((0.0, 12.0, 27.0, 42.0))) for kind in kinds)


def random_call(chance: random.Random, world: World) -> ToolCall:
    """A tool call with arguments over their ranges."""
    make = chance.choices(list(_DRAWS), weights=list(_DRAWS.values()))[0]
    tool, arguments = make(chance, world)
    return ToolCall(tool=tool, arguments=arguments, reason="random")


def scripted_call(chance: random.Random, world: World) -> ToolCall:
    """What an operator might do about what is seen now; random where nothing seems wrong, or in one case out of four."""
    state = world.state
    if chance.random() < 0.25:
        return random_call(chance, world)
    if state.edge_load > 0.75 or (state.latency_ms > 60.0 and state.loss < 0.02):
        return _scripted(_offload(chance, world))
    if state.loss > 0.02 or state.latency_ms > 80.0:
        return _scripted(chance.choice((_switch, _reallocate_mission, _degrade, _keep_mission))(chance, world))
    return random_call(chance, world)


def _scripted(made: tuple[str, dict[str, Any]]) -> ToolCall:
    return ToolCall(tool=made[0], arguments=made[1], reason="scripted")


Draw = Callable[[random.Random, World], tuple[str, dict[str, Any]]]


def _switch(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    current = world.state.slice.value
    target = chance.choice([one for one in _SLICES if one != current])
    return "switch_network_slice", {"current": current, "target": target}


def _reallocate(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    gnbs = chance.choice(([], [], [chance.choice(list(world.layout.cells))]))
    resources = {"share": round(chance.uniform(0.065, 0.87), 3), "gnbs": gnbs}
    return "trigger_slice_reallocation", {"slice": chance.choice(_SLICES), "resources": resources}


def _reallocate_mission(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    resources = {"share": round(chance.uniform(0.3, 0.7), 3), "gnbs": []}
    return "trigger_slice_reallocation", {"slice": world.state.slice.value, "resources": resources}


def _degrade(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    target, keep = chance.choice(("mission", "eMBB", "eMBB", *_SLICES)), round(chance.uniform(0.2, 1.0), 2)
    return "graceful_degradation", {"degradation": {"target": target, "keep_rate": keep}}


def _keep_mission(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "graceful_degradation", {"degradation": {"target": "eMBB", "keep_rate": round(chance.uniform(0.3, 0.8), 2)}}


def _offload(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    server = chance.choice([one for one in (CLOUD, *EDGES) if one != world.service_host])
    return "edge_offload", {"task": world.service_task().model_dump(), "target": {"server": server}}


def _offload_other(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    task = {"task": "mapping", "gcycles_per_job": round(chance.uniform(0.05, 0.6), 3), "jobs_per_s": 5.0}
    return "edge_offload", {"task": task, "target": {"server": chance.choice(EDGES)}}


def _fly(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    fence = world.scenario.geofence
    while True:
        place = {
            "x_m": round(chance.uniform(fence.x_min_m, fence.x_max_m), 1),
            "y_m": round(chance.uniform(fence.y_min_m, fence.y_max_m), 1),
            "z_m": round(chance.uniform(fence.min_altitude_m, fence.max_altitude_m), 1),
        }
        if all(math.hypot(place["x_m"] - zone.x_m, place["y_m"] - zone.y_m) > zone.radius_m for zone in fence.zones):
            return "set_waypoint", {"uav": chance.choice(world.scenario.mission), "position": place}


def _speed(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "adjust_speed", {"uav": chance.choice(world.scenario.mission), "speed_mps": round(chance.uniform(*SPEED_MPS), 1)}


def _hand_over(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "request_handover", {"uav": chance.choice(world.scenario.mission), "gnb": chance.choice(list(world.layout.cells))}


def _steer(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    gnb = chance.choice(list(world.layout.cells))
    site, uav = world.layout.cells[gnb].position, world.mission.fleet[chance.choice(world.scenario.mission)].position
    bearing = math.degrees(math.atan2(uav.y_m - site.y_m, uav.x_m - site.x_m))
    azimuth = chance.choice((round(bearing, 1), round(chance.uniform(-180.0, 180.0), 1), None))
    return "steer_beam", {"gnb": gnb, "azimuth_deg": azimuth, "tilt_deg": round(chance.uniform(-20.0, 15.0), 1)}


def _power(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "set_transmit_power", {
        "gnb": chance.choice(list(world.layout.cells)),
        "power_dbm": round(chance.uniform(25.0, 46.0), 1),
    }


def _offset(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "set_handover_offset", {
        "gnb": chance.choice(list(world.layout.cells)),
        "offset_db": round(chance.uniform(-6.0, 9.0), 1),
    }


def _receiver(chance: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "select_receiver", {"uav": "", "receiver": chance.choice(("ls", "lmmse", "deeprx"))}


_DRAWS: dict[Draw, float] = {
    _switch: 3.0,
    _reallocate: 3.0,
    _reallocate_mission: 2.0,
    _degrade: 2.5,
    _offload: 2.0,
    _offload_other: 0.5,
    _fly: 3.0,
    _speed: 0.2,
    _hand_over: 1.5,
    _steer: 1.2,
    _power: 1.2,
    _offset: 0.8,
    _receiver: 0.5,
}
