"""The sector antenna: a vertical column of TR 38.901 table 7.3-1 elements with electrical downtilt (clause 7.3).

Angles in degrees: azimuth from the x axis counter-clockwise, zenith 0 up, 90 horizon, `downtilt` below the horizon positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twins.compiled import compiled

MAX_ELEMENT_GAIN_DBI = 8.0
BEAMWIDTH_DEG = 65.0
MAX_ATTENUATION_DB = 30.0
# Scattering and manufacturing tolerances fill the nulls of a column; planning tools assume 20 dB below the peak.
NULL_FLOOR = 10.0 ** (-20.0 / 10.0)


@dataclass(frozen=True)
class Antenna:
    """A column of `elements` (1..64) vertical elements, half a wavelength apart, steered `downtilt` degrees below the horizon."""

    elements: int = 4
    downtilt: float = 8.0

    def __post_init__(self) -> None:
        if not 1 <= self.elements <= 64:
            raise ValueError(f"elements={self.elements} is outside [1, 64]: give the number of elements in a column")
        if not -90.0 < self.downtilt < 90.0:
            raise ValueError(f"downtilt={self.downtilt} degrees is outside (-90, 90): positive is below the horizon")

    def gain_dbi(self, zenith: ArrayLike, azimuth: ArrayLike) -> NDArray[np.float64]:
        """Return the gain in dBi towards `zenith` and `azimuth` from boresight, in degrees, broadcast."""
        zeniths, azimuths = np.broadcast_arrays(np.asarray(zenith, np.float64), np.asarray(azimuth, np.float64))
        cos_beam = math.sin(math.radians(-self.downtilt))
        gains = [
            element_gain_dbi(90.0 - z, a) + column_gain_db(math.cos(math.radians(z)), self.elements, cos_beam)
            for z, a in zip(zeniths.ravel(), azimuths.ravel(), strict=True)
        ]
        return np.array(gains).reshape(zeniths.shape)


@compiled
def element_gain_dbi(elevation: float, azimuth: float) -> float:
    """Gain in dBi of an element, table 7.3-1; `elevation` above the horizon and `azimuth` from boresight in degrees."""
    azimuth -= 360.0 * math.floor((azimuth + 180.0) / 360.0)
    vertical = min(12.0 * (elevation / BEAMWIDTH_DEG) ** 2, MAX_ATTENUATION_DB)
    horizontal = min(12.0 * (azimuth / BEAMWIDTH_DEG) ** 2, MAX_ATTENUATION_DB)
    return MAX_ELEMENT_GAIN_DBI - min(vertical + horizontal, MAX_ATTENUATION_DB)


@compiled
def column_gain_db(cos_zenith: float, elements: int, cos_beam: float) -> float:
    """Gain in dB of a half-wavelength column over one element, with equal power; `cos_beam`: cosine of the beam's zenith."""
    if elements == 1:
        return 0.0
    half_phase = 0.5 * math.pi * (cos_zenith - cos_beam)
    denominator = math.sin(half_phase)
    relative = 1.0
    if abs(denominator) > 1e-9:
        relative = (math.sin(elements * half_phase) / (elements * denominator)) ** 2
    return 10.0 * math.log10(elements * max(relative, NULL_FLOOR))
