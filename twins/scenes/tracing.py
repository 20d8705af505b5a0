"""`trace`: a radio map from the cache or from a worker process.

The cache is a folder of maps, named by a digest of the request and the tracer's version. A damaged entry is traced again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from policies.change import digest_of
from twins.scenes.errors import SceneError
from twins.scenes.map_file import read_map, write_map
from twins.scenes.process import TIMEOUT_S, WORKER, run_worker, tracer_version
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest

_METHOD = 1  # part of the digest: increment it when the same request gives a different map


def cache_folder() -> Path:
    """Return the default folder of finished maps, in the user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("twinpilot", appauthor=False) / "scenes"


def trace(
    request: SceneRequest,
    *,
    cache: Path | None = None,
    timeout_s: float = TIMEOUT_S,
    cancel: threading.Event | None = None,
    progress: Callable[[int, int], None] | None = None,
    command: Sequence[str] = WORKER,
) -> RadioMap:
    """Return the radio map of `request`, the same for the same request.

    `cache`: folder of finished maps, by default `cache_folder()`. `cancel`: set it to end the worker. `progress(done, total)`
    counts transmitters. `command` starts the worker. Raises SceneError.
    """
    digest = digest_of({"request": request.model_dump(mode="json"), "tracer": tracer_version(), "method": _METHOD})
    path = (cache or cache_folder()) / f"{digest[:32]}.npz"
    if cached := _read_cached(path, request):
        return cached
    radio_map = run_worker(request, command=command, timeout_s=timeout_s, cancel=cancel, progress=progress)
    write_map(radio_map, path)
    return radio_map


def _read_cached(path: Path, request: SceneRequest) -> RadioMap | None:
    if not path.exists():
        return None
    try:
        radio_map = read_map(path)
    except SceneError:
        path.unlink(missing_ok=True)
        return None
    return radio_map if radio_map.request == request else None
