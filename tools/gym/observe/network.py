"""Observation of the network: telemetry, the state s, servers, slices and their traffic."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.edge_load import EdgeLoad
from policies.gym.network_state import NetworkState
from policies.gym.telemetry_state import SliceService, TelemetryState
from policies.slices import Slice
from tools.contract import ToolValue, tool
from tools.gym.air import attainable_mbps, loads
from tools.gym.configure.configuration import told
from tools.gym.context import GymContext, answer
from tools.gym.requests import AtPosition, Nothing, OfSlice
from tools.gym.telemetry import edge_load, mission_service, offered_mbps, slice_service, telemetry
from twins.gym.field import best_cell, sinr_db

_HISTORY = 8


class SliceStatus(ToolValue):
    """A slice: what it may use, and what its users got in the last window; None where nobody of that kind sends on it."""

    slice: Slice
    shares: dict[str, float] = Field(description="share of the resource blocks by gNB, 0..1")
    carries_mission: bool
    mission: SliceService | None
    others: SliceService | None


class TrafficSample(ToolValue):
    """What was sent on a slice in one measured window, Mbit/s."""

    at_s: float
    mission_mbps: float
    others_mbps: float


class TrafficPattern(ToolValue):
    """A slice's traffic: `history` oldest first, the last window at its end; flows that send, and how many in bursts."""

    slice: Slice
    flows: int
    bursty_flows: int
    mean_packet_bytes: float
    history: tuple[TrafficSample, ...]


class AvailableSlice(ToolValue):
    """A slice at a place: its share of the blocks, and the rate that one user alone on it could get, Mbit/s."""

    slice: Slice
    share: float
    attainable_mbps: float


class SliceList(ToolValue):
    """The slices of the gNB that is best at the place."""

    gnb: str
    sinr_db: float
    prb_load: float
    slices: tuple[AvailableSlice, ...]


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def read_telemetry(context: GymContext, request: Nothing) -> Evidence[TelemetryState]:
    """Read everything that monitoring shows: state s, mission log, fence, servers, cell loads, UAV radio, others' service.

    Symptoms only: causes must be inferred. Use it first, and again after anything changed; its answer feeds risk_assessment.
    """
    value = telemetry(context.world)
    busiest = max(value.prb_load, key=lambda name: value.prb_load[name])
    return answer(context, f"{told(value.state)}; busiest cell {busiest} {value.prb_load[busiest]:.0%} of its blocks", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def check_network_state(context: GymContext, request: Nothing) -> Evidence[NetworkState]:
    """Read the network state s of the mission's service: slice, latency, jitter (ms), loss, throughput (Mbit/s), edge load."""
    return answer(context, told(context.world.state), context.world.state)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_edge_load(context: GymContext, request: Nothing) -> Evidence[EdgeLoad]:
    """Read each server's load, capacity in Gcycle/s and link delay in ms; its answer feeds select_offload_target."""
    value = edge_load(context.world)
    said = ", ".join(f"{name} {one.load:.0%} (link {one.link_ms:.1f} ms)" for name, one in value.servers.items())
    return answer(context, f"{said}; the service runs at {value.service_host}", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_slice_status(context: GymContext, request: OfSlice) -> Evidence[SliceStatus]:
    """Read a slice's share of the resource blocks by gNB and what its users got, the mission's and the others apart."""
    world, one = context.world, request.slice
    on_it, others = world.state.slice is one, world.measured.slices.get(one)
    value = SliceStatus(
        slice=one,
        shares={name: round(cell.shares[one], 4) for name, cell in world.layout.cells.items()},
        carries_mission=on_it,
        mission=slice_service(mission_service(world)) if on_it else None,
        others=slice_service(others) if others is not None else None,
    )
    shares = ", ".join(f"{name} {share:.0%}" for name, share in value.shares.items())
    return answer(context, f"{one.value} has {shares}; others: {_got(value.others)}; mission: {_got(value.mission)}", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_traffic_pattern(context: GymContext, request: OfSlice) -> Evidence[TrafficPattern]:
    """Read what was sent on a slice, Mbit/s, in the last windows: a surge or an influx of users shows as a step of the others."""
    world, one = context.world, request.slice
    flows = world.measured.layout.flows
    sending = [
        flows[name] for name, flow in world.measured.window.flows.items() if flow.offered_mbps > 0.0 and flows[name].slice is one
    ]
    history = []
    for index in range(max(len(world.measurements) - _HISTORY, 0), len(world.measurements)):
        ours, others = (round(mbps, 4) for mbps in offered_mbps(world, one, index))
        history.append(TrafficSample(at_s=world.measurements[index].at_s, mission_mbps=ours, others_mbps=others))
    value = TrafficPattern(
        slice=one,
        flows=len(sending),
        bursty_flows=sum(flow.bursty for flow in sending),
        mean_packet_bytes=round(sum(flow.packet_bytes for flow in sending) / max(len(sending), 1), 1),
        history=tuple(history),
    )
    last = value.history[-1]
    said = f"{one.value}: {value.flows} flows send, mission {last.mission_mbps:.2f} and others {last.others_mbps:.2f} Mbit/s"
    return answer(context, said, value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_available_slices(context: GymContext, request: AtPosition) -> Evidence[SliceList]:
    """List the slices of the gNB that is best at a place, with the rate that one user alone could get there, Mbit/s."""
    world, at = context.world, request.position
    layout = world.in_force
    gnb = best_cell(layout, at)
    sinr = sinr_db(layout, at, gnb, loads(world))
    shares = layout.cells[gnb].shares
    slices = tuple(
        AvailableSlice(
            slice=one,
            share=round(shares[one], 4),
            attainable_mbps=round(attainable_mbps(sinr, shares[one] * layout.downlink_rbs), 2),
        )
        for one in Slice
    )
    value = SliceList(gnb=gnb, sinr_db=round(sinr, 2), prb_load=round(loads(world)[gnb], 3), slices=slices)
    said = ", ".join(f"{one.slice.value} {one.share:.0%} ({one.attainable_mbps:.1f} Mbit/s)" for one in slices)
    return answer(context, f"{gnb}, SINR {value.sinr_db:.1f} dB, {value.prb_load:.0%} in use: {said}", value)


def _got(one: SliceService | None) -> str:
    return (
        "none"
        if one is None
        else f"{one.latency_ms:.0f} ms, loss {one.loss:.2%}, {one.throughput_mbps:.2f} of {one.offered_mbps:.2f} Mbit/s"
    )
