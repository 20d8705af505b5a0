"""The connection to the network: a running one, or an embedded one with its near-RT RIC and O1 on loopback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.engine.embedded_network import EmbeddedNetwork, WiringError
from harness.records.events import Event, Listener
from harness.runtime.embedded_place import EmbeddedPlace
from harness.runtime.paths import Paths
from harness.runtime.private import private_file, private_folder
from harness.runtime.settings import NetworkSettings
from twins.network import Network, UnknownObjectError

if TYPE_CHECKING:
    from tools.oran.clock import NetworkClock
    from tools.oran.oran_network import OranNetwork
    from tools.telemetry.kpi_source import KpiSource


@dataclass(frozen=True)
class Connection:
    """A network with its name, clock and KPIs; `schema_of` returns the peer's schema of an A1 policy type, or None.

    seed: of the embedded network and of the twins.
    """

    network: Network
    name: str
    clock: NetworkClock
    kpis: KpiSource
    schema_of: Callable[[str], Mapping[str, Any] | None]
    seed: int


def connect(settings: NetworkSettings, paths: Paths, listener: Listener, stack: ExitStack, name: str = "") -> Connection:
    """Return the connection; `stack` closes it.

    name: the embedded network to go on with; empty: the running network at the URL of the settings, else a new embedded one.
    Raises HarnessError, NetworkError.
    """

    def tick(moment: datetime) -> None:
        listener(Event("time.passed", "", {"now": moment, "until": None}))

    if settings.url and not name:
        return _running(settings, paths, tick, listener, stack)
    place = EmbeddedPlace.of(paths, name) if name else _new_place(settings, paths)
    network = EmbeddedNetwork(
        place,
        settings.port,
        private_file(paths.ledger),
        starting=lambda: listener(Event("network.starting", "", {"name": place.name})),
        tick=tick,
    )
    stack.callback(network.close)
    return Connection(
        network=network,
        name=network.name,
        clock=network,
        kpis=network.kpis,
        schema_of=lambda policy_type: _schema(network.live(), policy_type),
        seed=network.seed,
    )


def _running(
    settings: NetworkSettings, paths: Paths, tick: Callable[[datetime], None], listener: Listener, stack: ExitStack
) -> Connection:
    from tools.oran.access.credentials import load_credentials
    from tools.oran.clock import PolledClock
    from tools.oran.oran_network import OranNetwork
    from tools.oran.peer import PeerSettings
    from tools.telemetry.store import KpiStore

    store = KpiStore(_kpi_path(paths, settings.url))
    peers = PeerSettings(credentials=load_credentials(paths.credentials_file))
    listener(Event("network.connecting", "", {"url": settings.url}))
    try:
        network = OranNetwork(settings.url, store=store, ledger=private_file(paths.ledger), settings=peers)
        stack.callback(network.close)
        network.pull(behind=lambda message: listener(Event("network.behind", "", {"message": message})))
    except BaseException:
        listener(Event("network.unreachable", "", {"url": settings.url}))
        raise
    listener(Event("network.connected", "", {"url": settings.url}))
    clock = PolledClock(network, tick)
    return Connection(
        network=network,
        name=network.url,
        clock=clock,
        kpis=network.kpis,
        schema_of=lambda policy_type: _schema(network, policy_type),
        seed=settings.seed,
    )


def _new_place(settings: NetworkSettings, paths: Paths) -> EmbeddedPlace:
    from tools.oran.network_serving import load_scenario

    try:
        scenario = load_scenario(settings.scenario)
    except (ValueError, OSError) as error:
        raise WiringError(" ".join(str(error).split())) from error
    return EmbeddedPlace.create(paths, scenario.model_dump(mode="json"), settings.seed, settings.history_windows)


def _schema(network: OranNetwork, policy_type: str) -> Mapping[str, Any] | None:
    try:
        return network.a1.schema(policy_type)
    except UnknownObjectError:
        return None


def _kpi_path(paths: Paths, url: str) -> Path:
    return private_file(private_folder(paths.kpis) / f"{sha256(url.encode()).hexdigest()[:16]}.sqlite")
