"""The network behind the embedded server: one twin, one lock, its PM log.

Every face of the server (A1, O1, PM, inventory, control) reaches the network only through this object and only under its lock, so
that requests from many threads see and leave whole states.
"""

from __future__ import annotations

import threading
from typing import Any

from policies.kpi import KpiFrame
from twins.network import Network, NetworkCard, Twin
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
    """A twin that is served: `lock` guards `network`; `pm` collects what it measures."""

    def __init__(self, network: Twin[Any], history: KpiFrame | None = None) -> None:
        self.lock = threading.RLock()
        self.network: Twin[Any] = network
        self.pm = PmLog()
        if history is not None:
            self.pm.log(history)
        self.harvest()

    def card(self) -> NetworkCard:
        """Return the network card, with the network's time now."""
        with self.lock:
            return self.network.describe()

    def advance(self, seconds: float) -> NetworkCard:
        """Let network time pass and log the windows that were completed; raises ValueError for a bad number."""
        with self.lock:
            self.network.advance(seconds)
            self.harvest()
            return self.network.describe()

    def harvest(self) -> None:
        """Log the KPI windows that were completed since the last call."""
        with self.lock:
            self.pm.collect(self.network)

    def tree(self, base: str) -> tuple[str, ...]:
        """Return the DNs below `base` (all where empty), parents before children."""
        with self.lock:
            return tuple(dn for name in CLASS_NAMES for dn in _found(self.network, name, base))


def _found(network: Network, class_name: str, base: str) -> tuple[str, ...]:
    return network.find(class_name, base)
