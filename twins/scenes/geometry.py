"""Geometry of a scene by ray casting: open sky, line of sight to a transmitter, surface heights.

Only the worker process imports this module, because it loads Mitsuba.
"""

from __future__ import annotations

from typing import Any

import mitsuba as mi
import numpy as np
from numpy.typing import NDArray

from twins.scenes.radio_map import Flags, Floats
from twins.scenes.request import SceneSettings

PICTURE_PIXELS = 700  # on the longer side of the surface picture
_ABOVE_M = 10.0
_GAP = 1e-4  # share of a ray's length ignored at its end, where it hits the target's own object


def centres(settings: SceneSettings, shape: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y in m, float64[rows * columns], of the cell centres of a grid of `shape` over the map, row by row."""
    x_min, y_min, x_max, y_max = settings.rectangle
    rows, columns = shape
    x = x_min + (x_max - x_min) * (np.arange(columns) + 0.5) / columns
    y = y_min + (y_max - y_min) * (np.arange(rows) + 0.5) / rows
    return np.tile(x, rows), np.repeat(y, columns)


def surface(mi_scene: Any, settings: SceneSettings, shape: tuple[int, int]) -> Floats:
    """Return z of the topmost surface in m, float32[shape]; the scene's lowest z at points without any object."""
    box = mi_scene.bbox()
    lowest, top = float(box.min.z), float(box.max.z) + _ABOVE_M
    x, y = centres(settings, shape)
    down = mi_scene.ray_intersect(mi.Ray3f(mi.Point3f(x, y, np.full(x.size, top)), mi.Vector3f(0, 0, -1)))
    z = np.where(np.array(down.is_valid()), top - np.array(down.t), lowest)
    return z.reshape(shape).astype(np.float32)


def open_sky(mi_scene: Any, settings: SceneSettings, z: Floats) -> Flags:
    """Return whether there is nothing above each cell's centre at height `z` float32[R, C], bool[R, C]."""
    x, y = centres(settings, settings.shape)
    up = mi.Ray3f(mi.Point3f(x, y, z.ravel()), mi.Vector3f(0, 0, 1))
    return ~np.array(mi_scene.ray_test(up)).reshape(settings.shape)


def line_of_sight(mi_scene: Any, settings: SceneSettings, z: Floats, position: tuple[float, float, float]) -> Flags:
    """Return whether each cell's centre at height `z` float32[R, C] sees `position` (x, y, z in m), bool[R, C]."""
    x, y = centres(settings, settings.shape)
    start = np.stack([x, y, z.ravel()])
    offset = np.array(position)[:, None] - start
    length = np.linalg.norm(offset, axis=0)
    ray: Any = mi.Ray3f(mi.Point3f(*start), mi.Vector3f(*(offset / np.maximum(length, 1e-9))))
    ray.maxt = mi.Float(length * (1.0 - _GAP))
    return ~np.array(mi_scene.ray_test(ray)).reshape(settings.shape)


def picture_shape(settings: SceneSettings) -> tuple[int, int]:
    """Return rows and columns of the surface picture: square pixels, with a fixed number on the longer side."""
    x_min, y_min, x_max, y_max = settings.rectangle
    pixel = max(x_max - x_min, y_max - y_min) / PICTURE_PIXELS
    return max(1, round((y_max - y_min) / pixel)), max(1, round((x_max - x_min) / pixel))
