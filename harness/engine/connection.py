"""The connection to the network: a running one, or an embedded one with its near-RT RIC and O1 on loopback."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records.events import Event, Listener
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.private import private_file, private_folder
from harness.runtime.settings import NetworkSettings

if TYPE_CHECKING:
    from tools.oran.clock import NetworkClock
    from tools.oran.oran_network import OranNetwork


class WiringError(HarnessError):
    """An embedded network cannot be started."""


@dataclass(frozen=True)
class Connection:
    """A network with its clock; its KPIs are read through `network.kpis`."""

    network: OranNetwork
    clock: NetworkClock


def connect(settings: NetworkSettings, paths: Paths, listener: Listener, stack: ExitStack) -> Connection:
    """Return the connection; `stack` closes it. Raises HarnessError, NetworkError."""
    from tools.oran.credentials import load_credentials
    from tools.oran.oran_network import OranNetwork
    from tools.oran.peer import PeerSettings
    from tools.telemetry.store import KpiStore

    url = settings.url or _start_embedded(settings, stack)
    store = KpiStore(_kpi_path(paths, url, embedded=not settings.url))
    peers = PeerSettings(credentials=load_credentials(paths.credentials_file))
    network = OranNetwork(url, store=store, ledger=private_file(paths.ledger), settings=peers)
    stack.callback(network.close)
    return Connection(network, _clock(settings, network, listener))


def _clock(settings: NetworkSettings, network: OranNetwork, listener: Listener) -> NetworkClock:
    """Return the clock of a network whose KPIs of the past are in its store."""
    from tools.oran.clock import EmbeddedClock, PolledClock

    def tick(moment: datetime) -> None:
        listener(Event("time.passed", "", {"now": moment, "until": None}))

    if settings.url:
        network.pull()
        return PolledClock(network, tick)
    clock = EmbeddedClock(network, tick=tick)
    clock.wait(settings.history_windows * network.describe().granularity_s)
    return clock


def _start_embedded(settings: NetworkSettings, stack: ExitStack) -> str:
    """Start an embedded network with its near-RT RIC in this process and return its URL."""
    from tools.oran.network_serving import load_scenario
    from twins.ric.server import EmbeddedRan
    from twins.system.history import load_history
    from twins.system.system_network import SystemNetwork

    try:
        scenario = load_scenario(settings.scenario)
        network = SystemNetwork(scenario, seed=settings.seed)
        ran = EmbeddedRan(network, port=settings.port, history=load_history(scenario, settings.seed))
    except (ValueError, OSError) as error:
        raise WiringError(" ".join(str(error).split())) from error
    stack.callback(ran.close)
    return ran.url


def _kpi_path(paths: Paths, url: str, *, embedded: bool) -> Path:
    # The next embedded network may use the same port, and its time starts anew: each gets a KPI file of its own.
    name = f"embedded-{os.getpid()}-{os.urandom(3).hex()}" if embedded else sha256(url.encode()).hexdigest()[:16]
    return private_file(private_folder(paths.kpis) / f"{name}.sqlite")
