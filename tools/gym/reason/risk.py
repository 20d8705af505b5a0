"""`risk_assessment`: how much of a mission is at risk, from its telemetry alone, by factors that say from where to where.

Each factor runs from 0 to 1 between two values: service (the rule of `policies.gym.usual_sla`), battery (50 to 10 % of the least
charge), separation (50 to 10 m between the nearest UAVs), fence (kept or not), edge (60 to 98 % of the serving server's
capacity), load (60 to 100 % of the blocks of cells that serve UAVs), link (6 to -6 dB SINR), incidents (none or any).
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
    """The telemetry to judge."""

    telemetry: TelemetryState = Field(description="as read_telemetry answers it")


@tool(effect=Effect.REASON, raises=(ValueError,))
def risk_assessment(context: GymContext, request: RiskAssessment) -> Evidence[RiskScore]:
    """Score what is at risk in a telemetry, 0 to 1, and name the worst factor; its answer feeds select_recovery_strategy."""
    found = {name: round(min(max(factor, 0.0), 1.0), 3) for name, factor in _factors(request.telemetry).items()}
    worst = max(found, key=lambda name: found[name])
    value = RiskScore(score=found[worst], worst=worst, factors=found)
    said = ", ".join(f"{name} {factor:.2f}" for name, factor in found.items() if factor > 0.0) or "nothing is at risk"
    return answer(context, f"risk {value.score:.2f}, worst {worst}: {said}", value, kind="computation")


def _factors(seen: TelemetryState) -> dict[str, float]:
    places = seen.log.positions
    nearest = min((one.distance_m(other) for one, other in combinations(places.values(), 2)), default=1e9)
    served = [seen.prb_load.get(radio.serving, 0.0) for radio in seen.uavs.values() if radio.serving is not None]
    sinr = min((radio.sinr_db if radio.serving is not None else -1e9 for radio in seen.uavs.values()), default=1e9)
    return {
        "service": max(violation_probabilities(seen.state, seen.offered_mbps).values()),
        "battery": _between(min(seen.log.charges.values(), default=1.0), 0.5, 0.1),
        "separation": _between(nearest, 50.0, 10.0),
        "fence": float(any(seen.geofence.objections(place) for place in places.values())),
        "edge": _between(seen.edge.servers[seen.edge.service_host].load, 0.6, 0.98),
        "load": _between(max(served, default=0.0), 0.6, 1.0),
        "link": _between(sinr, 6.0, -6.0),
        "incidents": float(bool(seen.log.incidents)),
    }


def _between(value: float, none: float, full: float) -> float:
    """0 at `none`, 1 at `full`, straight between."""
    return (value - none) / (full - none)
