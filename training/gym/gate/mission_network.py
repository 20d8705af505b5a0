"""`MissionNetwork`: a mission's world as a read-only Network, to be observed and judged."""

from __future__ import annotations

from datetime import datetime, timedelta

from policies.change import ChangeSet, Receipt
from policies.kpi import KpiFrame
from tools.gym.context import EPOCH
from twins.gym.packet_twin.card import network_card
from twins.gym.packet_twin.kpis import WindowRecord
from twins.gym.packet_twin.names import cell_names
from twins.gym.packet_twin.observer import Observer
from twins.gym.world import WINDOW_S, World
from twins.network import KpiQuery, NetworkCard, NetworkError
from twins.system.configuration import Tree
from twins.tree_network import ReadableTree


class MissionNetwork(ReadableTree):
    """`world` with its current configuration `tree`; a mission is changed only by its tools: `apply` and `revert` are refused."""

    def __init__(self, world: World, tree: Tree) -> None:
        super().__init__(tree)
        self._world = world
        self._names = cell_names(world.layout)

    def describe(self) -> NetworkCard:
        """Return the card of the mission's network at the current mission time."""
        world = self._world
        return network_card(
            world.layout, self._names, world.network.label, self._now(), WINDOW_S, f"{world.scenario.family.value} mission"
        )

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return the KPIs of the measured windows; raises UnknownKpiError, UnknownObjectError."""
        records = [WindowRecord(round(past.at_s / WINDOW_S), past.layout, past.window, None) for past in self._world.measurements]
        return Observer(self._names, EPOCH, timedelta(seconds=WINDOW_S)).observe(records, query)

    def _now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._world.now_s)

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Refuse with NetworkError."""
        raise NetworkError("a mission is changed by the gym's Configuration tools, not by edits; call the tool")

    def revert(self, receipt: Receipt) -> Receipt:
        """Refuse with NetworkError."""
        raise NetworkError("nothing was applied here: a mission is changed by the gym's Configuration tools")
