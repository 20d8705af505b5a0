"""Running the worker: started with the right LLVM, watched, ended in time, its answer judged.

Whatever the worker does (abort, hang, leave nothing or garbage) ends in a SceneError here and never harms this process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import ValidationError

from policies.word import Word
from twins.scenes.errors import MISSING, Cause, SceneError
from twins.scenes.llvm import REMEDY, VARIABLE, find_llvm
from twins.scenes.map_file import read_map
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest

WORKER = (sys.executable, "-m", "twins.scenes.worker")
TIMEOUT_S = 600.0
_POLL_S = 0.05
_QUOTED = 300  # characters of the worker's last words

Progress = Callable[[int, int], None]


class _Refusal(Word):
    cause: Cause
    message: str


def tracer_version() -> str:
    """Return the installed version of sionna-rt; raises SceneError("extra missing") where there is none."""
    try:
        return version("sionna-rt")
    except PackageNotFoundError:
        raise SceneError("extra missing", MISSING) from None


def run_worker(
    request: SceneRequest,
    *,
    command: Sequence[str] = WORKER,
    timeout_s: float = TIMEOUT_S,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
) -> RadioMap:
    """Return the map that a worker process traces; raises SceneError, whatever goes wrong. Set `cancel` to end the worker."""
    with tempfile.TemporaryDirectory(prefix="twinpilot-scene-") as name:
        folder = Path(name)
        (folder / "request.json").write_text(request.model_dump_json(), encoding="utf-8")
        status = _run(folder, command, timeout_s, cancel or threading.Event(), progress)
        return _answer(folder, status, request)


def _run(folder: Path, command: Sequence[str], timeout_s: float, cancel: threading.Event, progress: Progress | None) -> int:
    environment = {**os.environ, VARIABLE: str(find_llvm(os.environ))}
    arguments = [*command, str(folder), str(os.getpid())]
    with (folder / "request.json").open("rb") as request, (folder / "words").open("wb") as words:
        try:
            process = subprocess.Popen(  # noqa: S603
                arguments, stdin=request, stdout=words, stderr=words, env=environment, start_new_session=True
            )
        except OSError as error:
            raise SceneError("crashed", f"the ray tracing worker could not be started: {error}") from error
    try:
        return _wait(process, folder, time.monotonic() + timeout_s, timeout_s, cancel, progress)
    finally:
        _end(process)


def _wait(
    process: subprocess.Popen[bytes],
    folder: Path,
    deadline: float,
    timeout_s: float,
    cancel: threading.Event,
    progress: Progress | None,
) -> int:
    told = ""
    while (status := process.poll()) is None:
        if time.monotonic() > deadline:
            raise SceneError(
                "timeout", f"ray tracing took longer than {timeout_s:g} s and was ended: fewer rays, less depth, a smaller area"
            )
        if cancel.wait(_POLL_S):
            raise SceneError("cancelled", "ray tracing was cancelled and its worker ended")
        told = _tell(folder, told, progress)
    return status


def _tell(folder: Path, told: str, progress: Progress | None) -> str:
    """Pass on what the worker has done, once per change."""
    file = folder / "progress"
    if progress is None or not file.exists():
        return told
    words = file.read_text(encoding="utf-8", errors="replace")
    numbers = words.split()
    if words != told and len(numbers) == 2 and all(number.isdecimal() for number in numbers):
        progress(int(numbers[0]), int(numbers[1]))
    return words


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and what it started; it owns its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answer(folder: Path, status: int, request: SceneRequest) -> RadioMap:
    """Return the worker's map, or raise what it, or its end, says."""
    refusal = folder / "error.json"
    if status > 0 and refusal.exists():
        try:
            said = _Refusal.model_validate_json(refusal.read_bytes())
        except ValidationError:
            raise SceneError("garbage", f"the ray tracing worker ended with status {status} and an unreadable error") from None
        raise SceneError(said.cause, said.message)
    if status != 0:
        raise SceneError("crashed", _obituary(status, _last_words(folder)))
    if not (folder / "map.npz").exists():
        raise SceneError("garbage", f"the ray tracing worker ended without a map{_last_words(folder)}")
    radio_map = read_map(folder / "map.npz")
    if radio_map.request != request:
        raise SceneError("garbage", "the ray tracing worker answered another request")
    return radio_map


def _obituary(status: int, words: str) -> str:
    if status == -signal.SIGABRT:
        return f"the ray tracing worker was aborted, as unsuitable LLVM libraries do{words}: {REMEDY}"
    if status < 0:
        return f"the ray tracing worker was killed by signal {-status}{words}: is there enough memory?"
    return f"the ray tracing worker ended with status {status}{words}"


def _last_words(folder: Path) -> str:
    lines = (folder / "words").read_bytes()[-4096:].decode("utf-8", errors="replace").split("\n")
    said = [" ".join(line.split()) for line in lines if line.strip()]
    printable = "".join(letter for letter in said[-1] if letter.isprintable())[:_QUOTED] if said else ""
    return f" ({printable})" if printable else ""
