"""A vLLM server as a child process: started with what makes guided decoding reliable, awaited, and ended with all its workers."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policies.text.foreign import safe
from policies.text.redaction import redacted
from training.llm.serving.environment import clean_variables
from training.llm.serving.serve_error import ServeError

# With vLLM's defaults hardly a reply follows its schema: white space is endless, and a strict parser refuses what was allowed.
_GUIDED: Final = (
    "--structured-outputs-config", '{"backend":"guidance","disable_any_whitespace":true}',
    "--enable-auto-tool-choice", "--tool-call-parser", "hermes",
)  # fmt: skip
_MODULE: Final = "vllm.entrypoints.openai.api_server"  # the console script fails: it looks for a distribution called vllm
_LAST_LINES: Final = 12
_LONGEST_LINE: Final = 300
_GRACE_S: Final = 20.0
_BETWEEN_LOOKS_S: Final = 0.5
_BETWEEN_REPORTS_S: Final = 15.0
_PR_SET_PDEATHSIG: Final = 1  # prctl(2), Linux
_NOISE: Final = ("Traceback", "  ", "INFO", "DEBUG")
Report = Callable[[str], None]


@dataclass(frozen=True)
class Serving:
    """What is served, by which Python, and where. key: that a client has to give; empty for none. extra: vLLM's own options."""

    python: Path
    model: Path
    name: str
    host: str
    port: int
    window: int
    threads: int
    cache_gib: int
    on_gpu: bool
    key: str = ""
    extra: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    def command(self) -> list[str]:
        """Return the command line. The key is not in it: everybody can read command lines."""
        on_cpu = () if self.on_gpu else ("--enforce-eager", "--max-num-seqs", "16")
        return [
            str(self.python), "-m", _MODULE, "--model", str(self.model), "--served-model-name", self.name,
            "--host", self.host, "--port", str(self.port), "--max-model-len", str(self.window), *_GUIDED, *on_cpu, *self.extra,
        ]  # fmt: skip

    def variables(self) -> dict[str, str]:
        """Return the environment variables. Threads are not bound to cores: other work may be on them."""
        always = {"VLLM_ENFORCE_STRICT_TOOL_CALLING": "0", "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"}
        on_cpu = {
            "OMP_NUM_THREADS": str(self.threads),
            "VLLM_CPU_OMP_THREADS_BIND": "nobind",
            "VLLM_CPU_KVCACHE_SPACE": str(self.cache_gib),
        }
        return clean_variables(**always, **({} if self.on_gpu else on_cpu), **({"VLLM_API_KEY": self.key} if self.key else {}))


def check_port(host: str, port: int) -> None:
    """Raise ServeError unless a server can listen there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServeError(f"--host {host} --port {port}: {reason}; end what listens there, or choose another --port") from error


def _end_with_parent() -> None:
    """Let the system end the server if this process is killed or its terminal closed, when it can do so itself no more."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class VllmServer:
    """The running server. Its process group is its own, so that Ctrl-C reaches it through `end` alone, in order."""

    def __init__(self, serving: Serving, log: Path) -> None:
        self.serving = serving
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
            self._child = subprocess.Popen(  # noqa: S603 - the user names program and model
                serving.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=serving.variables(),
                cwd=log.parent,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - it calls the system alone, and no thread of ours runs yet
            )

    @property
    def pid(self) -> int:
        """Of the server's first process."""
        return self._child.pid

    def await_answer(self, longest_s: float, report: Report) -> dict[str, Any]:
        """Wait until the model is served and return its entry of `/v1/models`; raises ServeError."""
        started = reported = time.monotonic()
        while (entry := self._entry()) is None:
            self.require_alive()
            now = time.monotonic()
            if now - started > longest_s:
                raise ServeError(f"vLLM does not answer after {longest_s:g} s{self.last_lines()}")
            if now - reported >= _BETWEEN_REPORTS_S:
                reported = now
                report(f"vLLM is starting, {now - started:.0f} s")
            time.sleep(_BETWEEN_LOOKS_S)
        return entry

    def watch(self) -> None:
        """Return never while the server lives; raises ServeError when it has ended."""
        while True:
            self.require_alive()
            time.sleep(_BETWEEN_LOOKS_S)

    def require_alive(self) -> None:
        """Raise ServeError with the last lines of its log if the server has ended."""
        status = self._child.poll()
        if status is not None:
            how = f"by signal {-status}" if status < 0 else f"with status {status}"
            memory = " (the system ends a process so when memory runs out)" if status == -signal.SIGKILL else ""
            raise ServeError(f"vLLM ended {how}{memory}{self.last_lines()}")

    def last_lines(self) -> str:
        """Return the last lines of the log that say something, and where the rest is."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")[-20_000:]
        except OSError:
            text = ""
        lines = [line for line in text.splitlines() if line.strip()]
        telling = [line for line in lines if not line.lstrip("(").split(") ")[-1].startswith(_NOISE)] or lines
        shown = " | ".join(safe(redacted(line.strip()), _LONGEST_LINE) for line in telling[-_LAST_LINES:])
        return f"; the last lines of its log ({self.log}): {shown or 'none'}"

    def end(self) -> None:
        """End the server and all its workers: asked first, killed after 20 s, or at once at a second Ctrl-C."""
        try:
            self._signal(signal.SIGTERM)
            if self._is_over(_GRACE_S):
                return
        finally:
            self._signal(signal.SIGKILL)
        self._is_over(_GRACE_S)

    def _is_over(self, longest_s: float) -> bool:
        """Wait until no process of the group is left."""
        until = time.monotonic() + longest_s
        while time.monotonic() < until:
            self._child.poll()
            if not self._signal(0):
                return True
            time.sleep(0.05)
        return False

    def _signal(self, number: int) -> bool:
        """Send a signal to the group; false if nobody is in it."""
        try:
            os.killpg(self._child.pid, number)
        except ProcessLookupError:
            return False
        return True

    def _entry(self) -> dict[str, Any] | None:
        import httpx

        headers = {"Authorization": f"Bearer {self.serving.key}"} if self.serving.key else {}
        try:
            answer = httpx.get(f"{self.serving.url}/v1/models", headers=headers, timeout=5.0)
            models = answer.json()["data"] if answer.is_success else []
            return next((model for model in models if model.get("id") == self.serving.name), None)
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            return None
