"""Excitation of a network while its trace is recorded: events, and random or scripted tool calls.

1. A random segment draws tools and arguments over their whole ranges, to cover everything that agents might do.
2. A scripted segment reacts to the state like an operator, to cover what good agents do.
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

_SLICES = tuple(slice_.value for slice_ in Slice)
_MAGNITUDES = {
    DegradationKind.SURGE: (1.4, 3.5),
    DegradationKind.INTERFERENCE: (14.0, 42.0),
    DegradationKind.CELL_POWER_LOSS: (5.0, 28.0),
    DegradationKind.BACKHAUL_DELAY: (15.0, 160.0),
    DegradationKind.EDGE_OVERLOAD: (0.2, 0.75),
    DegradationKind.USER_INFLUX: (0.4, 2.0),
}


def draw_event(
    rng: random.Random, scenario: Scenario, kind: DegradationKind, onset_s: float, strong: bool = False
) -> DegradationEvent:
    """Return an event of `kind` with random target and magnitude; if `strong`, from the upper half of its range of magnitudes."""
    targets = {
        DegradationKind.SURGE: rng.choice(("eMBB", "eMBB", "eMBB", "URLLC")),
        DegradationKind.CELL_POWER_LOSS: rng.choice(list(scenario.layout.cells)),
        DegradationKind.BACKHAUL_DELAY: rng.choice((CLOUD, CLOUD, *EDGES)),
        DegradationKind.EDGE_OVERLOAD: rng.choice((CLOUD, *EDGES, *EDGES)),
    }
    low, high = _MAGNITUDES[kind]
    magnitude = round(rng.uniform((low + high) / 2.0 if strong else low, high), 2)
    duration = rng.choice((3600.0, 3600.0, 40.0))
    return DegradationEvent(kind=kind, target=targets.get(kind, ""), magnitude=magnitude, onset_s=onset_s, duration_s=duration)


def draw_events(rng: random.Random, scenario: Scenario) -> tuple[DegradationEvent, ...]:
    """Return up to three events of different kinds, with onsets within the first minute."""
    kinds = rng.sample(list(DegradationKind), rng.choice((0, 1, 1, 2, 2, 3)))
    return tuple(draw_event(rng, scenario, kind, rng.choice((0.0, 12.0, 27.0, 42.0))) for kind in kinds)


def random_call(rng: random.Random, world: World) -> ToolCall:
    """Return a random tool call with arguments over their whole ranges."""
    make = rng.choices(list(_DRAWS), weights=list(_DRAWS.values()))[0]
    tool, arguments = make(rng, world)
    return ToolCall(tool=tool, arguments=arguments, reason="random")


def scripted_call(rng: random.Random, world: World) -> ToolCall:
    """Return an operator's likely reaction to the state; a random call if nothing is wrong, and with probability 0.25."""
    state = world.state
    if rng.random() < 0.25:
        return random_call(rng, world)
    if state.edge_load > 0.75 or (state.latency_ms > 60.0 and state.loss < 0.02):
        return _scripted(_offload(rng, world))
    if state.loss > 0.02 or state.latency_ms > 80.0:
        return _scripted(rng.choice((_switch, _reallocate_mission, _degrade, _keep_mission))(rng, world))
    return random_call(rng, world)


def _scripted(drawn: tuple[str, dict[str, Any]]) -> ToolCall:
    return ToolCall(tool=drawn[0], arguments=drawn[1], reason="scripted")


Draw = Callable[[random.Random, World], tuple[str, dict[str, Any]]]


def _switch(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    current = world.state.slice.value
    target = rng.choice([name for name in _SLICES if name != current])
    return "switch_network_slice", {"current": current, "target": target}


def _reallocate(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    gnbs = rng.choice(([], [], [rng.choice(list(world.layout.cells))]))
    resources = {"share": round(rng.uniform(0.065, 0.87), 3), "gnbs": gnbs}
    return "trigger_slice_reallocation", {"slice": rng.choice(_SLICES), "resources": resources}


def _reallocate_mission(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    resources = {"share": round(rng.uniform(0.3, 0.7), 3), "gnbs": []}
    return "trigger_slice_reallocation", {"slice": world.state.slice.value, "resources": resources}


def _degrade(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    target, keep = rng.choice(("mission", "eMBB", "eMBB", *_SLICES)), round(rng.uniform(0.2, 1.0), 2)
    return "graceful_degradation", {"degradation": {"target": target, "keep_rate": keep}}


def _keep_mission(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "graceful_degradation", {"degradation": {"target": "eMBB", "keep_rate": round(rng.uniform(0.3, 0.8), 2)}}


def _offload(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    server = rng.choice([name for name in (CLOUD, *EDGES) if name != world.service_host])
    return "edge_offload", {"task": world.service_task().model_dump(), "target": {"server": server}}


def _offload_other(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    task = {"task": "mapping", "gcycles_per_job": round(rng.uniform(0.05, 0.6), 3), "jobs_per_s": 5.0}
    return "edge_offload", {"task": task, "target": {"server": rng.choice(EDGES)}}


def _fly(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    fence = world.scenario.geofence
    while True:
        place = {
            "x_m": round(rng.uniform(fence.x_min_m, fence.x_max_m), 1),
            "y_m": round(rng.uniform(fence.y_min_m, fence.y_max_m), 1),
            "z_m": round(rng.uniform(fence.min_altitude_m, fence.max_altitude_m), 1),
        }
        if all(math.hypot(place["x_m"] - zone.x_m, place["y_m"] - zone.y_m) > zone.radius_m for zone in fence.zones):
            return "set_waypoint", {"uav": rng.choice(world.scenario.mission), "position": place}


def _speed(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "adjust_speed", {"uav": rng.choice(world.scenario.mission), "speed_mps": round(rng.uniform(*SPEED_MPS), 1)}


def _hand_over(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "request_handover", {"uav": rng.choice(world.scenario.mission), "gnb": rng.choice(list(world.layout.cells))}


def _steer(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    gnb = rng.choice(list(world.layout.cells))
    site, uav = world.layout.cells[gnb].position, world.mission.fleet[rng.choice(world.scenario.mission)].position
    bearing = math.degrees(math.atan2(uav.y_m - site.y_m, uav.x_m - site.x_m))
    azimuth = rng.choice((round(bearing, 1), round(rng.uniform(-180.0, 180.0), 1), None))
    return "steer_beam", {"gnb": gnb, "azimuth_deg": azimuth, "tilt_deg": round(rng.uniform(-20.0, 15.0), 1)}


def _power(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "set_transmit_power", {
        "gnb": rng.choice(list(world.layout.cells)),
        "power_dbm": round(rng.uniform(25.0, 46.0), 1),
    }


def _offset(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "set_handover_offset", {
        "gnb": rng.choice(list(world.layout.cells)),
        "offset_db": round(rng.uniform(-6.0, 9.0), 1),
    }


def _receiver(rng: random.Random, world: World) -> tuple[str, dict[str, Any]]:
    return "select_receiver", {"uav": "", "receiver": rng.choice(("ls", "lmmse", "deeprx"))}


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
