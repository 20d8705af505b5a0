"""Mission commands: sensors, tasks on board, handovers. They change the mission; the network acts on them later."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.sensor_type import SensorType
from policies.gym.task_spec import TaskSpec
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, require_gnb, require_uav
from tools.gym.requests import UAV, UavGnbRequest
from twins.gym.fleet import ONBOARD_W_PER_GCPS

ON_BOARD_GCPS = 4.0  # capacity of a UAV's processor, Gcycle/s


class ActivateSensor(ToolRequest):
    """The sensor to switch on."""

    sensor: SensorType = Field(description="switched on at every UAV of the mission")


class AssignTask(ToolRequest):
    """The UAV and the task that it computes."""

    uav: str = Field(description=UAV)
    task: TaskSpec


class SensorHandle(ToolValue):
    """Handle of the sensor, the UAVs on which it is on, and those on which it was switched on now."""

    handle: str
    sensor: SensorType
    uavs: tuple[str, ...]
    newly_on: tuple[str, ...]


class TaskAck(ToolValue):
    """The task runs on the UAV; total load on board and its capacity, Gcycle/s, and the power it takes, W."""

    uav: str
    task: str
    on_board_gcps: float
    capacity_gcps: float = ON_BOARD_GCPS
    power_w: float
    taken_from: str | None = Field(description="UAV that ran a task of this name before")


class HandoverCmd(ToolValue):
    """The handover is ordered and takes effect at the next measurement; check_handover_status shows its result."""

    uav: str
    gnb: str
    replaces: str | None = Field(description="gNB of the previous order")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("sensors",))
def activate_sensor(context: GymContext, request: ActivateSensor) -> Evidence[SensorHandle]:
    """Switch a type of sensor on at every UAV of the mission."""
    world, sensor = context.world, request.sensor.value
    newly_on = tuple(name for name, uav in world.mission.fleet.items() if sensor not in uav.sensors)
    for name in newly_on:
        world.command(name, sensors=(*world.mission.fleet[name].sensors, sensor))
    uavs = tuple(world.mission.fleet)
    value = SensorHandle(handle=f"{sensor}@{world.scenario.family.value}", sensor=request.sensor, uavs=uavs, newly_on=newly_on)
    return answer(context, f"{sensor} is on at {len(uavs)} UAVs, newly at {len(newly_on)}", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("tasks",))
def assign_task(context: GymContext, request: AssignTask) -> Evidence[TaskAck]:
    """Run a task on board of a UAV, moving it from any other UAV: at most 4 Gcycle/s, 6 W of battery power per Gcycle/s."""
    world, uav, task = context.world, require_uav(context, request.uav), request.task
    _require_not_at_server(context, task)
    fleet = world.mission.fleet
    others = tuple(other for other in fleet[uav].tasks if other.task != task.task)
    demand = sum(each.demand_gcps for each in (*others, task))
    if demand > ON_BOARD_GCPS:
        message = f"task.task={task.task!r} asks {task.demand_gcps:g} Gcycle/s, {demand:g} with what {uav} computes already"
        raise ToolError(
            Boundary.REFUSED, f"{message}: 0..{ON_BOARD_GCPS:g} Gcycle/s fit on board (its processor): use edge_offload"
        )
    before = next((name for name, state in fleet.items() if any(other.task == task.task for other in state.tasks)), None)
    if before is not None and before != uav:
        world.command(before, tasks=tuple(other for other in fleet[before].tasks if other.task != task.task))
    world.command(uav, tasks=(*others, task))
    power = ONBOARD_W_PER_GCPS * demand
    value = TaskAck(uav=uav, task=task.task, on_board_gcps=round(demand, 4), power_w=round(power, 2), taken_from=before)
    summary = f"{uav} computes {task.task}: {demand:.2f} of {ON_BOARD_GCPS:g} Gcycle/s on board, {power:.1f} W"
    return answer(context, summary, value, kind="computation")


def _require_not_at_server(context: GymContext, task: TaskSpec) -> None:
    """Raise ToolError("refused") for a task that runs at a server: moving it away would change the network state."""
    placed = {name: server for name, (_, server) in context.world.placed.items()}
    where = "its server" if task.task == context.world.scenario.service.task else placed.get(task.task)
    if where is not None:
        raise ToolError(Boundary.REFUSED, f"task.task={task.task!r} is computed at {where}: only edge_offload moves it")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("handover order",))
def request_handover(context: GymContext, request: UavGnbRequest) -> Evidence[HandoverCmd]:
    """Order a handover of a UAV to a gNB; event A3 reverses it if another gNB is stronger, see check_migration_feasibility."""
    uav, gnb = require_uav(context, request.uav), require_gnb(context, request.gnb)
    before = context.world.mission.ordered.get(uav)
    context.world.order_handover(uav, gnb)
    value = HandoverCmd(uav=uav, gnb=gnb, replaces=before)
    return answer(context, f"{uav} is ordered to {gnb}" + (f" instead of {before}" if before else ""), value, kind="computation")
