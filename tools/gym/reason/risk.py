"""`risk_assessment`: the risk of a mission, from its telemetry alone, as the worst of several factors.

Each factor grows linearly from 0 to 1 between two values: battery (50 to 10 % charge of the weakest UAV), separation (50 to 10 m
between the nearest two UAVs), edge (60 to 98 % load of the serving server), load (60 to 100 % of the blocks of cells that serve
UAVs), link (6 to -6 dB SINR). Service is the violation probability of `policies.gym.usual_sla`; fence and incidents are 0 or 1.
"""

from __future__ import annotations

from itertools import combinations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.gym.risk_score import RiskScore
from policies.gym.telemetry_state import TelemetryState
from policies.gym.usual_sla import violation_probabilities
from tools.contract import ToolRequest, tool
from tools.gym.context import GymContext, answer


class RiskAssessment(ToolRequest):
    """The telemetry to assess."""

    telemetry: TelemetryState = Field(description="as returned by read_telemetry")


@tool(effect=Effect.REASON, raises=(ValueError,))
def risk_assessment(context: GymContext, request: RiskAssessment) -> Evidence[RiskScore]:
    """Score the risk that telemetry shows, 0 to 1, and name the worst factor; its answer feeds select_recovery_strategy."""
    factors = {name: round(min(max(factor, 0.0), 1.0), 3) for name, factor in _factors(request.telemetry).items()}
    worst = max(factors, key=lambda name: factors[name])
    value = RiskScore(score=factors[worst], worst=worst, factors=factors)
    summary = ", ".join(f"{name} {factor:.2f}" for name, factor in factors.items() if factor > 0.0) or "nothing is at risk"
    return answer(context, f"risk {value.score:.2f}, worst {worst}: {summary}", value, kind="computation")


def _factors(telemetry: TelemetryState) -> dict[str, float]:
    places = telemetry.log.positions
    nearest = min((here.distance_m(there) for here, there in combinations(places.values(), 2)), default=1e9)
    loads = [telemetry.prb_load.get(radio.serving, 0.0) for radio in telemetry.uavs.values() if radio.serving is not None]
    sinr = min((radio.sinr_db if radio.serving is not None else -1e9 for radio in telemetry.uavs.values()), default=1e9)
    return {
        "service": max(violation_probabilities(telemetry.state, telemetry.offered_mbps).values()),
        "battery": _between(min(telemetry.log.charges.values(), default=1.0), 0.5, 0.1),
        "separation": _between(nearest, 50.0, 10.0),
        "fence": float(any(telemetry.geofence.objections(place) for place in places.values())),
        "edge": _between(telemetry.edge.servers[telemetry.edge.service_host].load, 0.6, 0.98),
        "load": _between(max(loads, default=0.0), 0.6, 1.0),
        "link": _between(sinr, 6.0, -6.0),
        "incidents": float(bool(telemetry.log.incidents)),
    }


def _between(value: float, none: float, full: float) -> float:
    """0 at `none`, 1 at `full`, linear in between."""
    return (value - none) / (full - none)
