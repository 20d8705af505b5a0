"""The effect of a tool (seed 001, section III-B-1)."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """OBSERVE reads the network, REASON is pure computation, CONFIGURE mutates: only the gate's actuator may run it."""

    OBSERVE = "observe"
    REASON = "reason"
    CONFIGURE = "configure"
