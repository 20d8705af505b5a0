"""A transmitter of a scene: position, antenna orientation and power."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from policies.word import Word


class TransmitterSpec(Word):
    """A transmitter at (x, y) and `height_m` above the scene's z = 0.

    `azimuth_deg` from the x axis counter-clockwise; None means isotropic, otherwise the antenna is a vertical column of
    `elements` of TR 38.901 table 7.3-1, half a wavelength apart, tilted `tilt_deg` below the horizon.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_.\-]{1,40}$")
    x_m: float
    y_m: float
    height_m: float = Field(ge=-100, le=1000, description="m above z = 0 of the scene")
    azimuth_deg: float | None = Field(
        default=None, ge=-360, le=360, description="from the x axis, counter-clockwise; null: isotropic"
    )
    tilt_deg: float = Field(default=0.0, gt=-90, lt=90, description="below the horizon")
    elements: int = Field(default=1, ge=1, le=64, description="vertical antenna elements")
    power_dbm: float = Field(default=43.0, ge=-30, le=80, description="dBm over the whole carrier")

    @model_validator(mode="after")
    def _directional(self) -> Self:
        if self.azimuth_deg is None and (self.tilt_deg or self.elements > 1):
            raise ValueError(
                f"tilt_deg={self.tilt_deg:g} and elements={self.elements} need azimuth_deg: without it the transmitter is"
                " isotropic"
            )
        return self
