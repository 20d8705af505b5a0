"""Mutations of an episode, by name: an agent that changes anything that the task does not allow has failed it.

Names: `slice`, `service` (its server), `mission rate`, `other rates`, `shares`, `radio GNB`, `receiver`, `flight UAV`,
`sensors UAV`, `task TASK`, `handover UAV`. A reverted change is no mutation. Nor are log entries, except alerts: `alert UAV`.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.gym.mission import ARRIVED_M
from twins.gym.mission_log import ALERT
from twins.gym.world import World


def mutations(world: World) -> set[str]:
    """Return the names of all differences from the scenario's initial state."""
    return {*_network(world), *_mission(world)}


def _network(world: World) -> Iterator[str]:
    before, now, mission = world.scenario.layout, world.layout, world.scenario.mission
    for name, flow in now.flows.items():
        old = before.flows[name]
        if flow.slice != old.slice:
            yield "slice"
        if flow.host != old.host:
            yield "service"
        if flow.mbps != old.mbps:
            yield "mission rate" if name in mission else "other rates"
    for name, cell in now.cells.items():
        old_cell = before.cells[name]
        if cell.shares != old_cell.shares:
            yield "shares"
        if cell.model_copy(update={"shares": old_cell.shares}) != old_cell:
            yield f"radio {name}"
    if any(user.noise_figure_db != before.users[name].noise_figure_db for name, user in now.users.items()):
        yield "receiver"


def _mission(world: World) -> Iterator[str]:
    for name, uav in world.mission.fleet.items():
        start = world.scenario.layout.users[name].position
        if uav.way or uav.position.distance_m(start) > ARRIVED_M:
            yield f"flight {name}"
        if uav.sensors:
            yield f"sensors {name}"
        yield from (f"task {task.task}" for task in uav.tasks)
    yield from (f"task {name}" for name in world.placed)
    yield from (f"handover {name}" for name in world.mission.ordered)
    yield from (f"alert {entry.subject}" for entry in world.mission.log if entry.kind == ALERT)
