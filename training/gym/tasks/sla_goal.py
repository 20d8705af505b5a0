"""An SLA between what stands and what a repair reaches: kept after the repair, broken without it, with margins on both sides."""

from __future__ import annotations

import math
import random

from policies.gym.network_state import NetworkState, SlaSpec

MARGIN = 1.3  # factor between the bound and either side: more than the Experiment Model's usual error
_LEAST_LOSS, _LOSS_GAP = 0.03, 0.12


def between(chance: random.Random, now: NetworkState, then: NetworkState) -> SlaSpec | None:
    """Return an SLA that `then` keeps and `now` breaks, on one or two dimensions; None where they are too much alike."""
    found: dict[str, float] = {}
    if now.latency_ms > then.latency_ms * MARGIN**2:
        found["max_latency_ms"] = _rounded(_toward(chance, then.latency_ms, now.latency_ms))
    if now.loss > max(then.loss * 2.0, _LEAST_LOSS) + _LOSS_GAP:
        found["max_loss"] = round(max(then.loss * 1.5 + 0.02, 0.4 * now.loss), 2)
    if then.throughput_mbps > now.throughput_mbps * MARGIN**1.5:
        found["min_throughput_mbps"] = round(math.sqrt(now.throughput_mbps * then.throughput_mbps), 1) or 0.1
    if now.edge_load > then.edge_load + 0.25:
        found["max_edge_load"] = round((now.edge_load + then.edge_load) / 2.0, 2)
    if not found:
        return None
    chosen = chance.sample(sorted(found), min(len(found), chance.choice((1, 2))))
    return SlaSpec(**{name: found[name] for name in chosen})


def keeping(state: NetworkState) -> SlaSpec:
    """Return an SLA that a good state keeps with room: for missions whose network is not the point."""
    return SlaSpec(
        max_latency_ms=_rounded(max(state.latency_ms * 1.8, state.latency_ms + 40.0)), max_loss=round(state.loss + 0.12, 2)
    )


def _toward(chance: random.Random, low: float, high: float) -> float:
    """A bound between, geometrically, at least `MARGIN` off both ends."""
    share = chance.uniform(0.35, 0.65)
    value = math.exp((1.0 - share) * math.log(low) + share * math.log(high))
    return min(max(value, low * MARGIN), high / MARGIN)


def _rounded(value: float) -> float:
    """Two significant digits: operators ask for round numbers."""
    return float(f"{value:.2g}")
