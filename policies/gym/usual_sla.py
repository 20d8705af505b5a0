"""What a slice's services usually ask for, and how likely a bound is to break soon: a rule, not a model that was fitted.

Latency and loss are packet delay budget and packet error rate of TS 23.501 table 5.7.4-1: 5QI 2 (live video) for eMBB, 5QI 3
(process monitoring, V2X) for URLLC, 5QI 9 for mMTC. The error rate of 5QI 9, 1e-6, cannot be counted in a window: 1e-2 stands for
it. Jitter is ITU-T Y.1541's 50 ms (classes 0 and 1), for URLLC a fifth of the delay budget; an edge load of 0.8 is TwinPilot's.
"""

from __future__ import annotations

from policies.gym.network_state import NetworkState, SlaSpec
from policies.slices import Slice

USUAL_SLA: dict[Slice, SlaSpec] = {
    Slice.EMBB: SlaSpec(max_latency_ms=150.0, max_jitter_ms=50.0, max_loss=1e-3, max_edge_load=0.8),
    Slice.URLLC: SlaSpec(max_latency_ms=50.0, max_jitter_ms=10.0, max_loss=1e-3, max_edge_load=0.8),
    Slice.MMTC: SlaSpec(max_latency_ms=300.0, max_jitter_ms=50.0, max_loss=1e-2, max_edge_load=0.8),
}
DELIVERED = 0.9  # share of what a service sends that it shall get
STEEPNESS = 4


def usual_sla(one: Slice, offered_mbps: float) -> SlaSpec:
    """The usual requirements of `one` for a service that sends `offered_mbps`: 90 % of it shall arrive."""
    return USUAL_SLA[one].model_copy(update={"min_throughput_mbps": DELIVERED * offered_mbps})


def violation_probability(value: float, bound: float) -> float:
    """r⁴ / (1 + r⁴) with r = value / bound, bound > 0: 0.06 at half of an upper bound, 0.5 on it, 0.94 at twice of it."""
    ratio = min((value / bound) ** STEEPNESS, 1e9)
    return ratio / (1.0 + ratio)


def violation_probabilities(state: NetworkState, offered_mbps: float) -> dict[str, float]:
    """Probability by dimension that `state`, of a service that sends `offered_mbps`, breaks soon what is usual for its slice.

    Throughput counts by the share that is missing: all of it arriving is 0, not near the bound.
    """
    usual = USUAL_SLA[state.slice]
    missing = max(1.0 - state.throughput_mbps / offered_mbps, 0.0) if offered_mbps > 0.0 else 0.0
    pairs = {
        "latency": (state.latency_ms, usual.max_latency_ms),
        "jitter": (state.jitter_ms, usual.max_jitter_ms),
        "loss": (state.loss, usual.max_loss),
        "edge load": (state.edge_load, usual.max_edge_load),
        "throughput": (missing, 1.0 - DELIVERED),
    }
    return {name: round(violation_probability(value, bound), 4) for name, (value, bound) in pairs.items() if bound is not None}
