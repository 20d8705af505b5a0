"""The network state in one line, as tools put it into their summaries."""

from __future__ import annotations

from policies.gym.network_state import NetworkState


def state_summary(state: NetworkState) -> str:
    """Slice, latency and jitter in ms, loss in %, throughput in Mbit/s and edge load in %."""
    return (
        f"{state.slice.value}: {state.latency_ms:.0f} ms, jitter {state.jitter_ms:.1f} ms, loss {state.loss:.2%},"
        f" {state.throughput_mbps:.2f} Mbit/s, edge load {state.edge_load:.0%}"
    )
