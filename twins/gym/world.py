"""The gym's world: the evolution of a scenario with UAVs, servers and events, over any `PacketNetwork`.

1. `elapse` advances mission time: UAVs fly, batteries drain, events start and end, terrestrial users walk back and forth.
2. The network is measured at `begin`, and again after each change that affects it: configuration, event, arrival or handover of a
   UAV. Until then the state s is that of the last measurement: reading it changes nothing.
3. A measurement lets the network settle and then observes a window (`WINDOW_S`), which samples only a part of mission time.
4. Computing at servers is a queueing model (`twins.gym.servers`) and not simulated by the packet network.
The same scenario, events and calls give the same measurements, both with ns-3 and with the Experiment Model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from policies.gym.degradation import DegradationEvent, DegradationKind
from policies.gym.network_state import NetworkState
from policies.gym.task_spec import TaskSpec
from twins.gym.fleet import Uav, flown
from twins.gym.layout import Layout
from twins.gym.measurement import Measurement, service_task, state_of
from twins.gym.overlay import degraded
from twins.gym.packet_network import PacketNetwork
from twins.gym.scenario import Scenario
from twins.gym.servers import load
from twins.gym.walker import Walker
from twins.gym.window import Window

WARM_UP_S, SETTLE_S, RADIO_SETTLE_S, WINDOW_S = 1.0, 0.4, 1.0, 1.0
_NOTICEABLE_M = 20.0


@dataclass(frozen=True)
class LogEntry:
    """An entry of the mission's log: time, kind, subject and detail."""

    at_s: float
    kind: str
    subject: str
    detail: str = ""


@dataclass
class Mission:
    """The mission's state that Reasoning tools may change: the fleet, the log, commanded handovers; and the incidents."""

    fleet: dict[str, Uav]
    log: list[LogEntry] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    ordered: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Mission:
        """Return an independent copy."""
        return Mission(dict(self.fleet), list(self.log), list(self.incidents), dict(self.ordered))


class World:
    """The world of an episode; call `begin` first."""

    def __init__(self, scenario: Scenario, network: PacketNetwork, events: Iterable[DegradationEvent] = ()) -> None:
        self.scenario, self.network, self.events = scenario, network, tuple(events)
        self.now_s = 0.0
        self.layout = scenario.layout
        self.placed: dict[str, tuple[TaskSpec, str]] = {}
        self.mission = Mission(_fleet(scenario))
        self.measurements: list[Measurement] = []
        self._dirty = False
        self._walkers = _walkers(scenario)
        self._active: tuple[float, tuple[DegradationEvent, ...], tuple[DegradationEvent, ...]] = (0.0, (), ())
        self._cached: tuple[tuple[object, ...], Layout] = ((), scenario.layout)

    # ---- state -----------------------------------------------------------------------------------------------------------

    @property
    def measured(self) -> Measurement:
        """The last measurement."""
        return self.measurements[-1]

    @property
    def state(self) -> NetworkState:
        """The last measured network state s."""
        return self.measured.state

    @property
    def active_events(self) -> tuple[DegradationEvent, ...]:
        """The active events."""
        at_s, events, active = self._active
        if at_s != self.now_s or events is not self.events:
            active = tuple(event for event in self.events if event.active(self.now_s))
            self._active = (self.now_s, self.events, active)
        return active

    @property
    def in_force(self) -> Layout:
        """The effective layout: the configuration under the active events, with all users at their current positions."""
        cached, layout = self._cached
        inputs = (self.now_s, self.layout, self.events, *self.mission.fleet.values(), *self.mission.ordered.values())
        if len(cached) != len(inputs) or any(old is not new for old, new in zip(cached, inputs, strict=True)):
            layout = self._effective_layout()
            self._cached = (inputs, layout)
        return layout

    def _effective_layout(self) -> Layout:
        layout = degraded(self.scenario, self.layout, self.active_events)
        users = dict(layout.users)
        for name, uav in self.mission.fleet.items():
            users[name] = users[name].changed(
                position=uav.position, velocity_mps=uav.velocity_mps, ordered_cell=self.mission.ordered.get(name)
            )
        for name, walker in self._walkers.items():
            users[name] = walker.moved(users[name], self.now_s)
        return layout.changed(users=users)

    @property
    def unthrottled(self) -> Layout:
        """The scenario's initial configuration under the active events, with all flows at their full rates."""
        return degraded(self.scenario, self.scenario.layout, self.active_events)

    def fork(self, network: PacketNetwork) -> World:
        """Return an independent copy of this world over `network`, which must be in the same state as this world's network."""
        other = World(self.scenario, network, self.events)
        other.now_s, other.layout, other.placed, other._dirty = self.now_s, self.layout, dict(self.placed), self._dirty
        other.mission, other.measurements = self.mission.copy(), list(self.measurements)
        return other

    def server_loads(self) -> dict[str, float]:
        """Return the load of each server, 0..1: background, the mission's service, offloaded tasks, overload events."""
        extra = {event.target: event.magnitude for event in self.active_events if event.kind is DegradationKind.EDGE_OVERLOAD}
        tasks: dict[str, list[TaskSpec]] = {name: [] for name in self.scenario.servers}
        for task, server in self.placed.values():
            tasks[server].append(task)
        tasks[self.service_host].append(self.service_task())
        return {name: load(server, tasks[name], extra.get(name, 0.0)) for name, server in self.scenario.servers.items()}

    @property
    def service_host(self) -> str:
        """The server that runs the mission's service."""
        return self.layout.flows[self.scenario.mission[0]].host

    def service_task(self) -> TaskSpec:
        """Return the mission's service under the current configuration; its job rate scales with the mission's traffic."""
        return service_task(self.scenario, self.layout)

    def trace_hash(self) -> str:
        """Return the SHA-256 over all measurements, log entries and incidents so far."""
        rows = [[row.at_s, row.state.model_dump(mode="json"), row.window.model_dump(mode="json")] for row in self.measurements]
        log = [[entry.at_s, entry.kind, entry.subject, entry.detail] for entry in self.mission.log]
        return hashlib.sha256(json.dumps([rows, log, self.mission.incidents], sort_keys=True).encode()).hexdigest()

    # ---- actions ---------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the network, warm it up, and measure; raises InfrastructureError."""
        self.network.begin(self.in_force)
        self.measure()

    def elapse(self, seconds: float) -> tuple[str, ...]:
        """Advance mission time without measuring; returns the changes that affect the network (events, arrivals)."""
        before, flying = self.active_events, {name for name, uav in self.mission.fleet.items() if uav.way}
        self.mission.fleet, incidents = flown(self.mission.fleet, seconds, self.scenario.geofence)
        self.mission.incidents += [incident for incident in incidents if incident not in self.mission.incidents]
        self.now_s += seconds
        after = self.active_events
        changes = [f"{event.kind.value} {event.target}".strip() + " began" for event in after if event not in before]
        changes += [f"{event.kind.value} {event.target}".strip() + " ended" for event in before if event not in after]
        changes += [f"{name} arrived" for name, uav in self.mission.fleet.items() if name in flying and not uav.way]
        self._dirty = self._dirty or bool(changes)
        return tuple(changes)

    def configure(self, layout: Layout) -> None:
        """Apply another configuration."""
        self.layout, self._dirty = layout, True

    def place(self, task: TaskSpec, server: str) -> None:
        """Run `task` at `server` and no longer on board; the mission's service moves with its flows instead."""
        if task.task != self.scenario.service.task:
            self.placed[task.task] = (task, server)
        for name, uav in list(self.mission.fleet.items()):
            self.command(name, tasks=tuple(other for other in uav.tasks if other.task != task.task))
        self._dirty = True

    def order_handover(self, uav: str, cell: str) -> None:
        """Command the handover of a UAV to a cell, executed at the next measurement."""
        self.mission.ordered[uav] = cell
        self._dirty = True

    def command(self, uav: str, **changes: Any) -> None:
        """Change a UAV's waypoints, speed, tasks or sensors."""
        self.mission.fleet[uav] = self.mission.fleet[uav]._replace(**changes)

    def note(self, kind: str, subject: str, detail: str = "") -> LogEntry:
        """Append an entry to the mission's log and return it."""
        entry = LogEntry(round(self.now_s, 3), kind, subject, detail)
        self.mission.log.append(entry)
        return entry

    def catch_up(self) -> bool:
        """Measure if something changed since the last measurement; returns whether it did. Raises InfrastructureError."""
        if self._dirty:
            self.measure()
            return True
        return False

    def measure(self) -> Measurement:
        """Let the network settle, observe a window and derive the state; raises InfrastructureError."""
        layout = self.in_force
        settle = settle_s(self.measured.layout, layout) if self.measurements else WARM_UP_S
        window = self.network.run(layout, WINDOW_S, settle)
        measurement = self.measurement_of(layout, window)
        self.measurements.append(measurement)
        self._dirty = False
        return measurement

    def measurement_of(self, layout: Layout, window: Window) -> Measurement:
        """Return the measurement of `window` with `layout` in this world now, without storing it."""
        loads = self.server_loads()
        return Measurement(
            at_s=round(self.now_s, 3),
            layout=layout,
            events=self.active_events,
            window=window,
            state=state_of(self.scenario, layout, window.flows, loads),
            server_loads=loads,
            mission=self.scenario.mission,
        )


def _fleet(scenario: Scenario) -> dict[str, Uav]:
    return {
        name: Uav(
            position=scenario.layout.users[name].position,
            speed_mps=vehicle.speed_mps,
            energy_wh=vehicle.battery_wh * vehicle.charge,
            capacity_wh=vehicle.battery_wh,
        )
        for name, vehicle in scenario.vehicles.items()
    }


def _walkers(scenario: Scenario) -> dict[str, Walker]:
    """Return the terrestrial users that move."""
    walkers = {name: Walker.of(user) for name, user in scenario.layout.users.items() if name not in scenario.vehicles}
    return {name: walker for name, walker in walkers.items() if walker is not None}


def settle_s(old: Layout, new: Layout) -> float:
    """Return the settling time in s after a change of layout; longer if users may be handed over."""
    pairs = [(old.users[name], user) for name, user in new.users.items() if old.users[name] is not user]
    moved = any(before.position.distance_m(after.position) > _NOTICEABLE_M for before, after in pairs)
    ordered = any(before.ordered_cell != after.ordered_cell for before, after in pairs)
    retuned = old.cells is not new.cells and _radio(old) != _radio(new)
    return RADIO_SETTLE_S if moved or ordered or retuned else SETTLE_S


def _radio(layout: Layout) -> list[tuple[object, ...]]:
    return [(cell.power_dbm, cell.a3_offset_db, cell.barred, cell.beam) for cell in layout.cells.values()]
