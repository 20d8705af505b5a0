"""The sensor types of a UAV."""

from __future__ import annotations

from enum import StrEnum


class SensorType(StrEnum):
    """The five sensor types."""

    CAMERA = "camera"
    THERMAL_CAMERA = "thermal_camera"
    LIDAR = "lidar"
    SPECTRUM_ANALYSER = "spectrum_analyser"
    GAS_DETECTOR = "gas_detector"
