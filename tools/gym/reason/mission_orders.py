"""Orders of the mission: sensors, tasks on board, handovers. They change the mission; the network acts on them later."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.sensor_type import SensorType
from policies.gym.task_spec import TaskSpec
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, known_gnb, known_uav
from tools.gym.requests import UAV, OfUavAndGnb
from twins.gym.fleet import ONBOARD_W_PER_GCPS

ON_BOARD_GCPS = 4.0


class ActivateSensor(ToolRequest):
    """Which sensor."""

    sensor: SensorType = Field(description="switched on at every UAV of the mission")


class AssignTask(ToolRequest):
    """Which UAV computes what."""

    uav: str = Field(description=UAV)
    task: TaskSpec


class SensorHandle(ToolValue):
    """The sensor, by the handle that names it from now on, and the UAVs at which it is on."""

    handle: str
    sensor: SensorType
    uavs: tuple[str, ...]
    newly_on: tuple[str, ...]


class TaskAck(ToolValue):
    """The task is on board of the UAV; what it asks there with all others, of how much, and the power that takes."""

    uav: str
    task: str
    on_board_gcps: float
    capacity_gcps: float = ON_BOARD_GCPS
    power_w: float
    taken_from: str | None = Field(description="UAV that had a task of this name before")


class HandoverCmd(ToolValue):
    """The order: the UAV goes to the gNB when the network acts next; check_handover_status tells what came of it."""

    uav: str
    gnb: str
    replaces: str | None = Field(description="gNB of the order before")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("sensors",))
def activate_sensor(context: GymContext, request: ActivateSensor) -> Evidence[SensorHandle]:
    """Switch a kind of sensor on at every UAV of the mission."""
    world, sensor = context.world, request.sensor.value
    newly = tuple(name for name, uav in world.mission.fleet.items() if sensor not in uav.sensors)
    for name in newly:
        world.command(name, sensors=(*world.mission.fleet[name].sensors, sensor))
    uavs = tuple(world.mission.fleet)
    value = SensorHandle(handle=f"{sensor}@{world.scenario.family.value}", sensor=request.sensor, uavs=uavs, newly_on=newly)
    return answer(context, f"{sensor} is on at {len(uavs)} UAVs, newly at {len(newly)}", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("tasks",))
def assign_task(context: GymContext, request: AssignTask) -> Evidence[TaskAck]:
    """Let a UAV compute a task on board: 4 Gcycle/s at most, 6 W per Gcycle/s of its battery; moves it from any other UAV."""
    world, uav, task = context.world, known_uav(context, request.uav), request.task
    _not_at_a_server(context, task)
    fleet = world.mission.fleet
    others = tuple(one for one in fleet[uav].tasks if one.task != task.task)
    asked = sum(one.demand_gcps for one in (*others, task))
    if asked > ON_BOARD_GCPS:
        said = f"task.task={task.task!r} asks {task.demand_gcps:g} Gcycle/s, {asked:g} with what {uav} computes already"
        raise ToolError(Boundary.REFUSED, f"{said}: 0..{ON_BOARD_GCPS:g} Gcycle/s fit on board (its processor): use edge_offload")
    before = next((name for name, one in fleet.items() if any(had.task == task.task for had in one.tasks)), None)
    if before is not None and before != uav:
        world.command(before, tasks=tuple(one for one in fleet[before].tasks if one.task != task.task))
    world.command(uav, tasks=(*others, task))
    power = ONBOARD_W_PER_GCPS * asked
    value = TaskAck(uav=uav, task=task.task, on_board_gcps=round(asked, 4), power_w=round(power, 2), taken_from=before)
    said = f"{uav} computes {task.task}: {asked:.2f} of {ON_BOARD_GCPS:g} Gcycle/s on board, {power:.1f} W"
    return answer(context, said, value, kind="computation")


def _not_at_a_server(context: GymContext, task: TaskSpec) -> None:
    """Raise ToolError("refused") for a task that a server computes: taking it from there would change the network state."""
    placed = {name: server for name, (_, server) in context.world.placed.items()}
    where = "its server" if task.task == context.world.scenario.service.task else placed.get(task.task)
    if where is not None:
        raise ToolError(Boundary.REFUSED, f"task.task={task.task!r} is computed at {where}: only edge_offload moves it")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("handover order",))
def request_handover(context: GymContext, request: OfUavAndGnb) -> Evidence[HandoverCmd]:
    """Order a UAV to a gNB; event A3 undoes it where another gNB is stronger by the offset, see check_migration_feasibility."""
    uav, gnb = known_uav(context, request.uav), known_gnb(context, request.gnb)
    before = context.world.mission.ordered.get(uav)
    context.world.order_handover(uav, gnb)
    value = HandoverCmd(uav=uav, gnb=gnb, replaces=before)
    return answer(context, f"{uav} is ordered to {gnb}" + (f" instead of {before}" if before else ""), value, kind="computation")
