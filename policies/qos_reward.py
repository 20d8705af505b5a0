"""The reward of an orchestration: seed 000, equation (2).

1. With required delay `del`, throughput `thr` and `BER`, and the delivered ones (hat), if the requirement is satisfied:
   R = 1 - w1+ (thr^ - thr) - w2+ (del - del^) - w3+ (BER - BER^). All differences are >= 0; over-provisioning counts as waste.
2. Otherwise: R = -1 + w1- sig(1/|thr^ - thr|) + w2- sig(1/|del - del^|) + w3- sig(1/|BER - BER^|): nearer is better.
3. The paper leaves the units of the differences open. Here each is a share in [-1, 1], 0 on the bound and positive on the
   satisfied side: throughput and delay relative to the larger of the two, (a - b) / max(a, b); BER in decades, over the six from
   1e-6 to 1. Half of the delivered throughput unused, half of the delay budget unused and a BER margin of three decades each
   count 0.5. A BER below 1e-6 counts as 1e-6: a link simulation of some million bits cannot distinguish it from zero.
4. sig(1/0) is 1, the limit for a quantity on its bound. sig(1/|x|) lies in [sig(1), 1] = [0.731, 1].
5. Hence the reward is at least 1 - (w1+ + w2+ + w3+) for a satisfied requirement and at most -1 + (w1- + w2- + w3-) for a
   violated one: satisfying always earns more than violating if the six weights sum to less than 2 (`RewardWeights.separates`).
   The default weights sum to 1.8: satisfied earns [0.1, 1], violated [-0.342, -0.1], so the sign tells them apart.
6. An orchestration that cannot be evaluated (refused, unreadable) earns `BASE_VIOLATED`, without a proximity bonus.
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
    """The six weights of equation (2), each >= 0: `waste_*` are w1+, w2+, w3+ and `near_*` are w1-, w2-, w3-."""

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
    """Return the reward of equation (2) for one evaluation."""
    return float(reward_batch(required, delivered.delay_ms, delivered.throughput_mbps, delivered.ber, weights))


def reward_batch(
    required: QosRequirement,
    delay_ms: ArrayLike,
    throughput_mbps: ArrayLike,
    ber: ArrayLike,
    weights: RewardWeights = DEFAULT_WEIGHTS,
) -> Shares:
    """Return the rewards of equation (2) for many evaluations of one requirement: float64 of the arrays' broadcast shape.

    `delay_ms` >= 0 ms and `throughput_mbps` >= 0 Mbit/s may be infinite; `ber` in [0, 1]. Raises ValueError for values outside
    these ranges and for NaN.
    """
    delay, throughput, errors = _checked(delay_ms, throughput_mbps, ber)
    shares = differences(required, delay, throughput, errors)
    waste = sum(weight * share for weight, share in zip(weights.waste, shares, strict=True))
    near = sum(weight * proximity(share) for weight, share in zip(weights.near, shares, strict=True))
    return np.where(satisfied(required, delay, throughput, errors), BASE_SATISFIED - waste, BASE_VIOLATED + near)


def satisfied(required: QosRequirement, delay_ms: Shares, throughput_mbps: Shares, ber: Shares) -> NDArray[np.bool_]:
    """Return where all three bounds are satisfied, elementwise; same definition as `QosRequirement.satisfied_by`."""
    return np.asarray(
        (delay_ms <= required.max_delay_ms) & (throughput_mbps >= required.min_throughput_mbps) & (ber <= required.max_ber)
    )


def differences(
    required: QosRequirement, delay_ms: Shares, throughput_mbps: Shares, ber: Shares
) -> tuple[Shares, Shares, Shares]:
    """Return thr^ - thr, del - del^ and BER - BER^ as shares in [-1, 1], positive where the bound is satisfied with a margin."""
    decades = np.log10(max(required.max_ber, BER_FLOOR)) - np.log10(np.maximum(ber, BER_FLOOR))
    return (
        _relative(throughput_mbps, np.float64(required.min_throughput_mbps)),
        _relative(np.float64(required.max_delay_ms), delay_ms),
        decades / -np.log10(BER_FLOOR),
    )


def proximity(share: Shares) -> Shares:
    """Return sig(1/|share|), which is 1 for a share of 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-1.0 / np.abs(share))))


def _relative(a: Shares | np.float64, b: Shares | np.float64) -> Shares:
    """Return (a - b) / max(a, b) of values >= 0: 0 if they are equal, the limits 1 and -1 if a or b is infinite."""
    smaller, larger = np.minimum(a, b), np.maximum(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(a == b, 1.0, smaller / larger)
    return np.asarray(np.sign(np.where(a == b, 0.0, a - b)) * (1.0 - ratio))


def _checked(delay_ms: ArrayLike, throughput_mbps: ArrayLike, ber: ArrayLike) -> tuple[Shares, Shares, Shares]:
    """Return the three as float64 arrays; raises ValueError for values outside their range and for NaN."""
    upper_bounds = {"delay_ms": (delay_ms, np.inf), "throughput_mbps": (throughput_mbps, np.inf), "ber": (ber, 1.0)}
    arrays = []
    for name, (values, high) in upper_bounds.items():
        array = np.asarray(values, dtype=np.float64)
        wrong = array[~((array >= 0.0) & (array <= high))]
        if wrong.size:
            raise ValueError(
                f"{name} has {wrong.size} values outside [0, {high:g}] (first {wrong[0]}): repair the evaluation that gave them"
            )
        arrays.append(array)
    return arrays[0], arrays[1], arrays[2]
