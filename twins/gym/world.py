"""The gym's world: a scenario in time, with UAVs, servers and events, over any `PacketNetwork`.

1. Mission time moves by `elapse`. UAVs fly, batteries drain, events come and go, terrestrial users walk to and fro.
2. The network is measured at `begin`, and again whenever something changed that it could feel: a configuration, an event, a UAV
   that arrived or was handed over. Between that the state s stands as it was measured: looking changes nothing.
3. A measurement lets the network settle and then watches a window (`WINDOW_S`): a sample of mission time, not all of it.
4. Computing at servers is a queue model (`twins.gym.servers`), not simulated by the packet network.
The same scenario, events and calls give the same measurements, in ns-3 and in the Experiment Model.
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
    """An entry of the mission's log: when, what kind, whom it is about, and what was said."""

    at_s: float
    kind: str
    subject: str
    detail: str = ""


@dataclass
class Mission:
    """What Reasoning tools may change: the fleet, its orders, where tasks are computed, the log; and what went wrong."""

    fleet: dict[str, Uav]
    log: list[LogEntry] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    ordered: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Mission:
        """A copy that shares only what never changes."""
        return Mission(dict(self.fleet), list(self.log), list(self.incidents), dict(self.ordered))


class World:
    """One episode's world; call `begin` first."""

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
        self._known: tuple[tuple[object, ...], Layout] = ((), scenario.layout)

    # ---- what is ---------------------------------------------------------------------------------------------------------

    @property
    def measured(self) -> Measurement:
        """The last measurement."""
        return self.measurements[-1]

    @property
    def state(self) -> NetworkState:
        """The network state s, as last measured."""
        return self.measured.state

    @property
    def active_events(self) -> tuple[DegradationEvent, ...]:
        """Events that are on."""
        at_s, of, active = self._active
        if at_s != self.now_s or of is not self.events:
            active = tuple(event for event in self.events if event.active(self.now_s))
            self._active = (self.now_s, self.events, active)
        return active

    @property
    def in_force(self) -> Layout:
        """The configuration under the events that are on, with every user where it is now."""
        known, layout = self._known
        made_of = (self.now_s, self.layout, self.events, *self.mission.fleet.values(), *self.mission.ordered.values())
        if len(known) != len(made_of) or any(one is not other for one, other in zip(known, made_of, strict=True)):
            layout = self._made_now()
            self._known = (made_of, layout)
        return layout

    def _made_now(self) -> Layout:
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
        """The scenario's own configuration under the events that are on: what everybody would send."""
        return degraded(self.scenario, self.scenario.layout, self.active_events)

    def fork(self, network: PacketNetwork) -> World:
        """A world that goes on from here on its own, over `network`, which must stand where this world's does."""
        other = World(self.scenario, network, self.events)
        other.now_s, other.layout, other.placed, other._dirty = self.now_s, self.layout, dict(self.placed), self._dirty
        other.mission, other.measurements = self.mission.copy(), list(self.measurements)
        return other

    def server_loads(self) -> dict[str, float]:
        """Load of each server, 0..1: others, the mission's service, offloaded tasks, overloads."""
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
        """The mission's service as it stands: with less traffic there are fewer jobs."""
        return service_task(self.scenario, self.layout)

    def trace_hash(self) -> str:
        """SHA-256 over all measurements, log entries and incidents so far."""
        rows = [[one.at_s, one.state.model_dump(mode="json"), one.window.model_dump(mode="json")] for one in self.measurements]
        log = [[one.at_s, one.kind, one.subject, one.detail] for one in self.mission.log]
        return hashlib.sha256(json.dumps([rows, log, self.mission.incidents], sort_keys=True).encode()).hexdigest()

    # ---- what happens ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the network, let it warm up, and measure; raises InfrastructureError."""
        self.network.begin(self.in_force)
        self.measure()

    def elapse(self, seconds: float) -> tuple[str, ...]:
        """Let mission time pass; returns what happened that the network could feel, and measures nothing."""
        before, flying = self.active_events, {name for name, uav in self.mission.fleet.items() if uav.way}
        self.mission.fleet, incidents = flown(self.mission.fleet, seconds, self.scenario.geofence)
        self.mission.incidents += [said for said in incidents if said not in self.mission.incidents]
        self.now_s += seconds
        after = self.active_events
        happened = [f"{event.kind.value} {event.target}".strip() + " began" for event in after if event not in before]
        happened += [f"{event.kind.value} {event.target}".strip() + " ended" for event in before if event not in after]
        happened += [f"{name} arrived" for name, uav in self.mission.fleet.items() if name in flying and not uav.way]
        self._dirty = self._dirty or bool(happened)
        return tuple(happened)

    def configure(self, layout: Layout) -> None:
        """Put another configuration in force."""
        self.layout, self._dirty = layout, True

    def place(self, task: TaskSpec, server: str) -> None:
        """Compute `task` at `server`, and no longer on board; the mission's service moves with its flows."""
        if task.task != self.scenario.service.task:
            self.placed[task.task] = (task, server)
        for name, uav in list(self.mission.fleet.items()):
            self.command(name, tasks=tuple(one for one in uav.tasks if one.task != task.task))
        self._dirty = True

    def order_handover(self, uav: str, cell: str) -> None:
        """Order a UAV to a cell; it goes there when the network is measured next."""
        self.mission.ordered[uav] = cell
        self._dirty = True

    def command(self, uav: str, **changes: Any) -> None:
        """Change a UAV's way, speed, tasks or sensors."""
        self.mission.fleet[uav] = self.mission.fleet[uav]._replace(**changes)

    def note(self, kind: str, subject: str, detail: str = "") -> LogEntry:
        """Write into the mission's log."""
        entry = LogEntry(round(self.now_s, 3), kind, subject, detail)
        self.mission.log.append(entry)
        return entry

    def catch_up(self) -> bool:
        """Measure where something changed since the last measurement; returns whether it did. Raises InfrastructureError."""
        if self._dirty:
            self.measure()
            return True
        return False

    def measure(self) -> Measurement:
        """Let the network settle, watch a window and derive the state; raises InfrastructureError."""
        layout = self.in_force
        settle = settle_s(self.measured.layout, layout) if self.measurements else WARM_UP_S
        window = self.network.run(layout, WINDOW_S, settle)
        made = self.measurement_of(layout, window)
        self.measurements.append(made)
        self._dirty = False
        return made

    def measurement_of(self, layout: Layout, window: Window) -> Measurement:
        """What `window` under `layout` means for this world now; nothing is kept."""
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
    """Terrestrial users that do not stand still."""
    found = {name: Walker.of(user) for name, user in scenario.layout.users.items() if name not in scenario.vehicles}
    return {name: walker for name, walker in found.items() if walker is not None}


def settle_s(old: Layout, new: Layout) -> float:
    """How long the network needs until a window speaks of `new`: longer where users may be handed over."""
    pairs = [(old.users[name], user) for name, user in new.users.items() if old.users[name] is not user]
    moved = any(one.position.distance_m(other.position) > _NOTICEABLE_M for one, other in pairs)
    ordered = any(one.ordered_cell != other.ordered_cell for one, other in pairs)
    retuned = old.cells is not new.cells and _radio(old) != _radio(new)
    return RADIO_SETTLE_S if moved or ordered or retuned else SETTLE_S


def _radio(layout: Layout) -> list[tuple[object, ...]]:
    return [(one.power_dbm, one.a3_offset_db, one.barred, one.beam) for one in layout.cells.values()]
