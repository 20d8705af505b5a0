"""The KPI windows before and after a change: the input of verification."""

from __future__ import annotations

from dataclasses import dataclass

from policies.intent import Intent
from policies.kpi import KpiFrame
from policies.proposal import Candidate
from policies.quality.flaw import Flaw
from twins.network import NetworkCard


@dataclass(frozen=True)
class Comparison:
    """KPI windows before and after a change of the network `card`, with its intent, its candidate and the significance.

    flaws: measurements of these KPIs in this time that are not good, hence not in the windows.
    """

    before: KpiFrame
    after: KpiFrame
    card: NetworkCard
    intent: Intent
    candidate: Candidate
    significance: float = 0.05
    flaws: tuple[Flaw, ...] = ()
