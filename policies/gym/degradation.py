"""Degradation events of the gym: what goes wrong with a network while an agent works on it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from policies.gym.word import Word


class DegradationKind(StrEnum):
    """The six kinds of seed 001's scenarios."""

    SURGE = "surge"
    INTERFERENCE = "interference"
    CELL_POWER_LOSS = "cell_power_loss"
    BACKHAUL_DELAY = "backhaul_delay"
    EDGE_OVERLOAD = "edge_overload"
    USER_INFLUX = "user_influx"


class DegradationEvent(Word):
    """One event: `target` is a slice (surge, influx), a cell (power loss) or a host (delay, overload); none for interference.

    `magnitude`: surge factor of the slice's traffic; interferer power in dBm; power loss in dB; extra delay in ms; load added to
    the server, 0..1; users that wake up.
    """

    kind: DegradationKind
    target: str = ""
    magnitude: float = Field(gt=0.0)
