"""From settings to a run service: the network, its clock, the planner and the tools."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.engine.connection import Connection, connect
from harness.engine.parts import Parts
from harness.engine.run_service import RunService
from harness.records.events import Listener, silent
from harness.runtime.embedded_place import EmbeddedPlace, is_embedded
from harness.runtime.paths import Paths
from harness.runtime.private import private_parents
from harness.runtime.settings import PlannerSettings, Settings, SettingsError
from harness.runtime.tracing import make_tracer
from policies.guardrails.loading import load_guardrails
from policies.limits.loading import load_limits
from policies.text.redaction import keep_secret

if TYPE_CHECKING:
    from agents.planner import Planner
    from tools.context import ToolContext
    from tools.standards.index import StandardsIndex


@contextmanager
def open_service(settings: Settings, listener: Listener = silent, network: str = "") -> Iterator[RunService]:
    """Yield a run service for these settings, and close at the end what it opened. Raises HarnessError, NetworkError.

    network: the name of the embedded network to go on with; empty: the one of the settings.
    """
    paths = Paths.of(settings)
    _check_writable(paths.root)
    with ExitStack() as stack:
        connection = connect(settings.network, paths, listener, stack, network)
        tracer = make_tracer(settings.telemetry.otlp_endpoint)
        stack.callback(tracer.close)
        planner = make_planner(settings.planner)
        parts = _parts(settings, connection, planner, _context(settings, connection, stack))
        service = RunService(settings, parts, listener=listener, tracer=tracer)
        try:
            yield service
        finally:
            stack.close()
            _discard(service, paths, connection.name)


def _discard(service: RunService, paths: Paths, name: str) -> None:
    """Delete the state of an embedded network with which no run goes on."""
    if is_embedded(name) and not service.is_awaited(name):
        EmbeddedPlace.of(paths, name).remove()


def make_planner(settings: PlannerSettings) -> Planner:
    """Return the planner; its API key is registered as a secret."""
    from agents.rule_planner import RulePlanner

    if settings.kind == "rule":
        return RulePlanner()
    if settings.kind in ("6g-llm", "6g-planner"):
        from agents.readers.hearing import absence, reading_of
        from agents.six_g_planner import SixGPlanner

        read = partial(reading_of, ask_below=settings.ask_below)
        # Who read is in the planner's name, which journal, outcome and page have; why is with each reading.
        reader = f"texts read by the {'rules' if absence() else '6G-LLM'}"
        if settings.kind == "6g-planner":
            return SixGPlanner(read=read, name=f"6G-LLM planner, {reader}")
        return RulePlanner(read=read, name=f"rule planner, {reader}")
    from agents.llm.chat import LlmSettings
    from agents.llm_planner import LlmPlanner

    key = os.environ.get(settings.api_key_env, "")
    keep_secret(key)
    endpoint = LlmSettings(
        base_url=settings.base_url,
        model=settings.model,
        api_key=key or "none",
        structured=settings.structured,
        timeout_s=settings.timeout,
        max_tokens=settings.reply_tokens,
        budget_tokens=settings.prompt_tokens,
    )
    return LlmPlanner(endpoint, fallback=RulePlanner() if settings.fallback else None)


def _check_writable(root: Path) -> None:
    try:
        private_parents(root)
        probe = root / f".probe-{os.getpid()}"
        probe.write_bytes(b"\0" * 65536)
        probe.unlink()
    except OSError as error:
        raise SettingsError(f"data_dir={root}: {error}; choose a writable folder with free space") from error


def _parts(settings: Settings, connection: Connection, planner: Planner, context: ToolContext) -> Parts:
    from tools.registry import default_registry

    return Parts(
        network=connection.network,
        network_name=connection.name,
        has_url=True,
        clock=connection.clock,
        planner=planner,
        registry=default_registry(),
        context=context,
        schema_of=connection.schema_of,
        guardrails=load_guardrails(Path(settings.gate.guardrails)) if settings.gate.guardrails else load_guardrails(),
    )


def _standards() -> StandardsIndex:
    from tools.standards.index import StandardsIndex

    return StandardsIndex()


def _context(settings: Settings, connection: Connection, stack: ExitStack) -> ToolContext:
    from tools.context import ToolContext
    from tools.twinning.laboratory import Laboratory

    laboratory = Laboratory()
    stack.callback(laboratory.close)
    return ToolContext(
        network=connection.network,
        kpis=connection.kpis,
        limits=load_limits(),
        standards=cache(_standards),  # opened at its first use
        laboratory=laboratory,
        now=connection.clock.now,
        work_dir=settings.data_dir,
        seed=connection.seed,
    )
