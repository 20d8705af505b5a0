"""The network behind the embedded server: a twin, its lock, its PM log.

All interfaces of the server (A1, O1, PM, inventory, control) access the network only through this object and under its lock, so
that concurrent requests are atomic.
"""

from __future__ import annotations

import threading
from typing import Any

from policies.kpi import KpiFrame
from twins.network import INSTANCE, NetworkCard, Twin
from twins.ric.pm_log import PmLog

# The classes of the managed object tree (TS 28.541 and the vendor classes of the limits catalogue), parents first.
CLASS_NAMES = (
    "ManagedElement",
    "GNBDUFunction",
    "GNBCUCPFunction",
    "GNBCUUPFunction",
    "NRCellDU",
    "NRSectorCarrier",
    "NRCellCU",
    "RRMPolicyRatio",
    "SchedulerProfile",
    "AdmissionControl",
    "NRCellRelation",
    "NRFreqRelation",
    "MobilityProfile",
    "CESManagementFunction",
    "DESManagementFunction",
    "DMROFunction",
    "DLBOFunction",
    "Beam",
    "BeamProfile",
)


class ManagedRan:
    """The served twin: `lock` guards `network`; `pm` collects its measurements; `instance` tells it from any other network."""

    def __init__(self, network: Twin[Any], history: KpiFrame | None = None, instance: str = "") -> None:
        self.lock = threading.RLock()
        self.network: Twin[Any] = network
        self.instance = instance or network.identity().removeprefix(INSTANCE)
        self.pm = PmLog()
        if history is not None:
            self.pm.log(history)
        self.harvest()

    def card(self) -> NetworkCard:
        """Return the network card, including the current network time."""
        with self.lock:
            return self.network.describe()

    def version(self, item: tuple[str, str]) -> str:
        """Return how often the object (DN, any attribute) or A1 policy (type, id) of an item was written, empty if unknown."""
        version = getattr(self.network, "version", None)
        with self.lock:
            return str(version(item)) if callable(version) else ""

    def advance(self, seconds: float) -> NetworkCard:
        """Advance network time and log the completed windows; raises ValueError for an invalid number."""
        with self.lock:
            self.network.advance(seconds)
            self.harvest()
            return self.network.describe()

    def harvest(self) -> None:
        """Log the KPI windows that were completed since the last call."""
        with self.lock:
            self.pm.collect(self.network)

    def tree(self, base: str) -> tuple[str, ...]:
        """Return the DNs at and below `base` (all if empty), parents before children."""
        with self.lock:
            return tuple(dn for name in CLASS_NAMES for dn in self.network.find(name, base))
