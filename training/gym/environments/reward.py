"""The environments' reward: success, failed calls, and potential-based shaping, which keeps the optimal policy (Ng et al. 1999).

reward = success (1, at the end) - 0.02 for each call that failed + shaping · (γ Φ(s') - Φ(s))
with Φ(s) = -shortfall(s), and 0 after the end.
"""

from __future__ import annotations

from agents.baselines.slicing_features import margins
from policies.gym.network_state import NetworkState, SlaSpec

DISCOUNT = 0.99  # γ; shaping keeps the optimal policy only if the learner uses the same discount
SHAPING = 0.2


def shortfall(sla: SlaSpec | None, state: NetworkState) -> float:
    """Violation of `sla` by `state`, 0 (met) to 1: mean over its bounds of the log ratio beyond the bound, 1 at a factor of 8."""
    by_bound = margins(sla, state) if sla is not None else {}
    return sum(max(margin, 0.0) for margin in by_bound.values()) / len(by_bound) if by_bound else 0.0


def shaping_term(before: float, after: float) -> float:
    """γ Φ(s') - Φ(s) from the shortfalls before and after a call; at the end of an episode `after` is 0."""
    return before - DISCOUNT * after
