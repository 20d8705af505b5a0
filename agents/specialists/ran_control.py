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

_CLASSES: Final = ("RRMPolicyRatio", "SchedulerProfile", "AdmissionControl", "NRCellRelation", "MobilityProfile", "NRCellDU")

RAN_CONTROL: Final = Specialist(
    name="RAN-control specialist",
    scope=Scope(classes=frozenset(_CLASSES), policy_types=("ORAN_",)),
    kpis=("DRB.", "RRU.", "RRC.", "MM."),
    heuristics=(slice_delay, user_throughput, mobility, admission, a1_policies),
    tools=frozenset({"read_configuration", "query_kpi", "read_topology", "detect_degradation", "forecast_traffic"}),
    of_cells=("RRU.PrbTotDl", "RRC.ConnEstabFailRate", "MM.HoPingPongRate"),
    of_slices=("DRB.PdcpSduDelayDl", "DRB.UEThpDl", "DRB.UEThpDl.P05", "RRU.PrbUsedDl", "RRC.ConnMean"),
)
