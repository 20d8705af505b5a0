"""Radio maps as `.npz` files: arrays, and JSON text with everything else. Reading uses no pickle and checks the contents."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError

from policies.provenance import Provenance
from policies.word import Word
from twins.scenes.errors import SceneError
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest


class _Metadata(Word):
    request: SceneRequest
    objects: int = Field(ge=1)
    seconds: float = Field(ge=0)
    provenance: Provenance


def write_map(radio_map: RadioMap, path: Path) -> None:
    """Write the map atomically to `path`.

    `sinr_db`, `best_server`, `x_m` and `y_m` are included for other programs; `read_map` recomputes them.
    """
    metadata = _Metadata(
        request=radio_map.request, objects=radio_map.objects, seconds=radio_map.seconds, provenance=radio_map.provenance
    )
    arrays: dict[str, Any] = {name: getattr(radio_map, name) for name in (*_ARRAYS, "sinr_db", "best_server", "x_m", "y_m")}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, about=np.array(metadata.model_dump_json()), **arrays)
    partial.replace(path)


def read_map(path: Path) -> RadioMap:
    """Return the map in `path`; raises SceneError("garbage") if the file is not a valid map."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            metadata = _Metadata.model_validate_json(str(stored["about"]))
            arrays = {name: stored[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError) as error:
        raise SceneError("garbage", f"{path.name} is not a radio map ({type(error).__name__}): trace it again") from error
    if problem := _problem(arrays, metadata.request):
        raise SceneError("garbage", f"{path.name} is not a radio map ({problem}): trace it again")
    return RadioMap(
        request=metadata.request,
        objects=metadata.objects,
        seconds=metadata.seconds,
        provenance=metadata.provenance,
        **arrays,
    )


_ARRAYS = ("path_gain_db", "line_of_sight", "open_sky", "ground_m", "surface_m")


def _problem(arrays: dict[str, Any], request: SceneRequest) -> str | None:
    """Why the arrays do not match the request; None if they do."""
    cells = request.shape
    all_cells = (len(request.transmitters), *cells)
    shapes = {"path_gain_db": all_cells, "line_of_sight": all_cells, "open_sky": cells, "ground_m": cells}
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            return f"{name} has shape {arrays[name].shape}, the request has {shape}"
        dtype = np.dtype(np.bool_ if name in ("line_of_sight", "open_sky") else np.float32)
        if arrays[name].dtype != dtype:
            return f"{name} is {arrays[name].dtype}, not {dtype}"
    if arrays["surface_m"].ndim != 2 or not np.isfinite(arrays["surface_m"]).all():
        return "surface_m is not a finite matrix"
    gains = arrays["path_gain_db"]
    return "path_gain_db holds NaN or +inf" if np.isnan(gains).any() or np.isposinf(gains).any() else None
