"""From settings to a run service: the network (live, or embedded with its near-RT RIC on loopback), clock, planner and tools."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.engine.parts import Parts
from harness.engine.run_service import RunService
from harness.records.events import Event, Listener, silent
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.settings import PlannerSettings, Settings, SettingsError
from harness.runtime.tracing import make_tracer
from policies.guardrails.loading import load_guardrails
from policies.limits.loading import load_limits
from twins.network import UnknownObjectError

if TYPE_CHECKING:
    from agents.planner import Planner
    from tools.context import ToolContext
    from tools.oran.clock import NetworkClock
    from tools.oran.oran_network import OranNetwork
    from tools.telemetry.store import KpiStore


class WiringError(HarnessError):
    """A part cannot be set up."""


@contextmanager
def open_service(settings: Settings, listener: Listener = silent) -> Iterator[RunService]:
    """Yield a run service for these settings; all that it opened is closed at the end. Raises HarnessError, NetworkError."""
    paths = Paths.of(settings)
    _check_writable(paths.root)
    with ExitStack() as stack:
        network, clock, store = _network(settings, paths, listener, stack)
        tracer = make_tracer(settings.telemetry.otlp_endpoint)
        stack.callback(tracer.close)
        planner, secret = make_planner(settings.planner)
        parts = Parts(
            network=network,
            network_name=network.url,
            has_url=True,
            clock=clock,
            planner=planner,
            registry=_registry(),
            context=_context(network, clock, store, paths, settings, stack),
            schema_of=lambda policy_type: _schema(network, policy_type),
            limits=load_limits(),
            guardrails=load_guardrails(Path(settings.gate.guardrails)) if settings.gate.guardrails else load_guardrails(),
        )
        service = RunService(settings, parts, listener=listener, tracer=tracer, secrets=secret)
        if not settings.network.url:
            stack.callback(_release, service)
        yield service


def _release(service: RunService) -> None:
    """Close what is still open on an embedded network that ends now: there is nothing left to take back."""
    for one in service.commitments.open_commitments(service.parts.network_name):
        service.commitments.reverted(one.key, "the embedded network ended, and the change with it")
        service.journal.append("commitment.void", {"key": one.key, "why": "the embedded network ended"}, one.run_id)


def make_planner(settings: PlannerSettings) -> tuple[Planner, tuple[str, ...]]:
    """Return the planner, and the secrets that it knows."""
    from agents.rule_planner import RulePlanner

    if settings.kind == "rule":
        return RulePlanner(), ()
    from agents.llm.chat import LlmSettings
    from agents.llm_planner import LlmPlanner

    key = os.environ.get(settings.api_key_env, "")
    asked = LlmSettings(base_url=settings.base_url, model=settings.model, api_key=key or "none", timeout_s=settings.timeout)
    return LlmPlanner(asked, fallback=RulePlanner() if settings.fallback else None), (key,) if key else ()


def _check_writable(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / f".probe-{os.getpid()}"
        probe.write_bytes(b"\0" * 65536)
        probe.unlink()
    except OSError as error:
        raise SettingsError(f"data_dir={root}: {error}; choose a writable folder with free space") from error


def _network(
    settings: Settings, paths: Paths, listener: Listener, stack: ExitStack
) -> tuple[OranNetwork, NetworkClock, KpiStore]:
    from harness.polled_clock import PolledClock
    from tools.oran.clock import EmbeddedClock
    from tools.oran.oran_network import OranNetwork
    from tools.telemetry.store import KpiStore

    url = settings.network.url or _embedded(settings, stack)
    store = KpiStore(_kpi_path(paths, url, embedded=not settings.network.url))
    network = OranNetwork(url, store=store, ledger=paths.ledger)
    stack.callback(network.close)

    def tick(moment: Any) -> None:
        listener(Event("time.passed", "", {"now": moment, "until": None}))

    if settings.network.url:
        network.pull()
        return network, PolledClock(network, tick), store
    clock = EmbeddedClock(network, tick=tick)
    clock.wait(settings.network.history_windows * network.describe().granularity_s)
    return network, clock, store


def _embedded(settings: Settings, stack: ExitStack) -> str:
    """Start an embedded network with its near-RT RIC in this process and return its URL."""
    from tools.oran.network_serving import load_scenario
    from twins.ric.server import EmbeddedRan
    from twins.system.history import load_history
    from twins.system.system_network import SystemNetwork

    try:
        scenario = load_scenario(settings.network.scenario)
        seed = settings.network.seed
        network = SystemNetwork(scenario, seed=seed)
        ran = EmbeddedRan(network, port=settings.network.port, history=load_history(scenario, seed))
    except (ValueError, OSError) as error:
        raise WiringError(" ".join(str(error).split())) from error
    stack.callback(ran.close)
    return ran.url


def _kpi_path(paths: Paths, url: str, *, embedded: bool) -> Path:
    # A port of an embedded network is used again by the next one, whose time starts anew: its KPIs get a file of their own.
    name = f"embedded-{os.getpid()}-{os.urandom(3).hex()}" if embedded else sha256(url.encode()).hexdigest()[:16]
    return paths.kpis / f"{name}.sqlite"


def _schema(network: OranNetwork, policy_type: str) -> Mapping[str, Any] | None:
    try:
        return network.a1.schema(policy_type)
    except UnknownObjectError:
        return None


def _registry() -> Any:
    from tools.registry import default_registry

    return default_registry()


def _context(
    network: OranNetwork, clock: NetworkClock, store: KpiStore, paths: Paths, settings: Settings, stack: ExitStack
) -> ToolContext:
    from functools import cache

    from tools.context import ToolContext
    from tools.standards.index import StandardsIndex
    from tools.twinning.laboratory import Laboratory

    laboratory = Laboratory()
    stack.callback(laboratory.close)

    @cache
    def standards() -> StandardsIndex:
        return StandardsIndex()

    return ToolContext(
        network=network,
        store=store,
        limits=load_limits(),
        standards=standards,
        laboratory=laboratory,
        now=clock.now,
        work_dir=paths.root,
        seed=settings.network.seed,
    )
