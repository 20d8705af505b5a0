"""Before and after: what verification looks at."""

from __future__ import annotations

from dataclasses import dataclass

from policies.intent import Intent
from policies.kpi import KpiFrame
from policies.proposal import Candidate
from twins.network import NetworkCard


@dataclass(frozen=True)
class Comparison:
    """KPI windows before and after a change, of which network, for which intent and candidate, judged at which significance."""

    before: KpiFrame
    after: KpiFrame
    card: NetworkCard
    intent: Intent
    candidate: Candidate
    significance: float = 0.05
