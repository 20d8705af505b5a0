"""Observation of the network: telemetry, the network state s, edge servers, slices and their traffic."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.edge_load import EdgeLoad
from policies.gym.network_state import NetworkState
from policies.gym.telemetry_state import SliceService, TelemetryState
from policies.slices import Slice
from tools.contract import ToolValue, tool
from tools.gym.context import GymContext, answer
from tools.gym.radio_conditions import attainable_mbps, loads
from tools.gym.requests import NoArguments, PositionRequest, SliceRequest
from tools.gym.state_summary import state_summary
from tools.gym.telemetry import edge_load, mission_service, offered_mbps, slice_service, telemetry
from twins.gym.field import best_cell, sinr_db

_HISTORY = 8


class SliceStatus(ToolValue):
    """A slice's shares, and the service of its users in the last window; None for a group that sends nothing on it."""

    slice: Slice
    shares: dict[str, float] = Field(description="share of the resource blocks by gNB, 0..1")
    carries_mission: bool
    mission: SliceService | None
    others: SliceService | None


class TrafficSample(ToolValue):
    """Traffic offered on a slice in one measured window, Mbit/s."""

    at_s: float
    mission_mbps: float
    others_mbps: float


class TrafficPattern(ToolValue):
    """A slice's traffic: active flows, how many of them are bursty, and `history`, oldest window first."""

    slice: Slice
    flows: int
    bursty_flows: int
    mean_packet_bytes: float
    history: tuple[TrafficSample, ...]


class AvailableSlice(ToolValue):
    """A slice at a position: its share of the blocks, and the rate of a single user on it, Mbit/s."""

    slice: Slice
    share: float
    attainable_mbps: float


class SliceList(ToolValue):
    """The slices of the best gNB at the position."""

    gnb: str
    sinr_db: float
    prb_load: float
    slices: tuple[AvailableSlice, ...]


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def read_telemetry(context: GymContext, request: NoArguments) -> Evidence[TelemetryState]:
    """Read everything that monitoring shows: state s, mission log, geofence, servers, cell loads, UAV radio, others' service.

    It shows symptoms, not causes. Use it first, and again after every change; its answer feeds risk_assessment.
    """
    value = telemetry(context.world)
    busiest = max(value.prb_load, key=lambda name: value.prb_load[name])
    return answer(
        context, f"{state_summary(value.state)}; busiest cell {busiest} {value.prb_load[busiest]:.0%} of its blocks", value
    )


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def check_network_state(context: GymContext, request: NoArguments) -> Evidence[NetworkState]:
    """Read the network state s of the mission's service: slice, latency, jitter (ms), loss, throughput (Mbit/s), edge load."""
    return answer(context, state_summary(context.world.state), context.world.state)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_edge_load(context: GymContext, request: NoArguments) -> Evidence[EdgeLoad]:
    """Read each server's load, capacity in Gcycle/s and link delay in ms; its answer feeds select_offload_target."""
    value = edge_load(context.world)
    summary = ", ".join(f"{name} {server.load:.0%} (link {server.link_ms:.1f} ms)" for name, server in value.servers.items())
    return answer(context, f"{summary}; the service runs at {value.service_host}", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_slice_status(context: GymContext, request: SliceRequest) -> Evidence[SliceStatus]:
    """Read a slice's share of the resource blocks by gNB, and the service of the mission and of the other users on it."""
    world, current = context.world, request.slice
    carries_mission, others = world.state.slice is current, world.measured.slices.get(current)
    value = SliceStatus(
        slice=current,
        shares={name: round(cell.shares[current], 4) for name, cell in world.layout.cells.items()},
        carries_mission=carries_mission,
        mission=slice_service(mission_service(world)) if carries_mission else None,
        others=slice_service(others) if others is not None else None,
    )
    shares = ", ".join(f"{name} {share:.0%}" for name, share in value.shares.items())
    return answer(
        context,
        f"{current.value} has {shares}; others: {_service_text(value.others)}; mission: {_service_text(value.mission)}",
        value,
    )


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_traffic_pattern(context: GymContext, request: SliceRequest) -> Evidence[TrafficPattern]:
    """Read the traffic offered on a slice, Mbit/s, in the last windows: a surge or new users show as a step of the others'."""
    world, current = context.world, request.slice
    flows = world.measured.layout.flows
    sending = [
        flows[name]
        for name, flow in world.measured.window.flows.items()
        if flow.offered_mbps > 0.0 and flows[name].slice is current
    ]
    history = []
    for index in range(max(len(world.measurements) - _HISTORY, 0), len(world.measurements)):
        ours, others = (round(mbps, 4) for mbps in offered_mbps(world, current, index))
        history.append(TrafficSample(at_s=world.measurements[index].at_s, mission_mbps=ours, others_mbps=others))
    value = TrafficPattern(
        slice=current,
        flows=len(sending),
        bursty_flows=sum(flow.bursty for flow in sending),
        mean_packet_bytes=round(sum(flow.packet_bytes for flow in sending) / max(len(sending), 1), 1),
        history=tuple(history),
    )
    last = value.history[-1]
    rates = f"mission {last.mission_mbps:.2f} and others {last.others_mbps:.2f} Mbit/s"
    return answer(context, f"{current.value}: {value.flows} flows send, {rates}", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_available_slices(context: GymContext, request: PositionRequest) -> Evidence[SliceList]:
    """List the slices of the best gNB at a position, with the rate of a single user there, Mbit/s."""
    world, at = context.world, request.position
    layout = world.in_force
    gnb = best_cell(layout, at)
    sinr = sinr_db(layout, at, gnb, loads(world))
    shares = layout.cells[gnb].shares
    slices = tuple(
        AvailableSlice(
            slice=name,
            share=round(shares[name], 4),
            attainable_mbps=round(attainable_mbps(sinr, shares[name] * layout.downlink_rbs), 2),
        )
        for name in Slice
    )
    value = SliceList(gnb=gnb, sinr_db=round(sinr, 2), prb_load=round(loads(world)[gnb], 3), slices=slices)
    rates = ", ".join(f"{entry.slice.value} {entry.share:.0%} ({entry.attainable_mbps:.1f} Mbit/s)" for entry in slices)
    return answer(context, f"{gnb}, SINR {value.sinr_db:.1f} dB, {value.prb_load:.0%} in use: {rates}", value)


def _service_text(service: SliceService | None) -> str:
    if service is None:
        return "none"
    delivered = f"{service.throughput_mbps:.2f} of {service.offered_mbps:.2f} Mbit/s"
    return f"{service.latency_ms:.0f} ms, loss {service.loss:.2%}, {delivered}"
