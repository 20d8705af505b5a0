"""Degradation events of the gym: faults and load changes that occur while an agent operates the network."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from policies.word import Word


class DegradationKind(StrEnum):
    """The six kinds of degradation."""

    SURGE = "surge"
    INTERFERENCE = "interference"
    CELL_POWER_LOSS = "cell_power_loss"
    BACKHAUL_DELAY = "backhaul_delay"
    EDGE_OVERLOAD = "edge_overload"
    USER_INFLUX = "user_influx"


MAGNITUDES: dict[DegradationKind, tuple[float, float, str]] = {
    DegradationKind.SURGE: (1.0, 4.0, "factor on the rates of the slice's flows outside the mission"),
    DegradationKind.INTERFERENCE: (0.0, 46.0, "power of the interferer, dBm"),
    DegradationKind.CELL_POWER_LOSS: (1.0, 40.0, "loss of the cell's transmit power, dB"),
    DegradationKind.BACKHAUL_DELAY: (1.0, 300.0, "delay added to the host's link, ms one way"),
    DegradationKind.EDGE_OVERLOAD: (0.05, 0.9, "additional background load as a share of the server's capacity"),
    DegradationKind.USER_INFLUX: (0.2, 3.0, "factor on the rates of the dormant users that become active"),
}


class DegradationEvent(Word):
    """A degradation event, from `onset_s` for `duration_s` of mission time.

    `target` is a slice (surge), a cell (power loss) or a host (delay, overload); empty for interference and influx.
    """

    kind: DegradationKind
    target: str = ""
    magnitude: float
    onset_s: float = Field(default=0.0, ge=0.0)
    duration_s: float = Field(default=3600.0, gt=0.0)

    @model_validator(mode="after")
    def _in_range(self) -> DegradationEvent:
        low, high, meaning = MAGNITUDES[self.kind]
        if not low <= self.magnitude <= high:
            raise ValueError(f"magnitude={self.magnitude:g} of {self.kind.value} is outside {low:g}..{high:g}: {meaning}")
        return self

    def active(self, now_s: float) -> bool:
        """Whether the event is active at `now_s`."""
        return self.onset_s <= now_s < self.onset_s + self.duration_s
