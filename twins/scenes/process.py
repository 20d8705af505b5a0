"""Run the worker process: start it with the right LLVM, watch it, end it in time and check its result.

Whatever the worker does (abort, hang, leave nothing or garbage) becomes a SceneError here and cannot harm this process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import ValidationError

from policies.word import Word
from twins.progress import Advance
from twins.scenes.errors import MISSING, Cause, SceneError
from twins.scenes.llvm import REMEDY, VARIABLE, find_llvm
from twins.scenes.map_file import read_map
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest
from twins.scratch_folder import ScratchFolder

WORKER = (sys.executable, "-m", "twins.scenes.worker")
TIMEOUT_S = 600.0
_POLL_S = 0.05
_MAX_QUOTE = 300  # characters quoted from the worker's output


class _WorkerError(Word):
    cause: Cause
    message: str


def tracer_version() -> str:
    """Return the installed version of sionna-rt; raises SceneError("extra missing") if it is not installed."""
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
    progress: Advance | None = None,
) -> RadioMap:
    """Trace `request` in a worker process; raises SceneError for any failure. Set `cancel` to end the worker."""
    with ScratchFolder("twinpilot-scene-") as folder:
        (folder / "request.json").write_text(request.model_dump_json(), encoding="utf-8")
        status = _run(folder, command, timeout_s, cancel or threading.Event(), progress)
        return _result(folder, status, request)


def _run(folder: Path, command: Sequence[str], timeout_s: float, cancel: threading.Event, progress: Advance | None) -> int:
    environment = {**os.environ, VARIABLE: str(find_llvm(os.environ))}
    arguments = [*command, str(folder), str(os.getpid())]
    with (folder / "request.json").open("rb") as request, (folder / "output").open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603
                arguments, stdin=request, stdout=output, stderr=output, env=environment, start_new_session=True
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
    progress: Advance | None,
) -> int:
    last_report = ""
    while (status := process.poll()) is None:
        if time.monotonic() > deadline:
            raise SceneError(
                "timeout",
                f"ray tracing took longer than {timeout_s:g} s and was ended: use fewer rays, less depth or a smaller area",
            )
        if cancel.wait(_POLL_S):
            raise SceneError("cancelled", "ray tracing was cancelled and its worker ended")
        last_report = _forward_progress(folder, last_report, progress)
    return status


def _forward_progress(folder: Path, last_report: str, progress: Advance | None) -> str:
    """Pass the worker's progress on whenever it changed; returns the current report."""
    file = folder / "progress"
    if progress is None or not file.exists():
        return last_report
    report = file.read_text(encoding="utf-8", errors="replace")
    numbers = report.split()
    if report != last_report and len(numbers) == 2 and all(number.isdecimal() for number in numbers):
        progress(int(numbers[0]), int(numbers[1]))
    return report


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and its children; it has its own process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _result(folder: Path, status: int, request: SceneRequest) -> RadioMap:
    """Return the worker's map; raises SceneError from its error file or exit status."""
    error_file = folder / "error.json"
    if status > 0 and error_file.exists():
        try:
            error = _WorkerError.model_validate_json(error_file.read_bytes())
        except ValidationError:
            raise SceneError("garbage", f"the ray tracing worker ended with status {status} and an unreadable error") from None
        raise SceneError(error.cause, error.message)
    if status != 0:
        raise SceneError("crashed", _crash_message(status, _last_output(folder)))
    if not (folder / "map.npz").exists():
        raise SceneError("garbage", f"the ray tracing worker ended without a map{_last_output(folder)}")
    radio_map = read_map(folder / "map.npz")
    if radio_map.request != request:
        raise SceneError("garbage", "the ray tracing worker traced a different request")
    return radio_map


def _crash_message(status: int, output: str) -> str:
    if status == -signal.SIGABRT:
        return f"the ray tracing worker was aborted, as happens with unsuitable LLVM libraries{output}: {REMEDY}"
    if status < 0:
        return f"the ray tracing worker was killed by signal {-status}{output}: is there enough memory?"
    return f"the ray tracing worker ended with status {status}{output}"


def _last_output(folder: Path) -> str:
    """Last line of the worker's output in parentheses, printable characters only; empty if there is none."""
    text = (folder / "output").read_bytes()[-4096:].decode("utf-8", errors="replace")
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    printable = "".join(letter for letter in lines[-1] if letter.isprintable())[:_MAX_QUOTE] if lines else ""
    return f" ({printable})" if printable else ""
