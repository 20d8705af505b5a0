"""What rays say about a scene without radio: what is open to the sky, what sees a transmitter, how high things are.

Only the worker process imports this module: it loads Mitsuba.
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
_GAP = 1e-4  # of a ray's length: what a ray may miss at its end, where it meets the object that it was sent to


def centres(settings: SceneSettings, shape: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y, float64[rows * columns] in m, of the centres of a grid of `shape` over the map's rectangle, row by row."""
    x_min, y_min, x_max, y_max = settings.rectangle
    rows, columns = shape
    x = x_min + (x_max - x_min) * (np.arange(columns) + 0.5) / columns
    y = y_min + (y_max - y_min) * (np.arange(rows) + 0.5) / rows
    return np.tile(x, rows), np.repeat(y, columns)


def surface(mi_scene: Any, settings: SceneSettings, shape: tuple[int, int]) -> Floats:
    """Return z of the topmost surface, float32[shape] in m; the scene's lowest z where there is nothing."""
    box = mi_scene.bbox()
    lowest, top = float(box.min.z), float(box.max.z) + _ABOVE_M
    x, y = centres(settings, shape)
    down = mi_scene.ray_intersect(mi.Ray3f(mi.Point3f(x, y, np.full(x.size, top)), mi.Vector3f(0, 0, -1)))
    z = np.where(np.array(down.is_valid()), top - np.array(down.t), lowest)
    return z.reshape(shape).astype(np.float32)


def open_sky(mi_scene: Any, settings: SceneSettings, z: Floats) -> Flags:
    """Return whether nothing stands above each cell's centre at height `z` float32[R, C], bool[R, C]."""
    x, y = centres(settings, settings.shape)
    up = mi.Ray3f(mi.Point3f(x, y, z.ravel()), mi.Vector3f(0, 0, 1))
    return ~np.array(mi_scene.ray_test(up)).reshape(settings.shape)


def in_sight(mi_scene: Any, settings: SceneSettings, z: Floats, place: tuple[float, float, float]) -> Flags:
    """Return whether each cell's centre sees `place` (x, y, z in m), bool[R, C]."""
    x, y = centres(settings, settings.shape)
    start = np.stack([x, y, z.ravel()])
    way = np.array(place)[:, None] - start
    length = np.linalg.norm(way, axis=0)
    ray: Any = mi.Ray3f(mi.Point3f(*start), mi.Vector3f(*(way / np.maximum(length, 1e-9))))
    ray.maxt = mi.Float(length * (1.0 - _GAP))
    return ~np.array(mi_scene.ray_test(ray)).reshape(settings.shape)


def picture_shape(settings: SceneSettings) -> tuple[int, int]:
    """Return rows and columns of the surface picture: square pixels, the longer side of fixed length."""
    x_min, y_min, x_max, y_max = settings.rectangle
    pixel = max(x_max - x_min, y_max - y_min) / PICTURE_PIXELS
    return max(1, round((y_max - y_min) / pixel)), max(1, round((x_max - x_min) / pixel))
