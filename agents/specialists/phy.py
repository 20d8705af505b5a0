"""The PHY specialist: transmit power, carriers on and off the air."""

from __future__ import annotations

from typing import Final

from agents.heuristics.capacity import capacity
from agents.heuristics.energy import energy
from agents.specialists.scope import Scope
from agents.specialists.specialist import Specialist

_TOOLS: Final = (
    "query_kpi",
    "read_topology",
    "read_configuration",
    "detect_degradation",
    "forecast_traffic",
    "retrieve_3gpp_constraint",
    "search_standards",
    "compare_candidates",
    "refine_candidate",
    "link_conditions",
    "evaluate_link",
    "compare_receivers",
)

PHY: Final = Specialist(
    name="PHY specialist",
    scope=Scope(tools=frozenset(_TOOLS), classes=frozenset({"NRSectorCarrier", "CESManagementFunction", "ReceiverProfile"})),
    kpis=("PEE.", "EE.", "CARR.", "DRB.UEThpDl", "RRU.PrbTotDl"),
    heuristics=(capacity, energy),
    prompt="phy",
)
