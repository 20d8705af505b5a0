"""Threshold-Rule (seed 001, section IV-B): latency above the SLA's bound, switch to URLLC; throughput below, offload to the edge.

The paper's throughput threshold is 10 Mbit/s; here it is the SLA's own bound, because missions of this gym send 1 to 5 Mbit/s.
"""

from __future__ import annotations

from agents.baselines.mission_brief import mission_of
from agents.baselines.notes import answers, call, call_count, newest_state, verification
from agents.planner import Decision, Finish, View
from policies.gym.network_state import NetworkState, SlaSpec

EDGE = "edge-1"


class ThresholdRule:
    """Reads telemetry once, applies each of its two rules at most once, verifies and ends."""

    name = "threshold-rule"

    def decide(self, view: View) -> Decision:
        """Return the next decision."""
        mission = mission_of(view.text)
        if mission is None:
            return Finish(summary="there is no mission in what the operator wrote")
        if not view.observations:
            return call("read_telemetry", "look")
        state = newest_state(view)
        if state is None:
            return Finish(summary="the network state is not known")
        return self._remedy(view, state, mission.sla or SlaSpec()) or verification(view, mission, state)

    def _remedy(self, view: View, state: NetworkState, sla: SlaSpec) -> Decision | None:
        late = sla.max_latency_ms is not None and state.latency_ms > sla.max_latency_ms
        if late and state.slice != "URLLC" and not call_count(view, "switch_network_slice"):
            return call("switch_network_slice", "latency above its bound", current=state.slice.value, target="URLLC")
        slow = sla.min_throughput_mbps is not None and state.throughput_mbps < sla.min_throughput_mbps
        if slow and not call_count(view, "edge_offload"):
            service = answers(view, "read_telemetry")[0]["service"]
            return call("edge_offload", "throughput below its bound", task=service, target={"server": EDGE})
        return None


def threshold_rule() -> ThresholdRule:
    """Return the baseline."""
    return ThresholdRule()
