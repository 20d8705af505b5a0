"""`trace`: a radio map from the cache, or from a worker process.

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

_METHOD = 1  # part of the digest: raised when the same request gives another map


def cache_folder() -> Path:
    """Return where maps are kept unless told otherwise: the user's cache folder."""
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

    `cache`: folder of finished maps, the user's cache folder unless given. `cancel`: set it to end the worker.
    `progress(done, all)` counts transmitters. `command` starts the worker. Raises SceneError.
    """
    digest = digest_of({"request": request.model_dump(mode="json"), "tracer": tracer_version(), "method": _METHOD})
    kept = (cache or cache_folder()) / f"{digest[:32]}.npz"
    if found := _kept(kept, request):
        return found
    radio_map = run_worker(request, command=command, timeout_s=timeout_s, cancel=cancel, progress=progress)
    write_map(radio_map, kept)
    return radio_map


def _kept(path: Path, request: SceneRequest) -> RadioMap | None:
    if not path.exists():
        return None
    try:
        found = read_map(path)
    except SceneError:
        path.unlink(missing_ok=True)
        return None
    return found if found.request == request else None
