"""The network state s of seed 001, equation (2): QoS of the mission's service and load of its edge server."""

from __future__ import annotations

from pydantic import Field

from policies.slices import Slice
from policies.word import Word


class NetworkState(Word):
    """s = (slice, latency, jitter, loss, throughput, edge load), measured over one window."""

    slice: Slice = Field(description="slice that carries the mission's service")
    latency_ms: float = Field(ge=0.0, description="mean delay of delivered packets and of processing at the server, ms")
    jitter_ms: float = Field(ge=0.0, description="mean delay variation between consecutive packets, ms (RFC 3393)")
    loss: float = Field(ge=0.0, le=1.0, description="share of packets sent that were lost")
    throughput_mbps: float = Field(ge=0.0, description="delivered throughput, Mbit/s")
    edge_load: float = Field(ge=0.0, le=1.0, description="share of the serving edge server's capacity in use")


class SlaSpec(Word):
    """Inclusive bounds on the network state; None means no bound."""

    max_latency_ms: float | None = Field(default=None, gt=0.0)
    max_jitter_ms: float | None = Field(default=None, gt=0.0)
    max_loss: float | None = Field(default=None, ge=0.0, le=1.0)
    min_throughput_mbps: float | None = Field(default=None, ge=0.0)
    max_edge_load: float | None = Field(default=None, gt=0.0, le=1.0)

    def shortfalls(self, state: NetworkState) -> tuple[str, ...]:
        """Return one sentence for each bound that `state` violates."""
        above = (
            ("latency", state.latency_ms, self.max_latency_ms, "ms"),
            ("jitter", state.jitter_ms, self.max_jitter_ms, "ms"),
            ("loss", state.loss, self.max_loss, ""),
            ("edge load", state.edge_load, self.max_edge_load, ""),
        )
        shortfalls = [
            f"{name} {value:.4g} {unit}".rstrip() + f" is above {bound:g}"
            for name, value, bound, unit in above
            if bound is not None and value > bound
        ]
        if self.min_throughput_mbps is not None and state.throughput_mbps < self.min_throughput_mbps:
            shortfalls.append(f"throughput {state.throughput_mbps:.4g} Mbit/s is below {self.min_throughput_mbps:g}")
        return tuple(shortfalls)
