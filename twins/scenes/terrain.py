"""Maps that follow the ground of a hilly scene: ground heights, and a measurement mesh above them.

Only the worker process imports this module, because it loads Mitsuba.
"""

from __future__ import annotations

from typing import Any

import mitsuba as mi
import numpy as np

from twins.scenes.geometry import surface
from twins.scenes.radio_map import Floats
from twins.scenes.request import SceneSettings

_MATERIAL = "terrain"


def ground_scene(scene: Any) -> Any:
    """Return a Mitsuba scene of the terrain alone."""
    meshes = {
        f"ground{number}": part.mi_mesh
        for number, part in enumerate(scene.objects.values())
        if part.radio_material.name == _MATERIAL
    }
    return mi.load_dict({"type": "scene", **meshes})


def measurement_mesh(ground: Any, settings: SceneSettings) -> Any:
    """Return a mesh `receiver_height_m` above the ground with two triangles per cell, in row order."""
    rows, columns = settings.shape
    x, y, z = _corners(ground, settings)
    lower = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)[None, :]).ravel()
    upper = lower + columns + 1
    faces = np.stack([lower, lower + 1, upper + 1, lower, upper + 1, upper], axis=1).reshape(-1, 3)
    mesh = mi.Mesh("measurement", vertex_count=x.size, face_count=len(faces))
    parameters = mi.traverse(mesh)
    parameters["vertex_positions"] = np.stack([x, y, z], axis=1).ravel().astype(np.float32)
    parameters["faces"] = faces.ravel().astype(np.uint32)
    parameters.update()
    return mesh


def cells_of_triangles(gains: Floats, shape: tuple[int, int]) -> Floats:
    """Return the mean of each cell's two triangles: float32[T, 2 * R * C] -> float32[T, R, C], linear gains."""
    cells: Floats = gains.reshape(gains.shape[0], *shape, 2).mean(axis=-1)
    return cells


def _corners(ground: Any, settings: SceneSettings) -> tuple[Floats, Floats, Floats]:
    """x, y and z in m, float32[(R + 1) * (C + 1)], of the cells' corners above the ground."""
    x_min, y_min, x_max, y_max = settings.rectangle
    rows, columns = settings.shape
    x = np.tile(np.linspace(x_min, x_max, columns + 1), rows + 1)
    y = np.repeat(np.linspace(y_min, y_max, rows + 1), columns + 1)
    box = ground.bbox()
    top = float(box.max.z) + 1.0
    down = ground.ray_intersect(mi.Ray3f(mi.Point3f(x, y, np.full(x.size, top)), mi.Vector3f(0, 0, -1)))
    height = np.where(np.array(down.is_valid()), top - np.array(down.t), float(box.min.z))
    return x.astype(np.float32), y.astype(np.float32), (height + settings.receiver_height_m).astype(np.float32)


def ground_heights(ground: Any, settings: SceneSettings) -> Floats:
    """Return z of the ground under each cell's centre in m, float32[R, C]."""
    return surface(ground, settings, settings.shape)
