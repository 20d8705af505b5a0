"""An SLA between what stands and what a repair reaches: surely broken without it, surely kept after it, as the model sees it.

The Experiment Model says how sure it is: each state has a best and a worst corner of its 90 % intervals. A bound lies above the
worst that the repair may reach and below the best that may stand, with `MARGIN` to both. Where there is no room for one, there is
no task: its outcome would hang on the model's error.
"""

from __future__ import annotations

import random

from policies.gym.network_state import NetworkState, SlaSpec
from training.gym.task_making.corners import Corners

MARGIN = 1.1
_LOSS_MARGIN, _LOAD_GAP = 0.02, 0.25


def between(chance: random.Random, now: Corners, then: Corners) -> SlaSpec | None:
    """Return an SLA that `then` surely keeps and `now` surely breaks, on one or two dimensions; None where there is no room."""
    found: dict[str, float] = {}
    low, high = then.worst.latency_ms * MARGIN, now.best.latency_ms / MARGIN
    if low < high:
        found["max_latency_ms"] = _rounded(_drawn(chance, low, high), low, high)
    low, high = then.worst.loss + _LOSS_MARGIN, now.best.loss - _LOSS_MARGIN
    if low < high:
        found["max_loss"] = round(_drawn(chance, low, high), 2)
    low, high = now.best.throughput_mbps * MARGIN, then.worst.throughput_mbps / MARGIN
    if low < high:
        found["min_throughput_mbps"] = _rounded(_drawn(chance, low, high), low, high)
    if now.state.edge_load > then.state.edge_load + _LOAD_GAP:
        found["max_edge_load"] = round((now.state.edge_load + then.state.edge_load) / 2.0, 2)
    if not found:
        return None
    chosen = chance.sample(sorted(found), min(len(found), chance.choice((1, 2))))
    sla = SlaSpec(**{name: found[name] for name in chosen})
    return sla if sla.shortfalls(now.best) and not sla.shortfalls(then.worst) else None


def keeping(one: Corners) -> SlaSpec:
    """Return an SLA that a state keeps with room: for missions whose network is not the point."""
    worst: NetworkState = one.worst
    latency = max(worst.latency_ms * 1.3, worst.latency_ms + 30.0)
    return SlaSpec(max_latency_ms=float(f"{latency:.2g}"), max_loss=round(min(worst.loss + 0.08, 1.0), 2))


def _drawn(chance: random.Random, low: float, high: float) -> float:
    """A value in the middle third."""
    return low + (high - low) * chance.uniform(0.35, 0.65)


def _rounded(value: float, low: float, high: float) -> float:
    """With as few significant digits as stay between: operators ask for round numbers."""
    return next((short for digits in (1, 2, 3) if low <= (short := float(f"{value:.{digits}g}")) <= high), value)
