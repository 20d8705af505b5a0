"""Ray tracing with sionna-rt: a request in, a radio map out.

Only the worker process imports this module, because it loads LLVM. Transmitters are traced one after another: memory does not
grow with their number, diffraction is limited to edges that the transmitter sees, and each can have its own antenna.
"""

from __future__ import annotations

import math
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import drjit as dr
import numpy as np
from sionna.rt import PlanarArray, RadioMapSolver, Transmitter, load_scene
from sionna.rt import scene as scene_files

from policies.provenance import Provenance
from twins.progress import Advance
from twins.scenes import terrain
from twins.scenes.errors import SceneError
from twins.scenes.geometry import line_of_sight, open_sky, picture_shape, surface
from twins.scenes.radio_map import Floats, RadioMap
from twins.scenes.request import SceneRequest
from twins.scenes.transmitter import TransmitterSpec


def trace_scene(request: SceneRequest, progress: Advance) -> RadioMap:
    """Return the radio map of `request`; `progress(done, total)` counts transmitters. Raises SceneError("request")."""
    start = time.perf_counter()
    dr.set_thread_count(request.threads)
    path = Path(getattr(scene_files, request.scene))
    scene = _load(request, path)
    ground = terrain.ground_scene(scene) if request.info.terrain else None
    ground_m = terrain.ground_heights(ground, request) if ground is not None else np.zeros(request.shape, dtype=np.float32)
    receivers_m = ground_m + np.float32(request.receiver_height_m)
    gains, sights = [], []
    for index, transmitter in enumerate(request.transmitters):
        gains.append(_gain(scene, ground, request, transmitter, request.seed + index))
        sights.append(line_of_sight(scene.mi_scene, request, receivers_m, _position(transmitter)))
        progress(index + 1, len(request.transmitters))
    return RadioMap(
        request=request,
        path_gain_db=_decibels(np.concatenate(gains)),
        line_of_sight=np.stack(sights),
        open_sky=open_sky(scene.mi_scene, request, receivers_m),
        ground_m=ground_m,
        surface_m=surface(scene.mi_scene, request, picture_shape(request)),
        objects=sum(1 for _ in ET.parse(path).iter("shape")),  # noqa: S314 - a file of the installed package
        seconds=time.perf_counter() - start,
        provenance=_provenance(request),
    )


def _load(request: SceneRequest, path: Path) -> Any:
    scene = load_scene(str(path))
    try:
        scene.frequency = request.carrier_ghz * 1e9
    except ValueError as error:
        raise SceneError(
            "request", f"carrier_ghz={request.carrier_ghz:g}: {error}; use a carrier that all materials of the scene cover"
        ) from None
    scene.rx_array = PlanarArray(num_rows=1, num_cols=1, pattern="iso", polarization="V")
    for material in scene.radio_materials.values():
        if material.is_used:
            material.scattering_coefficient = request.scattering
    return scene


def _position(transmitter: TransmitterSpec) -> tuple[float, float, float]:
    return transmitter.x_m, transmitter.y_m, transmitter.height_m


def _gain(scene: Any, ground: Any, request: SceneRequest, spec: TransmitterSpec, seed: int) -> Floats:
    """Linear path gain of one transmitter, float32[1, R, C]."""
    pattern = "iso" if spec.azimuth_deg is None else "tr38901"
    scene.tx_array = PlanarArray(num_rows=spec.elements, num_cols=1, vertical_spacing=0.5, pattern=pattern, polarization="V")
    # A rotation about z by the azimuth, then about y: turning x towards -z is a tilt below the horizon.
    orientation = [math.radians(spec.azimuth_deg or 0.0), math.radians(spec.tilt_deg), 0.0]
    scene.add(Transmitter(spec.name, position=list(_position(spec)), orientation=orientation, power_dbm=spec.power_dbm))
    try:
        solved = RadioMapSolver()(
            scene,
            samples_per_tx=request.rays,
            max_depth=request.depth,
            specular_reflection=request.reflection,
            refraction=request.refraction,
            diffraction=request.diffraction,
            diffuse_reflection=request.scattering > 0,
            seed=seed,
            **_cells(ground, request),
        )
        gains = np.array(solved.path_gain)
    finally:
        scene.remove(spec.name)
    return gains if ground is None else terrain.cells_of_triangles(gains, request.shape)


def _cells(ground: Any, request: SceneRequest) -> dict[str, Any]:
    """The solver's arguments for the map's cells: a plane, or a mesh above the ground."""
    if ground is not None:
        return {"measurement_surface": terrain.measurement_mesh(ground, request)}
    x_min, y_min, x_max, y_max = request.rectangle
    rows, columns = request.shape
    size = request.cell_size_m
    return {
        "center": [0.5 * (x_min + x_max), 0.5 * (y_min + y_max), request.receiver_height_m],
        "orientation": [0.0, 0.0, 0.0],
        "cell_size": [size, size],
        # Slightly less than whole cells: the solver rounds up in single precision and must not add a cell.
        "size": [(columns - 0.25) * size, (rows - 0.25) * size],
    }


def _decibels(gains: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        decibels: Floats = (10.0 * np.log10(gains.astype(np.float64))).astype(np.float32)
    return decibels


def _provenance(request: SceneRequest) -> Provenance:
    mechanisms = [name for name in ("reflection", "refraction", "diffraction") if getattr(request, name)]
    mechanisms += [f"scattering {request.scattering:g}"] if request.scattering else []
    effort = f"{request.rays} rays a transmitter, depth {request.depth}"
    return Provenance(
        source="sionna-rt RadioMapSolver",
        kind="simulation",
        version=version("sionna-rt"),
        observed_at=datetime.now(UTC),
        scenario=request.scene,
        channel_model=f"ray tracing, {effort}, line of sight, {', '.join(mechanisms)}",
        configuration_digest=request.digest,
        seeds=(request.seed,),
    )
