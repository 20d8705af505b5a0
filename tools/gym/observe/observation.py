"""The sixteen Observation tools of seed 001, appendix A, in its order; they only read the world."""

from __future__ import annotations

from typing import Any

from tools.contract import Tool
from tools.gym.observe.links import check_handover_status, check_link_quality, check_migration_feasibility
from tools.gym.observe.mission import get_battery_level, predict_sla_violation, read_uav_position
from tools.gym.observe.network import (
    check_network_state,
    get_available_slices,
    get_edge_load,
    get_slice_status,
    get_traffic_pattern,
    read_telemetry,
)
from tools.gym.observe.radio import get_signal_strength, monitor_interference, scan_available_gnbs
from tools.gym.observe.recovery import select_recovery_strategy

OBSERVATION: tuple[Tool[Any, Any], ...] = (
    read_telemetry,
    check_network_state,
    get_signal_strength,
    scan_available_gnbs,
    get_edge_load,
    get_slice_status,
    read_uav_position,
    get_battery_level,
    predict_sla_violation,
    check_handover_status,
    get_traffic_pattern,
    monitor_interference,
    check_link_quality,
    select_recovery_strategy,
    get_available_slices,
    check_migration_feasibility,
)
