"""The features that the slicing policy sees, named in `FEATURES`, each in -1..1; made from a mission and observations alone.

1. The state s and the service: logarithms or shares of a range. A bound of the SLA: whether it is asked for, its value on that
   scale, whether the state breaks it, and the margin: the logarithm of value over bound, above 0 where broken, ±1 at a factor 8.
2. What telemetry last told: servers, cells from the busiest to the idlest, the UAVs' radio, what others get on each slice.
3. What own calls did: shares given, rate kept, how often each action was taken, calls so far and left.
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
_SPAN, _CELLS, _MOST_CALLS = math.log(8.0), 3, 36
# Of each dimension: field of the state, field of the SLA, what is added to value and bound before their ratio, sign of a break.
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
    *(f"on {one.value}" for one in Slice),
    *(f"{name} {part}" for _, name, *_ in _DIMENSIONS for part in ("asked", "bound", "broken", "margin")),
    "more than an SLA",
    *(f"{server} {part}" for server in SERVERS for part in ("load", "link", "runs service")),
    *(f"busiest cell {place + 1}" for place in range(_CELLS)),
    "mean SINR",
    "least SINR",
    "most noise rise",
    *(f"others {one.value} {part}" for one in Slice for part in ("offered", "loss", "missing")),
    *(f"share given {one.value}" for one in Slice),
    "mission rate kept",
    *(f"did {one.name}" for one in ACTIONS),
    "calls made",
    "calls left",
    "calls since look",
    "last call failed",
)


def features(mission: MissionSpec, known: Knowledge, steps_left: int) -> Floats:
    """Return the features, float32 [len(FEATURES)], each in -1..1; `steps_left` calls may still be made, 0 or more."""
    sla = mission.sla or SlaSpec()
    values = [
        *_service(known),
        *_sla(sla, known.state),
        float(not only_sla(mission)),
        *_servers(known),
        *_radio(known),
        *_others(known),
        *(known.shares.get(one.value, 0.0) for one in Slice),
        known.kept,
        *(min(known.used.get(one.name, 0), 3) / 3.0 for one in ACTIONS),
        known.calls / _MOST_CALLS,
        steps_left / _MOST_CALLS,
        known.since_look / 8.0,
        float(known.failed),
    ]
    return np.clip(np.array(values, dtype=np.float32), -1.0, 1.0)


def margins(sla: SlaSpec, state: NetworkState) -> dict[str, float]:
    """Return the margin of each bound that `sla` has, by its name: -1..1, above 0 where `state` breaks it."""
    found = {}
    for name, bound_name, small, sign in _DIMENSIONS:
        bound = getattr(sla, bound_name)
        if bound is not None:
            ratio = math.log((getattr(state, name) + small) / (bound + small))
            found[bound_name] = max(min(sign * ratio / _SPAN, 1.0), -1.0)
    return found


def _scaled(name: str, value: float) -> float:
    """A value of the state on 0..1."""
    if name == "latency_ms":
        return math.log1p(value) / math.log1p(2000.0)
    if name == "jitter_ms":
        return math.log1p(value) / math.log1p(200.0)
    if name == "throughput_mbps":
        return math.log1p(value) / math.log1p(10.0)
    return math.sqrt(value)


def _service(known: Knowledge) -> list[float]:
    state, offered = known.state, known.telemetry.offered_mbps
    scaled = [_scaled(name, getattr(state, name)) for name, *_ in _DIMENSIONS]
    return [*scaled, state.throughput_mbps / max(offered, 1e-3), *(float(state.slice is one) for one in Slice)]


def _sla(sla: SlaSpec, state: NetworkState) -> list[float]:
    told, found = margins(sla, state), []
    for name, bound_name, *_ in _DIMENSIONS:
        margin, bound = told.get(bound_name), getattr(sla, bound_name)
        found += [0.0] * 4 if margin is None else [1.0, _scaled(name, bound), float(margin > 0.0), margin]
    return found


def _servers(known: Knowledge) -> list[float]:
    servers, found = known.telemetry.edge.servers, []
    for name in SERVERS:
        one = servers.get(name)
        found += [0.0] * 3 if one is None else [one.load, math.log1p(one.link_ms) / math.log1p(300.0), float(known.host == name)]
    return found


def _radio(known: Knowledge) -> list[float]:
    loads = sorted(known.telemetry.prb_load.values(), reverse=True)[:_CELLS]
    uavs = known.telemetry.uavs.values()
    sinr, rise = [one.sinr_db for one in uavs] or [0.0], [one.noise_rise_db for one in uavs] or [0.0]
    return [*loads, *[0.0] * (_CELLS - len(loads)), sum(sinr) / len(sinr) / 40.0, min(sinr) / 40.0, max(rise) / 40.0]


def _others(known: Knowledge) -> list[float]:
    found = []
    for slice_ in Slice:
        one = known.telemetry.slices.get(slice_)
        missing = 0.0 if one is None else 1.0 - one.throughput_mbps / max(one.offered_mbps, 1e-3)
        found += [0.0] * 3 if one is None else [math.log1p(one.offered_mbps) / math.log1p(40.0), one.loss, missing]
    return found
