"""From settings to a run service: the network, its clock, the planner and the tools."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.engine.connection import Connection, connect
from harness.engine.parts import Parts
from harness.engine.run_service import RunService
from harness.records.events import Listener, silent
from harness.runtime.paths import Paths
from harness.runtime.settings import PlannerSettings, Settings, SettingsError
from harness.runtime.tracing import make_tracer
from policies.guardrails.loading import load_guardrails
from policies.limits.loading import load_limits
from twins.network import UnknownObjectError

if TYPE_CHECKING:
    from agents.planner import Planner
    from tools.context import ToolContext
    from tools.oran.oran_network import OranNetwork
    from tools.standards.index import StandardsIndex


@contextmanager
def open_service(settings: Settings, listener: Listener = silent) -> Iterator[RunService]:
    """Yield a run service for these settings, and close at the end what it opened. Raises HarnessError, NetworkError."""
    paths = Paths.of(settings)
    _check_writable(paths.root)
    with ExitStack() as stack:
        connection = connect(settings.network, paths, listener, stack)
        tracer = make_tracer(settings.telemetry.otlp_endpoint)
        stack.callback(tracer.close)
        planner, secrets = make_planner(settings.planner)
        parts = _parts(settings, connection, planner, _context(settings, connection, stack))
        service = RunService(settings, parts, listener=listener, tracer=tracer, secrets=secrets)
        if not settings.network.url:
            stack.callback(_close_commitments, service)
        yield service


def _close_commitments(service: RunService) -> None:
    """Close the open commitments on an embedded network that ends now, since there is nothing left to revert."""
    for commitment in service.commitments.open_commitments(service.parts.network_name):
        service.commitments.reverted(commitment.key, "the embedded network ended, and the change with it")
        body = {"key": commitment.key, "why": "the embedded network ended"}
        service.journal.append("commitment.void", body, commitment.run_id)


def make_planner(settings: PlannerSettings) -> tuple[Planner, tuple[str, ...]]:
    """Return the planner, and the secrets that it holds."""
    from agents.rule_planner import RulePlanner

    if settings.kind == "rule":
        return RulePlanner(), ()
    from agents.llm.chat import LlmSettings
    from agents.llm_planner import LlmPlanner

    key = os.environ.get(settings.api_key_env, "")
    endpoint = LlmSettings(base_url=settings.base_url, model=settings.model, api_key=key or "none", timeout_s=settings.timeout)
    return LlmPlanner(endpoint, fallback=RulePlanner() if settings.fallback else None), (key,) if key else ()


def _check_writable(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / f".probe-{os.getpid()}"
        probe.write_bytes(b"\0" * 65536)
        probe.unlink()
    except OSError as error:
        raise SettingsError(f"data_dir={root}: {error}; choose a writable folder with free space") from error


def _parts(settings: Settings, connection: Connection, planner: Planner, context: ToolContext) -> Parts:
    from tools.registry import default_registry

    return Parts(
        network=connection.network,
        network_name=connection.network.url,
        has_url=True,
        network_identity=connection.network.identity(),
        clock=connection.clock,
        planner=planner,
        registry=default_registry(),
        context=context,
        schema_of=lambda policy_type: _schema(connection.network, policy_type),
        guardrails=load_guardrails(Path(settings.gate.guardrails)) if settings.gate.guardrails else load_guardrails(),
    )


def _schema(network: OranNetwork, policy_type: str) -> Mapping[str, Any] | None:
    try:
        return network.a1.schema(policy_type)
    except UnknownObjectError:
        return None


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
        kpis=connection.network.kpis,
        limits=load_limits(),
        standards=cache(_standards),  # opened at its first use
        laboratory=laboratory,
        now=connection.clock.now,
        work_dir=settings.data_dir,
        seed=settings.network.seed,
    )
