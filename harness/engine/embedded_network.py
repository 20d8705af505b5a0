"""The embedded network of a run: a system twin with its near-RT RIC and O1 on loopback, whose state outlives the process.

1. It starts when more is asked than its card, which is known without the simulator: an intent that is not about a network is
   answered at once.
2. Every request that changes something is answered once the state is in the network's folder; a process that resumes the run
   goes on from there, on whatever port. Without a saved state it begins at the beginning.
3. Nothing happens on it while no process serves it: its time stands still.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.engine.state_file import read_state, write_state
from harness.runtime.embedded_place import EmbeddedPlace
from harness.runtime.errors import HarnessError
from policies.change import A1Policy, ChangeSet, Receipt
from policies.kpi import KpiFrame
from policies.managed_object import ManagedObject
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from twins.network import INSTANCE, KpiQuery, NetworkCard
from twins.object_version import ObjectVersion
from twins.standing import EditStanding
from twins.system.card import card_of
from twins.system.scenario.scenario import SystemScenario

if TYPE_CHECKING:
    from tools.oran.clock import EmbeddedClock
    from tools.oran.oran_network import OranNetwork


class WiringError(HarnessError):
    """An embedded network cannot be started."""


class EmbeddedNetwork:
    """The network at `place`, served on `port` (0: any free one) from its first use on.

    ledger: file of the changes that were sent. starting: called before the simulator starts. tick: called with the network time
    as it passes.
    """

    def __init__(
        self, place: EmbeddedPlace, port: int, ledger: Path, *, starting: Callable[[], None], tick: Callable[[datetime], None]
    ) -> None:
        definition = place.definition()
        self.name = place.name
        self.seed = int(definition["seed"])
        self._place, self._port, self._ledger = place, port, ledger
        self._starting, self._tick = starting, tick
        self._scenario = SystemScenario.model_validate_json(_json(definition["scenario"]))
        self._begins = self._scenario.start + timedelta(seconds=definition["history_windows"] * self._scenario.granularity_s)
        self._store = KpiStore(place.kpis)
        self.kpis: KpiSource = _LazyKpis(self._store, self)
        self._stack = ExitStack()
        self._lock = threading.RLock()
        self._live: tuple[OranNetwork, EmbeddedClock] | None = None

    def close(self) -> None:
        """Stop serving; the state stays in the place."""
        self._stack.close()

    def live(self) -> OranNetwork:
        """Return the running network, started if it is not yet running; raises HarnessError, NetworkError."""
        return self._running()[0]

    def start(self) -> None:
        """Start the simulator if it is not yet running; raises HarnessError, NetworkError."""
        self._running()

    def wait(self, seconds: float) -> None:
        """Let `seconds` of network time pass; their PM reports are in the store then."""
        self._running()[1].wait(seconds)

    def now(self) -> datetime:
        """Return the network's time."""
        return self.describe().now

    def _running(self) -> tuple[OranNetwork, EmbeddedClock]:
        with self._lock:
            if self._live is None:
                self._starting()
                self._live = self._start()
                # A network has a past: the windows before its first run, as far as they have not passed yet.
                self._live[1].wait(max(0.0, (self._begins - self._live[0].describe().now).total_seconds()))
                self._live[0].pull()  # all of its history, before a tool with less time asks for it
            return self._live

    def _start(self) -> tuple[OranNetwork, EmbeddedClock]:
        from tools.oran.clock import EmbeddedClock
        from tools.oran.oran_network import OranNetwork

        lock = self._place.lock()
        if not lock.acquire():
            raise WiringError(f"network {self.name} is served by another process; wait until its run ends")
        self._stack.callback(lock.release)
        url = self._serve()
        self._place.announce(url)
        network = OranNetwork(url, store=self._store, ledger=self._ledger)
        self._stack.callback(network.close)
        return network, EmbeddedClock(network, tick=self._tick)

    def _serve(self) -> str:
        from twins.ric.server import EmbeddedRan
        from twins.system.history import load_history
        from twins.system.system_network import SystemNetwork

        state = self._place.state
        try:
            ran = EmbeddedRan(
                SystemNetwork(self._scenario, seed=self.seed),
                port=self._port,
                history=load_history(self._scenario, self.seed),
                resumed=read_state(state) if state.exists() else None,
                save=lambda snapshot: write_state(state, snapshot),
                instance=self.name,
            )
        except (ValueError, OSError) as error:
            raise WiringError(" ".join(str(error).split())) from error
        self._stack.callback(ran.close)
        return ran.url

    def identity(self) -> str:
        """Return what tells this network from others, known before it starts: its name goes with its state, not with a port."""
        return f"{INSTANCE}{self.name}"

    def describe(self) -> NetworkCard:
        """Return the network's card; that of a network which has not begun yet is the one with which it will begin."""
        if self._live is None and not self._place.state.exists():
            return card_of(self._scenario, self._begins)
        return self.live().describe()

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return KPI samples."""
        return self.live().observe(query)

    def read(self, dn: str) -> ManagedObject:
        """Return a managed object."""
        return self.live().read(dn)

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        """Return the DNs of a class."""
        return self.live().find(class_name, under)

    def configuration(self, under: str = "") -> tuple[ManagedObject, ...]:
        """Return all managed objects."""
        return self.live().configuration(under)

    def standing(self, change_set: ChangeSet) -> tuple[EditStanding, ...]:
        """Return the standing of each edit."""
        return self.live().standing(change_set)

    def standing_policies(self) -> tuple[A1Policy, ...]:
        """Return all A1 policies that exist."""
        return self.live().standing_policies()

    def versions(self, change_set: ChangeSet) -> tuple[ObjectVersion, ...]:
        """Return the version of what each edit edits."""
        return self.live().versions(change_set)

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Apply all edits or none, once per key."""
        return self.live().apply(change_set, idempotency_key)

    def revert(self, receipt: Receipt) -> Receipt:
        """Restore the configuration before the receipt's change."""
        return self.live().revert(receipt)


class _LazyKpis(KpiSource):
    """The KPIs of an embedded network, which starts at the first refresh."""

    def __init__(self, store: KpiStore, network: EmbeddedNetwork) -> None:
        super().__init__(store)
        self._network = network

    def refresh(self) -> int:
        """Pull new reports into the store; return the number of new samples."""
        return self._network.live().kpis.refresh()


def _json(value: Any) -> str:
    import json

    return json.dumps(value)
