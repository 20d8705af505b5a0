"""What a window of the packet network means: the mission's network state, and what the others got."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.gym.degradation import DegradationEvent
from policies.gym.network_state import NetworkState
from policies.slices import Slice
from twins.gym.layout import Layout
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
    """One look at the world: when, under which layout and events, what the window showed, and the state s."""

    at_s: float
    layout: Layout
    events: tuple[DegradationEvent, ...]
    window: Window
    state: NetworkState
    slices: dict[Slice, Service]
    server_loads: dict[str, float]


def service_of(flows: Iterable[FlowWindow]) -> Service:
    """Sum flows up; where nothing was delivered latency and jitter take their bounds."""
    found = list(flows)
    offered = sum(one.offered_mbps for one in found)
    delivered = sum(one.throughput_mbps for one in found)
    return Service(
        latency_ms=min(_mean(found, "latency_ms", UNDELIVERED_MS), UNDELIVERED_MS),
        jitter_ms=min(_mean(found, "jitter_ms", UNDELIVERED_JITTER_MS), UNDELIVERED_JITTER_MS),
        loss=sum(one.loss * one.offered_mbps for one in found) / offered if offered else 0.0,
        throughput_mbps=delivered,
        offered_mbps=offered,
    )


def _mean(flows: list[FlowWindow], name: str, nothing: float) -> float:
    pairs = [(getattr(one, name), one.throughput_mbps) for one in flows if getattr(one, name) is not None]
    weight = sum(mbps for _, mbps in pairs)
    return sum(value * mbps for value, mbps in pairs) / weight if weight else nothing


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
