"""The transmit antenna as the system twin has it, seen from the cells of a map."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from twins.radio.antenna import column_gain_db, element_gain_dbi
from twins.scenes.radio_map import RadioMap
from twins.scenes.transmitter import TransmitterSpec

Values: TypeAlias = NDArray[np.float64]


def directions(radio_map: RadioMap, one: TransmitterSpec) -> tuple[Values, Values, Values]:
    """Return horizontal distance in m, zenith and azimuth in degrees from the transmitter to each cell, float64[R, C] each."""
    x, y = np.meshgrid(radio_map.x_m - one.x_m, radio_map.y_m - one.y_m)
    z = radio_map.ground_m + radio_map.request.receiver_height_m - one.height_m
    distance = np.hypot(x, y)
    return distance, np.degrees(np.arctan2(distance, z)), np.degrees(np.arctan2(y, x))


def antenna_gain_dbi(one: TransmitterSpec, zenith: Values, azimuth: Values) -> Values:
    """Return the transmit antenna's gain in dBi towards `zenith` and `azimuth` in degrees, in world coordinates, float64 of
    their shape.

    The column of TR 38.901 table 7.3-1 is turned mechanically by azimuth, then tilt, as in the map; 0 for an isotropic
    transmitter.
    """
    if one.azimuth_deg is None:
        return np.zeros(zenith.shape)
    tilt, theta, phi = math.radians(one.tilt_deg), np.radians(zenith), np.radians(azimuth - one.azimuth_deg)
    forward, left, up = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)
    ahead = forward * math.cos(tilt) - up * math.sin(tilt)
    above = np.clip(forward * math.sin(tilt) + up * math.cos(tilt), -1.0, 1.0)
    elevation, aside = np.degrees(np.arcsin(above)), np.degrees(np.arctan2(left, ahead))
    gains = [
        element_gain_dbi(e, a) + column_gain_db(c, one.elements, 0.0)
        for e, a, c in zip(elevation.ravel(), aside.ravel(), above.ravel(), strict=True)
    ]
    return np.array(gains, dtype=np.float64).reshape(zenith.shape)
