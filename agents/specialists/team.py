"""The specialists that draft candidates, chosen by the KPIs of an intent.

Each drafts within its own scope; the rule planner combines the drafts and the twin decides between them. All of them set
attributes over O1 and policies over A1, in O-RAN's non-real-time loop; faster control remains with the network's own control
loops (seed 002, D.2). The safety specialist is not in the team: it drafts nothing, and reviews what any planner proposes.
"""

from __future__ import annotations

from typing import Final

from agents.specialists.phy import PHY
from agents.specialists.ran_control import RAN_CONTROL
from agents.specialists.specialist import Specialist
from policies.intent import Intent

TEAM: Final = (RAN_CONTROL, PHY)


def specialists_for(intent: Intent) -> tuple[Specialist, ...]:
    """Return the specialists that are responsible for a target of the intent, in the team's order."""
    return tuple(specialist for specialist in TEAM if specialist.is_responsible_for(intent))
