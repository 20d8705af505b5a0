"""95 % confidence intervals of simulated rates. The sampling unit is the transport block, whose bits fail together.

1. Block error rates: Wilson's score interval (`policies.statistics.proportion`).
2. Bit error rates: the bits of a block are correlated, so the sample is the blocks' error ratios: mean and Student's t.
3. Throughput: a ratio of means over blocks (delivered bits to slots used), by the delta method (Cochran 1977, section 6.3).
4. If the sample does not vary (no block failed, or all did), 2 and 3 are derived from the interval of the block error rate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from policies.evidence import Interval
from policies.statistics.proportion import CONFIDENCE, proportion
from twins.link.result import Estimate

RANDOM_BIT_ERROR_RATE = 0.5  # bit error rate of a lost block, at worst

Counts = NDArray[np.float64]


def block_error_rate(failed: int, blocks: int) -> Estimate:
    """Estimate a rate from `failed` of `blocks` (at least 1) independent blocks."""
    rate = proportion(failed, blocks, CONFIDENCE)
    return Estimate(value=rate.value, interval=rate.interval)


def bit_error_rate(errors: Counts, bits: int) -> Estimate:
    """Estimate a bit error rate from the `errors` float[n] in each of n blocks of `bits`."""
    ratios = errors / bits
    value = float(ratios.mean())
    spread = _half_width(ratios)
    if spread > 0.0:
        return _estimate(value, max(value - spread, 0.0), min(value + spread, 1.0))
    failed = block_error_rate(int(np.count_nonzero(errors)), len(errors)).interval
    return _estimate(value, value * failed.low, max(value, RANDOM_BIT_ERROR_RATE * failed.high))


def throughput(delivered: NDArray[np.bool_], transmissions: Counts, bits: int, slot_seconds: float) -> Estimate:
    """Estimate Mbit/s delivered per air time by n blocks of `bits`: `delivered` bool[n], `transmissions` float[n] in slots."""
    scale = bits / slot_seconds / 1e6
    used = float(transmissions.mean())
    ratio = float(delivered.mean()) / used
    spread = _half_width((delivered - ratio * transmissions) / used)
    if spread > 0.0 and transmissions.max() > 1.0:
        return _estimate(ratio * scale, max(ratio - spread, 0.0) * scale, min(ratio + spread, 1.0) * scale)
    success = block_error_rate(int(delivered.sum()), len(delivered)).interval
    return _estimate(ratio * scale, success.low / used * scale, success.high / used * scale)


def half_width(estimate: Estimate) -> float:
    """Return half the width of the estimate's interval."""
    return 0.5 * (estimate.interval.high - estimate.interval.low)


def _half_width(sample: Counts) -> float:
    """Student's t half-width of the mean of `sample` float[n]; 0 for one value."""
    from scipy.stats import t

    if len(sample) < 2:
        return 0.0
    return float(t.ppf(0.5 + 0.5 * CONFIDENCE, len(sample) - 1) * sample.std(ddof=1) / np.sqrt(len(sample)))


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, interval=Interval(low=min(low, value), high=max(high, value), confidence=CONFIDENCE))
