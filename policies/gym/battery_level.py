"""The remaining energy of a UAV's battery."""

from __future__ import annotations

from pydantic import Field, model_validator

from policies.word import Word


class BatteryLevel(Word):
    """Remaining energy and capacity, Wh; `charge` is their ratio, 0..1."""

    uav: str
    charge: float = Field(ge=0.0, le=1.0)
    energy_wh: float = Field(ge=0.0)
    capacity_wh: float = Field(gt=0.0)

    @model_validator(mode="after")
    def _agrees(self) -> BatteryLevel:
        if abs(self.charge - self.energy_wh / self.capacity_wh) > 0.01:
            raise ValueError(
                f"charge={self.charge:g} is not energy_wh / capacity_wh = {self.energy_wh / self.capacity_wh:.3f}:"
                " pass on what get_battery_level answered"
            )
        return self
