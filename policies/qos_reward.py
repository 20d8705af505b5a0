"""The reward of an orchestration: seed 000, equation (2).

1. With required delay `del`, throughput `thr` and `BER`, and delivered ones (hat), where the requirement is satisfied:
   R = 1 - w1+ (thr^ - thr) - w2+ (del - del^) - w3+ (BER - BER^): all differences are >= 0, what nobody asked for is waste.
2. Otherwise: R = -1 + w1- sig(1/|thr^ - thr|) + w2- sig(1/|del - del^|) + w3- sig(1/|BER - BER^|): nearer is better.
3. The paper leaves the units of the differences open. Here each is a share in [-1, 1], 0 on the bound and positive on the
   satisfied side: throughput and delay relative to the larger of the two, (a - b) / max(a, b); BER in decades, over the six from
   1e-6 to 1. Half of the delivered throughput unused, half of the delay budget unused and three decades of BER to spare all count
   0.5. A BER below 1e-6 counts as 1e-6: a link simulation of some million bits cannot tell it from zero.
4. sig(1/0) is 1, the limit: a quantity on its bound is as near as can be. sig(1/|x|) lies in [sig(1), 1] = [0.731, 1].
5. Hence a satisfied requirement earns at least 1 - (w1+ + w2+ + w3+), a violated one at most -1 + (w1- + w2- + w3-): satisfying
   always beats violating where the six weights add up to less than 2 (`RewardWeights.separates`), and not always above. The
   default weights add up to 1.8: a satisfied requirement earns [0.1, 1], a violated one [-0.342, -0.1], so the sign tells.
6. An orchestration that cannot be evaluated (refused, not readable) delivers nothing that could be near: its reward is
   `BASE_VIOLATED`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from policies.qos import Qos, QosRequirement
from policies.word import Word

BASE_SATISFIED = 1.0
BASE_VIOLATED = -1.0
BER_FLOOR = 1e-6

Shares = NDArray[np.float64]


class RewardWeights(Word):
    """The six weights of equation (2), each >= 0: `waste_*` are w1+, w2+, w3+, `near_*` are w1-, w2-, w3-."""

    waste_throughput: float = Field(default=0.3, ge=0.0)
    waste_delay: float = Field(default=0.3, ge=0.0)
    waste_ber: float = Field(default=0.3, ge=0.0)
    near_throughput: float = Field(default=0.3, ge=0.0)
    near_delay: float = Field(default=0.3, ge=0.0)
    near_ber: float = Field(default=0.3, ge=0.0)

    @property
    def waste(self) -> tuple[float, float, float]:
        """Weights w1+ (throughput), w2+ (delay), w3+ (BER)."""
        return (self.waste_throughput, self.waste_delay, self.waste_ber)

    @property
    def near(self) -> tuple[float, float, float]:
        """Weights w1- (throughput), w2- (delay), w3- (BER)."""
        return (self.near_throughput, self.near_delay, self.near_ber)

    @property
    def separates(self) -> bool:
        """Whether every satisfying orchestration earns more than every violating one."""
        return sum(self.waste) + sum(self.near) < BASE_SATISFIED - BASE_VIOLATED


DEFAULT_WEIGHTS = RewardWeights()


def qos_reward(required: QosRequirement, delivered: Qos, weights: RewardWeights = DEFAULT_WEIGHTS) -> float:
    """Return equation (2) for one evaluation."""
    return float(reward_batch(required, delivered.delay_ms, delivered.throughput_mbps, delivered.ber, weights))


def reward_batch(
    required: QosRequirement,
    delay_ms: ArrayLike,
    throughput_mbps: ArrayLike,
    ber: ArrayLike,
    weights: RewardWeights = DEFAULT_WEIGHTS,
) -> Shares:
    """Return equation (2) for many evaluations of one requirement: float64 of the arrays' common shape.

    `delay_ms` >= 0 ms and `throughput_mbps` >= 0 Mbit/s may be infinite; `ber` in [0, 1]. Raises ValueError outside, and for NaN.
    """
    delay, throughput, errors = _checked(delay_ms, throughput_mbps, ber)
    shares = differences(required, delay, throughput, errors)
    wasted = sum(weight * share for weight, share in zip(weights.waste, shares, strict=True))
    near = sum(weight * proximity(share) for weight, share in zip(weights.near, shares, strict=True))
    kept = satisfied(required, delay, throughput, errors)
    return np.where(kept, BASE_SATISFIED - wasted, BASE_VIOLATED + near)


def satisfied(required: QosRequirement, delay_ms: Shares, throughput_mbps: Shares, ber: Shares) -> NDArray[np.bool_]:
    """Return where all three bounds are kept, as `QosRequirement.satisfied_by` says."""
    return np.asarray(
        (delay_ms <= required.max_delay_ms) & (throughput_mbps >= required.min_throughput_mbps) & (ber <= required.max_ber)
    )


def differences(
    required: QosRequirement, delay_ms: Shares, throughput_mbps: Shares, ber: Shares
) -> tuple[Shares, Shares, Shares]:
    """Return thr^ - thr, del - del^ and BER - BER^ as shares in [-1, 1], positive where the bound is kept with room to spare."""
    decades = np.log10(max(required.max_ber, BER_FLOOR)) - np.log10(np.maximum(ber, BER_FLOOR))
    return (
        _relative(throughput_mbps, np.float64(required.min_throughput_mbps)),
        _relative(np.float64(required.max_delay_ms), delay_ms),
        decades / -np.log10(BER_FLOOR),
    )


def proximity(share: Shares) -> Shares:
    """Return sig(1/|share|), 1 where the share is 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-1.0 / np.abs(share))))


def _relative(a: Shares | np.float64, b: Shares | np.float64) -> Shares:
    """Return (a - b) / max(a, b) of values >= 0: 0 where they are equal, the limits 1 and -1 where one is infinite."""
    smaller, larger = np.minimum(a, b), np.maximum(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(a == b, 1.0, smaller / larger)
    return np.asarray(np.sign(np.where(a == b, 0.0, a - b)) * (1.0 - ratio))


def _checked(delay_ms: ArrayLike, throughput_mbps: ArrayLike, ber: ArrayLike) -> tuple[Shares, Shares, Shares]:
    named = {"delay_ms": (delay_ms, np.inf), "throughput_mbps": (throughput_mbps, np.inf), "ber": (ber, 1.0)}
    arrays = []
    for name, (values, high) in named.items():
        array = np.asarray(values, dtype=np.float64)
        wrong = array[~((array >= 0.0) & (array <= high))]
        if wrong.size:
            raise ValueError(
                f"{name} has {wrong.size} values outside [0, {high:g}] (first {wrong[0]}): repair the evaluation that gave them"
            )
        arrays.append(array)
    return arrays[0], arrays[1], arrays[2]
