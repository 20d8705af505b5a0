"""The network card of a scenario, which needs no simulator."""

from __future__ import annotations

from datetime import datetime

from policies.slices import Slice
from twins.network import NetworkCard, Venue
from twins.system.a1_policies import POLICY_TYPES
from twins.system.configuration import card_cells
from twins.system.data_card import VERSION, system_twin_card
from twins.system.scenario.scenario import SystemScenario


def card_of(scenario: SystemScenario, now: datetime) -> NetworkCard:
    """Return the card of the system twin of `scenario` at the network time `now`."""
    return NetworkCard(
        name=scenario.name,
        kind="system twin",
        version=VERSION,
        now=now,
        cells=card_cells(scenario),
        slices=tuple(Slice),
        capabilities=("O1", "A1", "advance", "snapshot", "inject"),
        granularity_s=scenario.granularity_s,
        events=scenario.events,
        venues=tuple(Venue(name=area.name, x=area.x, y=area.y, radius=area.radius) for area in scenario.areas),
        policy_types=POLICY_TYPES,
        data_card=system_twin_card(),
    )
