"""The current status of a world's mission, as evaluated by `policies.gym.mission.unmet`."""

from __future__ import annotations

from policies.gym.mission import MissionLog
from twins.gym.world import World

ALERT = "alert"  # kind of the log entries whose detail is an alert type


def mission_log(world: World) -> MissionLog:
    """Return the mission's status: current positions, charges and incidents; state and serving gNBs of the last measurement."""
    fleet, users = world.mission.fleet, world.measured.window.users
    return MissionLog(
        at_s=round(world.now_s, 3),
        state=world.state,
        positions={name: uav.position for name, uav in fleet.items()},
        charges={name: round(uav.charge, 4) for name, uav in fleet.items()},
        serving={name: users[name].cell for name in fleet},
        tasks=_tasks(world),
        alerts=_alerts(world),
        incidents=tuple(world.mission.incidents),
    )


def _tasks(world: World) -> dict[str, str]:
    on_board = {task.task: name for name, uav in world.mission.fleet.items() for task in uav.tasks}
    placed = {name: server for name, (_, server) in world.placed.items()}
    return {**on_board, **placed, world.scenario.service.task: world.service_host}


def _alerts(world: World) -> dict[str, tuple[str, ...]]:
    alerts: dict[str, tuple[str, ...]] = {}
    for entry in world.mission.log:
        if entry.kind == ALERT:
            alerts[entry.subject] = (*alerts.get(entry.subject, ()), entry.detail)
    return alerts
