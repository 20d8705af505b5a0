"""Input features of the slicing policy, named in `FEATURES`, each in -1..1; computed from mission and observations alone.

1. The state s and the service, on logarithmic or linear scales. For each bound of the SLA: whether it is set, its value on the
   same scale, whether the state violates it, and the margin: log of value over bound, above 0 if violated, ±1 at a factor of 8.
2. The last telemetry: servers, cells by decreasing load, the UAVs' radio conditions, the other users' service on each slice.
3. Effects of its own calls: slice shares set, mission rate kept, number of calls of each action, calls made and left.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from agents.baselines.notes import only_sla
from agents.baselines.slicing_actions import ACTIONS, SERVERS
from agents.baselines.slicing_knowledge import Knowledge
from policies.gym.mission import MissionSpec
from policies.gym.network_state import NetworkState, SlaSpec
from policies.slices import Slice

Floats = NDArray[np.float32]
_SPAN, _CELLS, _MAX_CALLS = math.log(8.0), 3, 36
# Per dimension: field of the state, field of the SLA, offset added to value and bound before their ratio, sign of a violation.
_DIMENSIONS = (
    ("latency_ms", "max_latency_ms", 1.0, 1.0),
    ("jitter_ms", "max_jitter_ms", 0.1, 1.0),
    ("loss", "max_loss", 0.005, 1.0),
    ("throughput_mbps", "min_throughput_mbps", 0.05, -1.0),
    ("edge_load", "max_edge_load", 0.02, 1.0),
)

FEATURES: tuple[str, ...] = (
    *(name for name, *_ in _DIMENSIONS),
    "delivered",
    *(f"on {slice_.value}" for slice_ in Slice),
    *(f"{name} {part}" for _, name, *_ in _DIMENSIONS for part in ("asked", "bound", "broken", "margin")),
    "more than an SLA",
    *(f"{server} {part}" for server in SERVERS for part in ("load", "link", "runs service")),
    *(f"busiest cell {rank + 1}" for rank in range(_CELLS)),
    "mean SINR",
    "least SINR",
    "most noise rise",
    *(f"others {slice_.value} {part}" for slice_ in Slice for part in ("offered", "loss", "missing")),
    *(f"share given {slice_.value}" for slice_ in Slice),
    "mission rate kept",
    *(f"did {action.name}" for action in ACTIONS),
    "calls made",
    "calls left",
    "calls since look",
    "last call failed",
)


def features(mission: MissionSpec, knowledge: Knowledge, steps_left: int) -> Floats:
    """Return the features, float32 [len(FEATURES)], each in -1..1; `steps_left` is the number of calls left, 0 or more."""
    sla = mission.sla or SlaSpec()
    values = [
        *_service(knowledge),
        *_sla(sla, knowledge.state),
        float(not only_sla(mission)),
        *_servers(knowledge),
        *_radio(knowledge),
        *_others(knowledge),
        *(knowledge.shares.get(slice_.value, 0.0) for slice_ in Slice),
        knowledge.keep_rate,
        *(min(knowledge.used.get(action.name, 0), 3) / 3.0 for action in ACTIONS),
        knowledge.calls / _MAX_CALLS,
        steps_left / _MAX_CALLS,
        knowledge.since_look / 8.0,
        float(knowledge.failed),
    ]
    return np.clip(np.array(values, dtype=np.float32), -1.0, 1.0)


def margins(sla: SlaSpec, state: NetworkState) -> dict[str, float]:
    """Return the margin of each bound that `sla` sets, by its name: -1..1, above 0 if `state` violates it."""
    by_bound = {}
    for name, bound_name, offset, sign in _DIMENSIONS:
        bound = getattr(sla, bound_name)
        if bound is not None:
            ratio = math.log((getattr(state, name) + offset) / (bound + offset))
            by_bound[bound_name] = max(min(sign * ratio / _SPAN, 1.0), -1.0)
    return by_bound


def _scaled(name: str, value: float) -> float:
    """A value of the state, scaled to 0..1."""
    if name == "latency_ms":
        return math.log1p(value) / math.log1p(2000.0)
    if name == "jitter_ms":
        return math.log1p(value) / math.log1p(200.0)
    if name == "throughput_mbps":
        return math.log1p(value) / math.log1p(10.0)
    return math.sqrt(value)


def _service(knowledge: Knowledge) -> list[float]:
    state, offered = knowledge.state, knowledge.telemetry.offered_mbps
    scaled = [_scaled(name, getattr(state, name)) for name, *_ in _DIMENSIONS]
    return [*scaled, state.throughput_mbps / max(offered, 1e-3), *(float(state.slice is slice_) for slice_ in Slice)]


def _sla(sla: SlaSpec, state: NetworkState) -> list[float]:
    by_bound, values = margins(sla, state), []
    for name, bound_name, *_ in _DIMENSIONS:
        margin, bound = by_bound.get(bound_name), getattr(sla, bound_name)
        values += [0.0] * 4 if margin is None else [1.0, _scaled(name, bound), float(margin > 0.0), margin]
    return values


def _servers(knowledge: Knowledge) -> list[float]:
    values = []
    for name in SERVERS:
        server = knowledge.telemetry.edge.servers.get(name)
        if server is None:
            values += [0.0] * 3
        else:
            values += [server.load, math.log1p(server.link_ms) / math.log1p(300.0), float(knowledge.host == name)]
    return values


def _radio(knowledge: Knowledge) -> list[float]:
    loads = sorted(knowledge.telemetry.prb_load.values(), reverse=True)[:_CELLS]
    uavs = knowledge.telemetry.uavs.values()
    sinr, rise = [uav.sinr_db for uav in uavs] or [0.0], [uav.noise_rise_db for uav in uavs] or [0.0]
    return [*loads, *[0.0] * (_CELLS - len(loads)), sum(sinr) / len(sinr) / 40.0, min(sinr) / 40.0, max(rise) / 40.0]


def _others(knowledge: Knowledge) -> list[float]:
    values = []
    for slice_ in Slice:
        service = knowledge.telemetry.slices.get(slice_)
        if service is None:
            values += [0.0] * 3
        else:
            missing = 1.0 - service.throughput_mbps / max(service.offered_mbps, 1e-3)
            values += [math.log1p(service.offered_mbps) / math.log1p(40.0), service.loss, missing]
    return values
