"""Messages of the mission: alerts, decisions, status reports, heartbeats. They change only the mission's log."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.alert_type import AlertType
from policies.gym.decision_record import DecisionRecord
from policies.gym.place import Position
from policies.gym.status_message import StatusMsg
from tools.contract import ToolRequest, ToolValue, tool
from tools.gym.context import GymContext, answer, require_uav
from tools.gym.requests import UAV, UavRequest
from twins.gym.mission_log import ALERT


class SendAlert(ToolRequest):
    """The UAV and the alert to send to it."""

    uav: str = Field(description=UAV)
    alert: AlertType


class LogDecision(ToolRequest):
    """The decision to log."""

    record: DecisionRecord


class BroadcastStatus(ToolRequest):
    """The UAV that reports, and its status message."""

    uav: str = Field(description=UAV)
    message: StatusMsg


class AlertAck(ToolValue):
    """The alert was logged as entry `entry`, counted from 1."""

    uav: str
    alert: AlertType
    at_s: float
    entry: int


class LogAck(ToolValue):
    """The decision was logged as entry `entry`, counted from 1."""

    at_s: float
    entry: int


class BroadcastAck(ToolValue):
    """The reporting UAV, the UAVs that received its message (`told`), and the log entry."""

    uav: str
    told: tuple[str, ...]
    at_s: float
    entry: int


class HeartbeatAck(ToolValue):
    """The UAV's answer: alive (it has energy left), flying or hovering, position and charge."""

    uav: str
    alive: bool
    flying: bool
    position: Position
    charge: float
    at_s: float


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def send_alert(context: GymContext, request: SendAlert) -> Evidence[AlertAck]:
    """Send a UAV an alert of some type; the alert is written into the mission's log."""
    uav = require_uav(context, request.uav)
    at, entry = _log(context, ALERT, uav, request.alert.value)
    value = AlertAck(uav=uav, alert=request.alert, at_s=at, entry=entry)
    return answer(context, f"{uav} was sent {request.alert.value} at {at:g} s", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def log_decision(context: GymContext, request: LogDecision) -> Evidence[LogAck]:
    """Write a decision and its reason into the mission's log."""
    record = request.record
    at, entry = _log(context, "decision", record.subject, f"{record.decision}: {record.reason}")
    return answer(context, f"entry {entry} at {at:g} s, about {record.subject}", LogAck(at_s=at, entry=entry), kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def broadcast_status(context: GymContext, request: BroadcastStatus) -> Evidence[BroadcastAck]:
    """Let a UAV broadcast its status to all other UAVs of the mission."""
    uav, message = require_uav(context, request.uav), request.message
    at, entry = _log(context, "status", uav, f"{message.severity}: {message.text}")
    recipients = tuple(name for name in context.world.mission.fleet if name != uav)
    value = BroadcastAck(uav=uav, told=recipients, at_s=at, entry=entry)
    return answer(context, f"{uav} told {len(recipients)} UAVs at {at:g} s ({message.severity})", value, kind="computation")


@tool(effect=Effect.REASON, raises=(ValueError,), also_changes=("log",))
def heartbeat(context: GymContext, request: UavRequest) -> Evidence[HeartbeatAck]:
    """Ask a UAV whether it is alive: position in m, charge, whether it is flying; the answer is logged in the mission's log."""
    uav = require_uav(context, request.uav)
    state = context.world.mission.fleet[uav]
    alive, flying = state.energy_wh > 0.0, bool(state.way)
    at, _ = _log(context, "heartbeat", uav, "alive" if alive else "silent")
    value = HeartbeatAck(uav=uav, alive=alive, flying=flying, position=state.position, charge=round(state.charge, 4), at_s=at)
    summary = f"{uav} is {'alive' if alive else 'silent'}, {'flying' if flying else 'hovering'}, {state.charge:.0%} charge"
    return answer(context, summary, value, kind="computation")


def _log(context: GymContext, kind: str, subject: str, detail: str) -> tuple[float, int]:
    """Append an entry to the mission's log; returns its time, s, and its number, counted from 1."""
    entry = context.world.note(kind, subject, detail)
    return entry.at_s, len(context.world.mission.log)
