"""The ns-3 worker process: started on demand, driven by JSON lines, restarted after a failure.

ns-3 is GPL-2.0-only and terminates its process on a fatal error, so it is never imported here. A timeout, a terminated worker or
an invalid answer raises `WorkerError`; the next `ask` starts another worker.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import IO, Any

from pydantic import ConfigDict, model_validator

from policies.word import Word
from twins.gym.packet_network import InfrastructureError

WORKER = Path(__file__).with_name("worker.py")
MISSING = "ns-3 is not installed: pip install 'twinpilot[ns3]' (it builds for some minutes and needs g++; see README)"
_START_S, _ANSWER_S = 180.0, 120.0


class WorkerError(InfrastructureError):
    """The ns-3 worker terminated, did not answer in time, or gave an invalid answer to a request of `method`."""

    def __init__(self, method: str, message: str) -> None:
        super().__init__(message)
        self.method = method


class Ns3MissingError(InfrastructureError):
    """The `ns3` extra is not installed."""


class _Error(Word):
    model_config = ConfigDict(strict=True)

    type: str
    message: str


class _Answer(Word):
    """A line from the worker: either a result or an error."""

    model_config = ConfigDict(strict=True)

    id: int
    result: dict[str, Any] | None = None
    error: _Error | None = None

    @model_validator(mode="after")
    def _either(self) -> _Answer:
        if (self.result is None) == (self.error is None):
            raise ValueError("an answer holds either a result or an error")
        return self


def installed() -> bool:
    """Whether the `ns3` extra is installed."""
    return importlib.util.find_spec("ns3") is not None


class Ns3Process:
    """A worker process, used by `ask`; not thread-safe.

    It holds one network, the last one built. `builds` counts the networks, so that users sharing a worker can detect that their
    network was replaced.
    """

    def __init__(self, answer_s: float = _ANSWER_S, worker: Path = WORKER) -> None:
        """`answer_s`: seconds to wait for an answer; `worker`: the script that the worker runs."""
        self._answer_s, self._worker = answer_s, worker
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._buffer = b""
        self._lines: deque[bytes] = deque()
        self._request_id = 0
        self.builds = 0

    @property
    def pid(self) -> int | None:
        """The worker's process id, None if it is not running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> dict[str, Any]:
        """Start the worker if it is not running; returns simulator, version and pid. Raises Ns3MissingError, WorkerError."""
        if self.pid is None:
            if not installed():
                raise Ns3MissingError(MISSING)
            self.close()
            self._log = tempfile.TemporaryFile()  # noqa: SIM115
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", str(self._worker)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
            )
        return self._exchange("hello", {}, _START_S)

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the worker's result; raises WorkerError, Ns3MissingError."""
        if self.pid is None:
            self.start()
        self.builds += method == "build"
        return self._exchange(method, params, self._answer_s)

    def close(self) -> None:
        """Terminate the worker."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout, self._log):
                if stream is not None:
                    with contextlib.suppress(OSError):  # data that a terminated worker did not read cannot be flushed
                        stream.close()
        self._process, self._log, self._buffer = None, None, b""
        self._lines.clear()

    def _exchange(self, method: str, params: dict[str, Any], limit_s: float) -> dict[str, Any]:
        assert self._process is not None and self._process.stdin is not None
        self._request_id += 1
        request = json.dumps({"id": self._request_id, "method": method, "params": params}, allow_nan=False)
        try:
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            raise self._failed(method, "the ns-3 worker ended") from None
        line = self._line(method, time.monotonic() + limit_s)
        try:
            answer = _Answer.model_validate(json.loads(line))
        except ValueError:  # of JSON or of the model
            raise self._failed(method, f"the ns-3 worker answered {line[:120]!r}, which is not a valid answer") from None
        if answer.id != self._request_id:
            raise self._failed(method, f"the ns-3 worker answered request {answer.id} instead of {self._request_id}")
        if answer.error is not None:
            raise self._failed(method, f"ns-3 refused {method}: {answer.error.type}: {answer.error.message}")
        return answer.result or {}

    def _line(self, method: str, deadline: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        stream = self._process.stdout
        while not self._lines:
            left = deadline - time.monotonic()
            if left <= 0.0 or not select.select([stream], [], [], left)[0]:
                raise self._failed(method, "the ns-3 worker did not answer in time")
            read = os.read(stream.fileno(), 65536)
            if not read:
                raise self._failed(method, "the ns-3 worker ended")
            *whole, self._buffer = (self._buffer + read).split(b"\n")
            self._lines.extend(whole)
        return self._lines.popleft()

    def _failed(self, method: str, message: str) -> WorkerError:
        """Terminate the worker and return the error, including the worker's last error message."""
        status = None if self._process is None else self._process.poll()
        detail = self._last_error()
        self.close()
        ended = "" if status is None else f" with status {status}"
        return WorkerError(method, f"{message}{ended} during {method}{detail}; the next request starts another")

    def _last_error(self) -> str:
        if self._log is None:
            return ""
        self._log.seek(0)
        lines = [line for line in self._log.read().decode(errors="replace").splitlines() if "NS_FATAL" in line or "msg=" in line]
        return f": {lines[-1][:300]}" if lines else ""
