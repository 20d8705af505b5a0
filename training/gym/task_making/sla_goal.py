"""An SLA between the current state and the one that a repair reaches: surely violated before the repair, surely met after it.

"Surely" is by the Experiment Model's 90 % intervals, from which each state has a best and a worst corner. A bound lies above the
worst corner after the repair and below the best corner before it, with `MARGIN` to both. If there is no room for a bound, the
draw makes no task, because its outcome would depend on the model's error.
"""

from __future__ import annotations

import random

from policies.gym.network_state import NetworkState, SlaSpec
from training.gym.task_making.corners import Corners

MARGIN = 1.1
_LOSS_MARGIN, _LOAD_GAP = 0.02, 0.25


def between(rng: random.Random, now: Corners, then: Corners) -> SlaSpec | None:
    """Return an SLA on one or two dimensions that `then` surely meets and `now` surely violates; None if there is none."""
    bounds: dict[str, float] = {}
    low, high = then.worst.latency_ms * MARGIN, now.best.latency_ms / MARGIN
    if low < high:
        bounds["max_latency_ms"] = _rounded(_drawn(rng, low, high), low, high)
    low, high = then.worst.loss + _LOSS_MARGIN, now.best.loss - _LOSS_MARGIN
    if low < high:
        bounds["max_loss"] = round(_drawn(rng, low, high), 2)
    low, high = now.best.throughput_mbps * MARGIN, then.worst.throughput_mbps / MARGIN
    if low < high:
        bounds["min_throughput_mbps"] = _rounded(_drawn(rng, low, high), low, high)
    if now.state.edge_load > then.state.edge_load + _LOAD_GAP:
        bounds["max_edge_load"] = round((now.state.edge_load + then.state.edge_load) / 2.0, 2)
    if not bounds:
        return None
    chosen = rng.sample(sorted(bounds), min(len(bounds), rng.choice((1, 2))))
    sla = SlaSpec(**{name: bounds[name] for name in chosen})
    return sla if sla.shortfalls(now.best) and not sla.shortfalls(then.worst) else None


def keeping(current: Corners) -> SlaSpec:
    """Return an SLA that the current state meets with slack, for missions that are not about the network."""
    worst: NetworkState = current.worst
    latency = max(worst.latency_ms * 1.3, worst.latency_ms + 30.0)
    return SlaSpec(max_latency_ms=float(f"{latency:.2g}"), max_loss=round(min(worst.loss + 0.08, 1.0), 2))


def _drawn(rng: random.Random, low: float, high: float) -> float:
    """A random value in about the middle third of the range."""
    return low + (high - low) * rng.uniform(0.35, 0.65)


def _rounded(value: float, low: float, high: float) -> float:
    """`value` with as few significant digits as keep it in the range: operators use round numbers."""
    return next((short for digits in (1, 2, 3) if low <= (short := float(f"{value:.{digits}g}")) <= high), value)
