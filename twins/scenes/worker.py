"""The worker process: `python -m twins.scenes.worker FOLDER PARENT` reads a request (JSON) on stdin and writes to FOLDER.

It writes the map to `map.npz`, or cause and message of a failure to `error.json`, and the number of finished transmitters to
`progress`. It ends when the process PARENT is gone. LLVM is loaded here only, so if it aborts, only this process ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from twins.scenes.errors import MISSING, SceneError
from twins.scenes.llvm import REMEDY
from twins.scenes.map_file import write_map
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest

MAP, ERROR, PROGRESS = "map.npz", "error.json", "progress"


def main(folder: Path, parent: int) -> int:
    """Trace the request on stdin; returns the exit status: 0 with a map, 3 with an error."""
    threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()
    try:
        request = SceneRequest.model_validate_json(sys.stdin.read())
        trace_scene = _tracer()
        write_map(trace_scene(request, lambda done, total: _write_progress(folder, done, total)), folder / MAP)
    except SceneError as error:
        (folder / ERROR).write_text(json.dumps({"cause": error.cause, "message": str(error)}), encoding="utf-8")
        return 3
    return 0


def _tracer() -> Callable[[SceneRequest, Callable[[int, int], None]], RadioMap]:
    try:
        import mitsuba

        # Always the CPU backend: maps from other backends differ in their last bits.
        mitsuba.set_variant("llvm_ad_mono_polarized")
        from twins.scenes.tracer import trace_scene
    except ModuleNotFoundError as error:
        raise SceneError("extra missing", f"{MISSING} ({error})") from error
    except ImportError as error:
        raise SceneError("llvm", f"the ray tracer cannot be loaded ({error}): {REMEDY}") from error
    return trace_scene


def _write_progress(folder: Path, done: int, total: int) -> None:
    partial = folder / f"{PROGRESS}.partial"
    partial.write_text(f"{done} {total}", encoding="utf-8")
    partial.replace(folder / PROGRESS)


def _exit_with(parent: int) -> None:
    """Exit soon after the parent process: nothing would read the result."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(4)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
