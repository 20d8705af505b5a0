"""Who is asked: the specialists whose KPIs an intent speaks of."""

from __future__ import annotations

from typing import Final

from agents.specialists.phy import PHY
from agents.specialists.ran_control import RAN_CONTROL
from agents.specialists.specialist import Specialist
from policies.intent import Intent

TEAM: Final = (RAN_CONTROL, PHY)


def specialists_for(intent: Intent, team: tuple[Specialist, ...] = TEAM) -> tuple[Specialist, ...]:
    """Return everyone whom the intent calls for, in the team's order."""
    return tuple(one for one in team if one.is_called_for(intent))


def specialist_for(intent: Intent) -> Specialist:
    """Return the one that is called for by most targets; RAN control where it is even."""
    targets = [target for _, target in (*intent.bounds(), *intent.objectives())]
    return max(TEAM, key=lambda one: sum(target.kpi.startswith(one.kpis) for target in targets))
