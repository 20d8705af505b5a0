"""The RAN-control specialist: slice shares, schedulers, admission, mobility and load balancing."""

from __future__ import annotations

from typing import Final

from agents.heuristics.a1_policies import a1_policies
from agents.heuristics.admission import admission
from agents.heuristics.mobility import mobility
from agents.heuristics.slice_delay import slice_delay
from agents.heuristics.user_throughput import user_throughput
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
)
_CLASSES: Final = ("RRMPolicyRatio", "SchedulerProfile", "AdmissionControl", "NRCellRelation", "MobilityProfile", "NRCellDU")

RAN_CONTROL: Final = Specialist(
    name="RAN-control specialist",
    scope=Scope(tools=frozenset(_TOOLS), classes=frozenset(_CLASSES), policy_types=("ORAN_",)),
    kpis=("DRB.", "RRU.", "RRC.", "MM."),
    heuristics=(slice_delay, user_throughput, mobility, admission, a1_policies),
    prompt="ran_control",
)
