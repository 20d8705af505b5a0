"""The initial state of the terminals: positions, traffic parameters, event attendance, fading offsets."""

from __future__ import annotations

import numpy as np

from policies.slices import Slice
from twins.system.physics.kernel.draws import FADING, PLACE, SWITCH, TRAVEL, exponential, uniform
from twins.system.physics.kernel.traffic import next_mark
from twins.system.physics.state import State
from twins.system.scenario.scenario import InArea, Points, SystemScenario, UeGroup
from twins.system.scenario.traffic import Bursts, Ftp3, FullBuffer, Periodic

FADING_SPEED_MPS = 3.0 / 3.6  # speed of the traces; terminals at other speeds play them faster or slower


def group_of_ues(scenario: SystemScenario) -> list[UeGroup]:
    """Return each terminal's group, in the order of the state's rows."""
    return [group for group in scenario.groups for _ in range(group.count)]


def populate(scenario: SystemScenario, state: State, trace_count: int, trace_samples: int, sample_s: float) -> None:
    """Initialize terminals and walks with the seed in the state's clock."""
    members = group_of_ues(scenario)
    seed = int(state.clock[2])
    first = {group.name: position for position, group in reversed(list(enumerate(members)))}
    for u, group in enumerate(members):
        ue, walk = state.ues[u], state.walks[u]
        ue["slice"] = list(Slice).index(group.slice)
        ue["buffer_bits"] = int(group.buffer_kbit * 1000)
        _set_traffic(scenario, group, ue, walk)
        _place(scenario, group, u, u - first[group.name], seed, state)
        _attend(scenario, group, u, seed, walk)
        if walk["mean_on"] > 0:
            walk["switch_at"] = walk["mean_on"] * exponential(seed, SWITCH, u, 0)
        ue["due"] = max(next_mark(state.ues, u, seed), 1e-9)
        speed = max(group.speed_mps, group.surroundings_mps)
        ue["doppler"] = speed / FADING_SPEED_MPS * scenario.tti_ms * 1e-3 / sample_s
    _phase_fading(state, seed, trace_count, trace_samples)


def _set_traffic(scenario: SystemScenario, group: UeGroup, ue: np.void, walk: np.void) -> None:
    traffic, tti_s = group.traffic, scenario.tti_ms * 1e-3
    if isinstance(traffic, FullBuffer):
        ue["full_buffer"] = 1
    elif isinstance(traffic, Ftp3):
        ue["kind"], ue["packet_bits"] = 1, 8 * traffic.file_bytes
        walk["base_rate"] = traffic.files_per_s * tti_s
    elif isinstance(traffic, Periodic | Bursts):
        ue["kind"], ue["packet_bits"] = 2, 8 * traffic.packet_bytes
        walk["base_rate"] = scenario.tti_ms / traffic.period_ms
        if isinstance(traffic, Periodic):
            ue["jitter"] = traffic.jitter
        else:
            walk["mean_on"], walk["mean_off"] = traffic.mean_on_s / tti_s, traffic.mean_off_s / tti_s


def _place(scenario: SystemScenario, group: UeGroup, u: int, position: int, seed: int, state: State) -> None:
    ue, walk = state.ues[u], state.walks[u]
    x, y, radius = 0.0, 0.0, scenario.radius
    if isinstance(group.placement, InArea):
        area = next(area for area in scenario.areas if area.name == group.placement.area)
        x, y, radius = area.x, area.y, area.radius
    if isinstance(group.placement, Points):
        x, y = group.placement.points[position]
        radius = 25.0
        ue["x"], ue["y"] = x, y
    else:
        distance = radius * uniform(seed, PLACE, u, 0) ** 0.5
        angle = 2 * np.pi * uniform(seed, PLACE, u, 1)
        ue["x"], ue["y"] = x + distance * np.cos(angle), y + distance * np.sin(angle)
    walk["home_x"], walk["home_y"], walk["home_r"] = x, y, radius
    walk["target_x"], walk["target_y"] = ue["x"], ue["y"]
    walk["measured_x"], walk["measured_y"] = ue["x"], ue["y"]
    walk["speed"] = group.speed_mps


def _attend(scenario: SystemScenario, group: UeGroup, u: int, seed: int, walk: np.void) -> None:
    walk["arrives"] = walk["leaves"] = np.iinfo(np.int64).max
    walk["only_at_event"] = group.only_at_event
    if not group.event:
        return
    event = next(event for event in scenario.events if event.name == group.event)
    area = next(area for area in scenario.areas if area.name == event.area)
    walk["venue_x"], walk["venue_y"], walk["venue_r"] = area.x, area.y, area.radius
    spread = 60.0 * group.arrival_spread_min
    begins = (event.start - scenario.start).total_seconds() - spread * uniform(seed, TRAVEL, u, 0)
    ends = (event.end - scenario.start).total_seconds() + spread * uniform(seed, TRAVEL, u, 1)
    walk["arrives"], walk["leaves"] = int(begins * 1e6 / scenario.tti_us), int(ends * 1e6 / scenario.tti_us)


def _phase_fading(state: State, seed: int, trace_count: int, trace_samples: int) -> None:
    ues, cells = state.links.shape
    for u in range(ues):
        for c in range(cells):
            link = state.links[u, c]
            link["trace"] = int(uniform(seed, FADING, u * cells + c, 0) * trace_count)
            link["offset"] = uniform(seed, FADING, u * cells + c, 1) * trace_samples
