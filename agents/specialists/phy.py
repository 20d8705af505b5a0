"""The PHY specialist: transmit power, and carriers on or off the air."""

from __future__ import annotations

from typing import Final

from agents.heuristics.capacity import capacity
from agents.heuristics.energy import energy
from agents.specialists.scope import Scope
from agents.specialists.specialist import Specialist

PHY: Final = Specialist(
    name="PHY specialist",
    scope=Scope(classes=frozenset({"NRSectorCarrier", "CESManagementFunction", "ReceiverProfile"})),
    kpis=("PEE.", "EE.", "CARR.", "DRB.UEThpDl", "RRU.PrbTotDl"),
    heuristics=(capacity, energy),
)
