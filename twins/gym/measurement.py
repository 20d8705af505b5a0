"""What a window of the packet network means: the mission's network state, and what the others got."""

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

UNDELIVERED_MS, UNDELIVERED_JITTER_MS = 2000.0, 200.0  # latency and jitter that stand for "nothing arrived", and their bounds


@dataclass(frozen=True)
class Service:
    """What flows got together: means weighted by what was delivered; `offered_mbps` is what was sent."""

    latency_ms: float
    jitter_ms: float
    loss: float
    throughput_mbps: float
    offered_mbps: float


@dataclass(frozen=True)
class Measurement:
    """One look at the world: when, under which layout and events, what the window showed, and the `mission`'s state s."""

    at_s: float
    layout: Layout
    events: tuple[DegradationEvent, ...]
    window: Window
    state: NetworkState
    server_loads: dict[str, float]
    mission: tuple[str, ...]

    @cached_property
    def slices(self) -> dict[Slice, Service]:
        """What the others got, by slice; most calls do not ask."""
        return bystanders(self.layout, self.window, self.mission)


def service_of(flows: Iterable[FlowWindow]) -> Service:
    """Sum flows up; where nothing was delivered latency and jitter take their bounds."""
    offered = delivered = lost = weight = late = uneven = 0.0
    for one in flows:
        offered += one.offered_mbps
        delivered += one.throughput_mbps
        lost += one.loss * one.offered_mbps
        if one.latency_ms is not None and one.jitter_ms is not None:
            weight += one.throughput_mbps
            late += one.latency_ms * one.throughput_mbps
            uneven += one.jitter_ms * one.throughput_mbps
    return Service(
        latency_ms=min(late / weight, UNDELIVERED_MS) if weight else UNDELIVERED_MS,
        jitter_ms=min(uneven / weight, UNDELIVERED_JITTER_MS) if weight else UNDELIVERED_JITTER_MS,
        loss=lost / offered if offered else 0.0,
        throughput_mbps=delivered,
        offered_mbps=offered,
    )


def bystanders(layout: Layout, window: Window, mission: Iterable[str]) -> dict[Slice, Service]:
    """What flows that are not of the mission got, by slice; slices where nobody sends are left out."""
    others = set(layout.flows) - set(mission)
    found = {}
    for one in Slice:
        flows = [window.flows[name] for name in layout.flows if name in others and layout.flows[name].slice is one]
        sending = [flow for flow in flows if flow.offered_mbps > 0.0]
        if sending:
            found[one] = service_of(sending)
    return found


def service_task(scenario: Scenario, layout: Layout) -> TaskSpec:
    """The mission's service under `layout`: with less traffic there are fewer jobs."""
    full = sum(scenario.layout.flows[name].mbps for name in scenario.mission)
    now = sum(layout.flows[name].mbps for name in scenario.mission)
    return scenario.service.changed(jobs_per_s=max(scenario.service.jobs_per_s * now / full, 1e-3))


def state_of(scenario: Scenario, layout: Layout, flows: Mapping[str, FlowWindow], loads: Mapping[str, float]) -> NetworkState:
    """The network state s: what the mission's `flows` got together, with the time of a job at its server."""
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
