"""A network without an actuator, for planners, tools and shadow mode."""

from __future__ import annotations

from policies.change import A1Policy, ChangeSet, Receipt
from policies.kpi import KpiFrame
from policies.managed_object import ManagedObject
from tools.contract import Boundary, ToolError
from twins.network import KpiQuery, Network, NetworkCard
from twins.object_version import ObjectVersion
from twins.standing import EditStanding


class ReadOnlyNetwork:
    """A network that can be described, observed and read; apply and revert raise ToolError("permission")."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def identity(self) -> str:
        """Return what tells the network from others."""
        return self._network.identity()

    def describe(self) -> NetworkCard:
        """Return the network's card."""
        return self._network.describe()

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return KPI samples."""
        return self._network.observe(query)

    def read(self, dn: str) -> ManagedObject:
        """Return a managed object."""
        return self._network.read(dn)

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        """Return the DNs of a class."""
        return self._network.find(class_name, under)

    def configuration(self, under: str = "") -> tuple[ManagedObject, ...]:
        """Return all managed objects."""
        return self._network.configuration(under)

    def standing(self, change_set: ChangeSet) -> tuple[EditStanding, ...]:
        """Return the standing of each edit."""
        return self._network.standing(change_set)

    def standing_policies(self) -> tuple[A1Policy, ...]:
        """Return all A1 policies that exist."""
        return self._network.standing_policies()

    def versions(self, change_set: ChangeSet) -> tuple[ObjectVersion, ...]:
        """Return the version of what each edit edits."""
        return self._network.versions(change_set)

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Refuse."""
        raise ToolError(
            Boundary.PERMISSION, "this network can only be read here: propose the change, the gate and a human decide"
        )

    def revert(self, receipt: Receipt) -> Receipt:
        """Refuse."""
        raise ToolError(Boundary.PERMISSION, "this network can only be read here: rollbacks are the harness's own")
