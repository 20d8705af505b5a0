"""The PHY specialist: transmit power, carriers on or off the air, and which receivers and beams suit a cell."""

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
    tools=frozenset(
        {"read_configuration", "query_kpi", "detect_degradation", "forecast_traffic", "link_conditions", "compare_receivers"}
        | {"examine_error_floor", "evaluate_link", "compare_beam_selectors", "ray_traced_map"}
    ),
    of_cells=("RRU.PrbTotDl", "PEE.Energy", "CARR.AverageBlerDl"),
    of_slices=("DRB.UEThpDl", "DRB.UEThpDl.P05"),
)
