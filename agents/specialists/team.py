"""Who is asked: the specialists whose KPIs an intent speaks of.

Each drafts within its own scope; the rule planner puts their drafts together and the twin decides between them. All of them turn
attributes over O1 and policies over A1, in O-RAN's non-real-time loop; what is faster remains inside the network's own control
loops (seed 002, D.2). The safety specialist is none of them: it drafts nothing, and reviews what any planner proposes.
"""

from __future__ import annotations

from typing import Final

from agents.specialists.phy import PHY
from agents.specialists.ran_control import RAN_CONTROL
from agents.specialists.specialist import Specialist
from policies.intent import Intent

TEAM: Final = (RAN_CONTROL, PHY)


def specialists_for(intent: Intent) -> tuple[Specialist, ...]:
    """Return everyone whom the intent calls for, in the team's order."""
    return tuple(specialist for specialist in TEAM if specialist.is_called_for(intent))
