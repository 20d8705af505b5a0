"""The system twin's transmit antenna, evaluated towards the cells of a map."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from twins.radio.antenna import column_gain_db, element_gain_dbi
from twins.scenes.radio_map import RadioMap
from twins.scenes.transmitter import TransmitterSpec

Values: TypeAlias = NDArray[np.float64]


def directions(radio_map: RadioMap, transmitter: TransmitterSpec) -> tuple[Values, Values, Values]:
    """Return horizontal distance in m, zenith and azimuth in degrees from the transmitter to each cell, float64[R, C] each."""
    x, y = np.meshgrid(radio_map.x_m - transmitter.x_m, radio_map.y_m - transmitter.y_m)
    z = radio_map.ground_m + radio_map.request.receiver_height_m - transmitter.height_m
    distance = np.hypot(x, y)
    return distance, np.degrees(np.arctan2(distance, z)), np.degrees(np.arctan2(y, x))


def antenna_gain_dbi(transmitter: TransmitterSpec, zenith: Values, azimuth: Values) -> Values:
    """Return the transmit antenna's gain in dBi towards `zenith` and `azimuth` in degrees (world coordinates), in their shape.

    The column of TR 38.901 table 7.3-1 elements is rotated mechanically by azimuth, then tilt, as in the map. An isotropic
    transmitter has 0 dBi.
    """
    if transmitter.azimuth_deg is None:
        return np.zeros(zenith.shape)
    tilt, theta, phi = math.radians(transmitter.tilt_deg), np.radians(zenith), np.radians(azimuth - transmitter.azimuth_deg)
    forward, left, up = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)
    ahead = forward * math.cos(tilt) - up * math.sin(tilt)
    above = np.clip(forward * math.sin(tilt) + up * math.cos(tilt), -1.0, 1.0)
    elevation, horizontal = np.degrees(np.arcsin(above)), np.degrees(np.arctan2(left, ahead))
    gains = [
        element_gain_dbi(e, a) + column_gain_db(c, transmitter.elements, 0.0)
        for e, a, c in zip(elevation.ravel(), horizontal.ravel(), above.ravel(), strict=True)
    ]
    return np.array(gains, dtype=np.float64).reshape(zenith.shape)
