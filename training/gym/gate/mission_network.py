"""`MissionNetwork`: a mission's world behind the Network contract, to be looked at and judged, not to be edited."""

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
    """The configuration `tree` of `world` as it stands; a mission is changed by its tools: `apply` and `revert` are refused."""

    def __init__(self, world: World, tree: Tree) -> None:
        super().__init__(tree)
        self._world = world
        self._names = cell_names(world.layout)

    def describe(self) -> NetworkCard:
        """Return the card of the mission's network at mission time."""
        world = self._world
        return network_card(
            world.layout, self._names, world.network.label, self._now(), WINDOW_S, f"{world.scenario.family.value} mission"
        )

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return the KPIs of the windows that were measured; raises UnknownKpiError, UnknownObjectError."""
        records = [WindowRecord(round(one.at_s / WINDOW_S), one.layout, one.window, None) for one in self._world.measurements]
        return Observer(self._names, EPOCH, timedelta(seconds=WINDOW_S)).observe(records, query)

    def _now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._world.now_s)

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Refuse."""
        raise NetworkError("a mission is changed by the gym's Configuration tools, not by edits; call the tool")

    def revert(self, receipt: Receipt) -> Receipt:
        """Refuse."""
        raise NetworkError("nothing was applied here: a mission is changed by the gym's Configuration tools")
