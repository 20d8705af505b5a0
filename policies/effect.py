"""The effect of a tool (seed 001, section III-B-1)."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """OBSERVE reads the network, REASON only computes, CONFIGURE changes the network and is run by the gate's actuator alone."""

    OBSERVE = "observe"
    REASON = "reason"
    CONFIGURE = "configure"
