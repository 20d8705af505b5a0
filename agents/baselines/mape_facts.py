"""MAPE-K's analysis: telemetry and mission as the facts that the conditions of its rules name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policies.gym.mission import MissionSpec
from policies.gym.network_state import NetworkState, SlaSpec
from policies.gym.place import Position


@dataclass(frozen=True)
class Facts:
    """Violated SLA bounds, pending errands, the mission's slice and servers with their loads, radio conditions of its UAVs."""

    broken: frozenset[str]
    pending: frozenset[str]
    slice: str
    host: str
    at_edge: bool
    edge_load: float
    other_load: float
    least_loaded: str
    nearest: str
    prb_load: float
    noise_rise_db: float
    loss: float
    latency_ms: float
    destinations: tuple[tuple[str, dict[str, float]], ...]
    alerts: tuple[tuple[str, str], ...]
    handovers: tuple[tuple[str, str], ...]


def facts_of(mission: MissionSpec, telemetry: dict[str, Any], sent: frozenset[str] = frozenset()) -> Facts:
    """Return the facts; UAVs in `sent` are already under way."""
    log, state = telemetry["log"], NetworkState.model_validate(telemetry["state"])
    servers, host = telemetry["edge"]["servers"], telemetry["edge"]["service_host"]
    other_loads = {name: server["load"] for name, server in servers.items() if name != host}
    least_loaded = min(other_loads, key=lambda name: (other_loads[name], name))
    links_ms = {name: server["link_ms"] for name, server in servers.items() if name != "cloud"}
    serving = {cell for cell in log["serving"].values() if cell is not None}
    away = [(uav, place) for uav, place in mission.destinations.items() if _away(log, uav, place, mission.tolerance_m)]
    flights = [(uav, place) for uav, place in away if uav not in sent]
    alerts = tuple((uav, kind) for uav, kind in mission.notified.items() if kind not in log["alerts"].get(uav, ()))
    handovers = tuple((uav, gnb) for uav, gnb in mission.serving.items() if log["serving"].get(uav) != gnb)
    pending = {"fly": bool(flights), "under way": len(away) > len(flights), "alert": bool(alerts), "hand over": bool(handovers)}
    return Facts(
        broken=_violations(mission.sla or SlaSpec(), state),
        pending=frozenset(name for name, is_pending in pending.items() if is_pending),
        slice=state.slice.value,
        host=host,
        at_edge=host != "cloud",
        edge_load=state.edge_load,
        other_load=other_loads[least_loaded],
        least_loaded=least_loaded,
        nearest=min(links_ms, key=lambda name: (links_ms[name], name)),
        prb_load=max((telemetry["prb_load"][cell] for cell in serving), default=0.0),
        noise_rise_db=max((radio["noise_rise_db"] for radio in telemetry["uavs"].values()), default=0.0),
        loss=state.loss,
        latency_ms=state.latency_ms,
        destinations=tuple((uav, place.model_dump()) for uav, place in flights),
        alerts=alerts,
        handovers=handovers,
    )


def _away(log: dict[str, Any], uav: str, place: Position, tolerance_m: float) -> bool:
    here = log["positions"].get(uav)
    return here is None or Position.model_validate(here).distance_m(place) > tolerance_m


def _violations(sla: SlaSpec, state: NetworkState) -> frozenset[str]:
    values = {
        "latency": (state.latency_ms, sla.max_latency_ms),
        "jitter": (state.jitter_ms, sla.max_jitter_ms),
        "loss": (state.loss, sla.max_loss),
        "edge load": (state.edge_load, sla.max_edge_load),
    }
    violated = {name for name, (value, bound) in values.items() if bound is not None and value > bound}
    if sla.min_throughput_mbps is not None and state.throughput_mbps < sla.min_throughput_mbps:
        violated.add("throughput")
    return frozenset(violated)
