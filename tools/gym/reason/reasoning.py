"""The 22 Reasoning tools of seed 001, appendix A, in its order: they compute or command the mission, never the network."""

from __future__ import annotations

from typing import Any

from tools.contract import Tool
from tools.gym.reason.flight import check_geofence, compute_energy_budget, path_planning
from tools.gym.reason.flight_orders import adjust_altitude, adjust_speed, set_waypoint, swarm_formation
from tools.gym.reason.messages import broadcast_status, heartbeat, log_decision, send_alert
from tools.gym.reason.mission import update_mission_plan, validate_mission_completion
from tools.gym.reason.mission_orders import activate_sensor, assign_task, request_handover
from tools.gym.reason.network import (
    evaluate_intent_feasibility,
    negotiate_priority,
    select_offload_target,
    verify_sla_compliance,
)
from tools.gym.reason.risk import risk_assessment
from tools.gym.reason.separation import collision_avoidance

REASONING: tuple[Tool[Any, Any], ...] = (
    activate_sensor,
    risk_assessment,
    evaluate_intent_feasibility,
    check_geofence,
    path_planning,
    compute_energy_budget,
    select_offload_target,
    negotiate_priority,
    set_waypoint,
    adjust_altitude,
    adjust_speed,
    collision_avoidance,
    swarm_formation,
    assign_task,
    send_alert,
    request_handover,
    log_decision,
    update_mission_plan,
    broadcast_status,
    heartbeat,
    verify_sla_compliance,
    validate_mission_completion,
)
