"""The environments' reward: success, failed calls, and shaping that leaves the best policy the best (Ng et al. 1999).

reward = success (1, at the end) - 0.02 for each call that failed + shaping · (γ Φ(s') - Φ(s))
with Φ(s) = -shortfall(s), and 0 after the end.
"""

from __future__ import annotations

from agents.baselines.slicing_features import margins
from policies.gym.network_state import NetworkState, SlaSpec

DISCOUNT = 0.99  # γ; shaping keeps the best policy only where the learner discounts by the same
SHAPING = 0.2


def shortfall(sla: SlaSpec | None, state: NetworkState) -> float:
    """How far `state` is from keeping `sla`, 0 (kept) to 1: mean over its bounds of the log ratio beyond, 1 at a factor of 8."""
    found = margins(sla, state) if sla is not None else {}
    return sum(max(margin, 0.0) for margin in found.values()) / len(found) if found else 0.0


def shaped(before: float, after: float) -> float:
    """γ Φ(s') - Φ(s) for the shortfalls before and after; after the end the shortfall counts as 0."""
    return before - DISCOUNT * after
