"""The types of alerts that can be sent to a UAV."""

from __future__ import annotations

from enum import StrEnum


class AlertType(StrEnum):
    """The six alert types."""

    LOW_BATTERY = "low_battery"
    GEOFENCE = "geofence"
    COLLISION_RISK = "collision_risk"
    LINK_LOSS = "link_loss"
    SLA_VIOLATION = "sla_violation"
    RETURN_TO_BASE = "return_to_base"
