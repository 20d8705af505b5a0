"""Default SLA bounds of each slice, and a rule of thumb (not a fitted model) for the probability of violating them.

Latency and loss are packet delay budget and packet error rate of TS 23.501 table 5.7.4-1: 5QI 2 (live video) for eMBB, 5QI 3
(process monitoring, V2X) for URLLC, 5QI 9 for mMTC. The error rate of 5QI 9, 1e-6, cannot be measured in a window and is replaced
by 1e-2. Jitter is 50 ms of ITU-T Y.1541 (classes 0 and 1), for URLLC a fifth of the delay budget; the edge load bound of 0.8 is
TwinPilot's own.
"""

from __future__ import annotations

from policies.gym.network_state import NetworkState, SlaSpec
from policies.slices import Slice

USUAL_SLA: dict[Slice, SlaSpec] = {
    Slice.EMBB: SlaSpec(max_latency_ms=150.0, max_jitter_ms=50.0, max_loss=1e-3, max_edge_load=0.8),
    Slice.URLLC: SlaSpec(max_latency_ms=50.0, max_jitter_ms=10.0, max_loss=1e-3, max_edge_load=0.8),
    Slice.MMTC: SlaSpec(max_latency_ms=300.0, max_jitter_ms=50.0, max_loss=1e-2, max_edge_load=0.8),
}
DELIVERED = 0.9  # required share of the offered traffic
STEEPNESS = 4


def usual_sla(slice_: Slice, offered_mbps: float) -> SlaSpec:
    """Return the default SLA of `slice_` for a service that sends `offered_mbps`, of which 90 % must be delivered."""
    return USUAL_SLA[slice_].model_copy(update={"min_throughput_mbps": DELIVERED * offered_mbps})


def violation_probability(value: float, bound: float) -> float:
    """Return r⁴ / (1 + r⁴) with r = value / bound, bound > 0: 0.06 at half of an upper bound, 0.5 on it, 0.94 at twice it."""
    ratio = min((value / bound) ** STEEPNESS, 1e9)
    return ratio / (1.0 + ratio)


def violation_probabilities(state: NetworkState, offered_mbps: float) -> dict[str, float]:
    """Return by dimension the probability that `state` of a service sending `offered_mbps` soon violates its slice's default SLA.

    Throughput is judged by its missing share: with everything delivered the probability is 0.
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
