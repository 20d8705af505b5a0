"""`twinpilot llm serve`: the model behind an OpenAI-compatible endpoint, for the LLM planner and for anything else."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policies.text.redaction import keep_secret
from twins.command_errors import one_line_errors
from twins.screen.exit_status import FAILED
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from training.llm.serving.vllm_server import Serving, VllmServer

_KEY = "TWINPILOT_API_KEY"
_LOCAL = ("127.0.0.1", "localhost", "::1")
_TIMEOUT_S = 600


def serve(
    extra: Annotated[list[str] | None, typer.Argument(help="Options of vLLM itself, after `--`.", show_default=False)] = None,
    *,
    model: Annotated[
        Path | None, typer.Option("--model", help="A local Hugging Face checkpoint; default: the base with the adapter merged.")
    ] = None,
    adapter: Annotated[
        Path | None, typer.Option("--adapter", help="To merge; default: the shipped one, none for --model.")
    ] = None,
    python: Annotated[
        Path | None, typer.Option("--python", help="Of an environment that has vllm; default: one is made in the user's cache.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="By which clients ask for the model.")] = "6g-llm",
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others than this machine's need a key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8000,
    max_len: Annotated[
        int | None, typer.Option("--max-len", min=512, help="Tokens of prompt and reply together; default: the model's.")
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, max=512, help="On CPU; on a busy machine 1 is fastest.")] = 1,
    start_timeout: Annotated[float, typer.Option("--start-timeout", min=1, help="Seconds until it must answer.")] = 900,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object once it answers.")] = False,
) -> None:
    """Serve the model by vLLM until Ctrl-C, and say how the harness is pointed at it."""
    from training.llm.base.wheel import BaseModelError
    from training.llm.serving.guided_reply import ask_guided
    from training.llm.serving.serve_error import ServeError
    from training.llm.serving.vllm_server import VllmServer, check_port

    with one_line_errors("llm serve", ServeError, BaseModelError, OSError, status=FAILED):
        key = os.environ.get(_KEY, "")
        keep_secret(key)
        if host not in _LOCAL and not key:
            raise ServeError(f"--host {host}: other machines could use the model without a key; set {_KEY} to one")
        check_port(host, port)
        serving = _serving(model, adapter, python, name, host, port, max_len, threads, key, tuple(extra or ()))
        _report(f"serving {serving.model} at {serving.url}; it takes about a minute to start")
        server = VllmServer(serving, _log(port))
        try:
            entry = server.await_answer(start_timeout, _report)
            try:
                seconds = ask_guided(serving, _TIMEOUT_S)
            except ServeError:
                server.require_alive()
                raise
            _say_ready(serving, server, int(entry.get("max_model_len") or serving.window), seconds, as_json)
            server.watch()
        except KeyboardInterrupt:
            _report("ending vLLM")
            raise
        finally:
            server.end()


def _serving(
    model: Path | None, adapter: Path | None, python: Path | None, name: str, host: str, port: int, max_len: int | None,
    threads: int, key: str, extra: tuple[str, ...],
) -> Serving:  # fmt: skip
    """Check and make what is needed, in the order in which it fails fastest."""
    from training.llm.serving.checkpoint import checked_checkpoint
    from training.llm.serving.environment import environment_folder, has_gpu, made_environment, package, vllm_version
    from training.llm.serving.memory import cache_gib, check_memory, window_of
    from training.llm.serving.vllm_server import Serving

    if python is not None:
        _report(f"vLLM {vllm_version(python)} of {python}")
    folder = _checkpoint(model, adapter)
    config = checked_checkpoint(folder)
    window = window_of(config, max_len)
    on_gpu, cache = has_gpu(), cache_gib(config, window)
    if not on_gpu:
        check_memory(folder, cache)
    if python is None:
        python = made_environment(environment_folder(), package(), _report)
    return Serving(
        python=python.absolute(), model=folder.absolute(), name=name, host=host, port=port, window=window, threads=threads,
        cache_gib=cache, on_gpu=on_gpu, key=key, extra=extra,
    )  # fmt: skip


def _checkpoint(model: Path | None, adapter: Path | None) -> Path:
    """Return the checkpoint to serve: `--model` as it stands, or with an adapter merged into it."""
    from agents.readers.language_model.loading import ADAPTER, base_folder
    from training.llm.base.small_base import small_base
    from training.llm.serving.checkpoint import merged_checkpoint
    from training.llm.serving.serve_error import ServeError

    if model is not None and adapter is None:
        return model
    if missing := [name for name in ("transformers", "peft", "gguf") if find_spec(name) is None]:
        raise ServeError(f"merging an adapter needs {', '.join(missing)}: pip install 'twinpilot[llm]', or give --model")
    base = model or small_base(base_folder(), _report)
    own = adapter or ADAPTER
    return merged_checkpoint(base, own, base_folder().with_name(f"{base.name}-with-{own.name}"), _report)


def _log(port: int) -> Path:
    from agents.readers.language_model.loading import base_folder

    return base_folder().with_name("logs") / f"vllm-{port}.log"


def _say_ready(serving: Serving, server: VllmServer, window: int, seconds: float, as_json: bool) -> None:
    url = f"{serving.url}/v1"
    if as_json:
        say_json(
            {"status": "serving", "base_url": url, "model": serving.name, "max_model_len": window, "pid": server.pid,
             "checkpoint": str(serving.model), "log": str(server.log), "first_guided_reply_s": round(seconds, 2)}
        )  # fmt: skip
        return
    say(
        f"serving {serving.name} at {url}: {window} tokens, first guided reply after {seconds:.1f} s; log {server.log}",
        "point the harness at it in twinpilot.toml:",
        "  [planner]",
        '  kind = "llm"',
        f'  base_url = "{url}"',
        f'  model = "{serving.name}"',
        f"  timeout = {_TIMEOUT_S if not serving.on_gpu else 120}",
        "or for one command:",
        f"  TWINPILOT_PLANNER__BASE_URL={url} TWINPILOT_PLANNER__MODEL={serving.name} TWINPILOT_PLANNER__TIMEOUT={_TIMEOUT_S}"
        ' twinpilot run "..." --planner llm',
        "Ctrl-C ends it",
    )


def _report(line: str) -> None:
    say(line, err=True)
