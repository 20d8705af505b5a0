"""Messages of the mission: alerts, decisions, statuses, heartbeats. They change its log and nothing else."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.alert_type import AlertType
from policies.gym.decision_record import DecisionRecord
from policies.gym.place import Position
from policies.gym.status_message import StatusMsg
from tools.contract import ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, known_uav
from tools.gym.requests import UAV, OfUav
from twins.gym.mission_log import ALERT


class SendAlert(ToolRequest):
    """Which UAV is alerted of what."""

    uav: str = Field(description=UAV)
    alert: AlertType


class LogDecision(ToolRequest):
    """The decision to write down."""

    record: DecisionRecord


class BroadcastStatus(ToolRequest):
    """Which UAV tells the others what."""

    uav: str = Field(description=UAV)
    message: StatusMsg


class AlertAck(ToolValue):
    """The alert stands in the log as entry `entry`, from 1."""

    uav: str
    alert: AlertType
    at_s: float
    entry: int


class LogAck(ToolValue):
    """The decision stands in the log as entry `entry`, from 1."""

    at_s: float
    entry: int


class BroadcastAck(ToolValue):
    """Who was told."""

    uav: str
    told: tuple[str, ...]
    at_s: float
    entry: int


class HeartbeatAck(ToolValue):
    """The UAV answers: alive while it has energy, where it is, whether it is on its way, and its charge."""

    uav: str
    alive: bool
    flying: bool
    position: Position
    charge: float
    at_s: float


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def send_alert(context: GymContext, request: SendAlert) -> Evidence[AlertAck]:
    """Alert a UAV of a type of danger; the alert stands in the mission's log."""
    uav = known_uav(context, request.uav)
    at, entry = _written(context, ALERT, uav, request.alert.value)
    value = AlertAck(uav=uav, alert=request.alert, at_s=at, entry=entry)
    return answer(context, f"{uav} was sent {request.alert.value} at {at:g} s", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def log_decision(context: GymContext, request: LogDecision) -> Evidence[LogAck]:
    """Write a decision and its reason into the mission's log."""
    record = request.record
    at, entry = _written(context, "decision", record.subject, f"{record.decision}: {record.reason}")
    return answer(context, f"entry {entry} at {at:g} s, about {record.subject}", LogAck(at_s=at, entry=entry), kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def broadcast_status(context: GymContext, request: BroadcastStatus) -> Evidence[BroadcastAck]:
    """Let a UAV tell all others of the mission its status."""
    uav, message = known_uav(context, request.uav), request.message
    at, entry = _written(context, "status", uav, f"{message.severity}: {message.text}")
    told = tuple(name for name in context.world.mission.fleet if name != uav)
    value = BroadcastAck(uav=uav, told=told, at_s=at, entry=entry)
    return answer(context, f"{uav} told {len(told)} UAVs at {at:g} s ({message.severity})", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def heartbeat(context: GymContext, request: OfUav) -> Evidence[HeartbeatAck]:
    """Ask a UAV whether it is alive: position in m, charge, whether it is on its way; the answer stands in the mission's log."""
    uav = known_uav(context, request.uav)
    one = context.world.mission.fleet[uav]
    alive, flying = one.energy_wh > 0.0, bool(one.way)
    at, _ = _written(context, "heartbeat", uav, "alive" if alive else "silent")
    value = HeartbeatAck(uav=uav, alive=alive, flying=flying, position=one.position, charge=round(one.charge, 4), at_s=at)
    said = f"{uav} is {'alive' if alive else 'silent'}, {'flying' if flying else 'hovering'}, {one.charge:.0%} charge"
    return answer(context, said, value, kind="computation")


def _written(context: GymContext, kind: str, subject: str, detail: str) -> tuple[float, int]:
    """Write into the log; returns when, s, and the number of the entry, from 1."""
    entry = context.world.note(kind, subject, detail)
    return entry.at_s, len(context.world.mission.log)
