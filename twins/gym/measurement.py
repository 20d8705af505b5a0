"""Evaluation of a measurement window: the mission's network state, and the QoS of all other flows by slice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from policies.gym.degradation import DegradationEvent
from policies.gym.network_state import NetworkState
from policies.gym.task_spec import TaskSpec
from policies.slices import Slice
from twins.gym.layout import Layout
from twins.gym.scenario import Scenario
from twins.gym.servers import processing_ms
from twins.gym.window import FlowWindow, Window

UNDELIVERED_MS, UNDELIVERED_JITTER_MS = 2000.0, 200.0  # upper bounds of latency and jitter, also used if nothing is delivered


@dataclass(frozen=True)
class Service:
    """The aggregate QoS of several flows: means weighted by delivered throughput; `offered_mbps` is the rate sent."""

    latency_ms: float
    jitter_ms: float
    loss: float
    throughput_mbps: float
    offered_mbps: float


@dataclass(frozen=True)
class Measurement:
    """A measurement of the world: time, layout, events, measured window, network state s and server loads; `mission` names
    the mission's flows."""

    at_s: float
    layout: Layout
    events: tuple[DegradationEvent, ...]
    window: Window
    state: NetworkState
    server_loads: dict[str, float]
    mission: tuple[str, ...]

    @cached_property
    def slices(self) -> dict[Slice, Service]:
        """QoS of the flows outside the mission by slice; lazy, because it is rarely used."""
        return bystanders(self.layout, self.window, self.mission)


def service_of(flows: Iterable[FlowWindow]) -> Service:
    """Aggregate flows; latency and jitter take their upper bounds if nothing was delivered."""
    offered = delivered = lost = weight = latency = jitter = 0.0
    for flow in flows:
        offered += flow.offered_mbps
        delivered += flow.throughput_mbps
        lost += flow.loss * flow.offered_mbps
        if flow.latency_ms is not None and flow.jitter_ms is not None:
            weight += flow.throughput_mbps
            latency += flow.latency_ms * flow.throughput_mbps
            jitter += flow.jitter_ms * flow.throughput_mbps
    return Service(
        latency_ms=min(latency / weight, UNDELIVERED_MS) if weight else UNDELIVERED_MS,
        jitter_ms=min(jitter / weight, UNDELIVERED_JITTER_MS) if weight else UNDELIVERED_JITTER_MS,
        loss=lost / offered if offered else 0.0,
        throughput_mbps=delivered,
        offered_mbps=offered,
    )


def bystanders(layout: Layout, window: Window, mission: Iterable[str]) -> dict[Slice, Service]:
    """Return the QoS of the flows outside the mission by slice; slices without traffic are omitted."""
    names = set(layout.flows) - set(mission)
    services = {}
    for slice_ in Slice:
        flows = [window.flows[name] for name in layout.flows if name in names and layout.flows[name].slice is slice_]
        sending = [flow for flow in flows if flow.offered_mbps > 0.0]
        if sending:
            services[slice_] = service_of(sending)
    return services


def service_task(scenario: Scenario, layout: Layout) -> TaskSpec:
    """Return the mission's service under `layout`; its job rate scales with the mission's traffic."""
    full = sum(scenario.layout.flows[name].mbps for name in scenario.mission)
    now = sum(layout.flows[name].mbps for name in scenario.mission)
    return scenario.service.changed(jobs_per_s=max(scenario.service.jobs_per_s * now / full, 1e-3))


def state_of(scenario: Scenario, layout: Layout, flows: Mapping[str, FlowWindow], loads: Mapping[str, float]) -> NetworkState:
    """Return the network state s: QoS of the mission's `flows`, with latency including the processing time at the server."""
    service, first = service_of(flows[name] for name in scenario.mission), layout.flows[scenario.mission[0]]
    processing = processing_ms(scenario.servers[first.host], service_task(scenario, layout), loads[first.host])
    return NetworkState(
        slice=first.slice,
        latency_ms=round(service.latency_ms + processing, 3),
        jitter_ms=round(service.jitter_ms, 3),
        loss=round(min(service.loss, 1.0), 5),
        throughput_mbps=round(service.throughput_mbps, 4),
        edge_load=round(loads[first.host], 4),
    )
