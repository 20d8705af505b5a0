"""The SNR at which an error curve crosses a target rate: monotone interpolation, with a bootstrap interval over slots."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.receivers.bench.error_curves import Curves

TARGET_BLER = 0.1
_DRAWS = 400
_MIN_ERRORS = 0.5  # counted instead of zero, so that the logarithm stays finite

Floats = NDArray[np.float64]


class Gain(NamedTuple):
    """SNR in dB that a receiver saves against another one at 10 % BLER, with its 95 % interval.

    `bound` is "≥" if only the other receiver never reaches 10 % BLER, "≤" if only this one does not, "" if both do. The value is
    NaN if neither does.
    """

    value: float
    low: float
    high: float
    bound: str

    def describe(self) -> str:
        """Return the gain as text."""
        if np.isnan(self.value):
            return "unknown, as neither reaches 10 % BLER"
        return f"{self.bound} {self.value:.2f} dB ({self.low:.2f} to {self.high:.2f})".strip()


def crossing_db(levels_db: Floats, rates: Floats, blocks: int, target: float = TARGET_BLER) -> float:
    """Return the SNR in dB at which the falling curve `rates` float[L], over `blocks` each, reaches `target`; inf if it does not.

    The rates are made monotone (isotonic regression) and interpolated linearly in their logarithm; a curve that starts below the
    target crosses at its first level.
    """
    from scipy.optimize import isotonic_regression

    falling = isotonic_regression(rates, increasing=False).x
    below = np.flatnonzero(falling <= target)
    if not len(below):
        return float("inf")
    index = int(below[0])
    if index == 0:
        return float(levels_db[0])
    high, low = np.log(np.maximum(falling[index - 1 : index + 1], _MIN_ERRORS / blocks))
    return float(levels_db[index - 1] + (levels_db[index] - levels_db[index - 1]) * (high - np.log(target)) / (high - low))


def crossing_of(curves: Curves, receiver: int, sample: NDArray[np.int64] | None = None) -> float:
    """Return the SNR at 10 % BLER of `receiver`, over all slots or those in `sample`; inf if it does not reach it."""
    levels = curves.levels_simulated(receiver)
    failed = curves.failed[receiver, :levels] if sample is None else curves.failed[receiver, :levels, sample].T
    return crossing_db(curves.levels_db[:levels], failed.mean(axis=1), failed.shape[1])


def gain_of(curves: Curves, receiver: int, against: int, seed: int = 1) -> Gain:
    """Return the gain of `receiver` over `against`, positive is better. The bootstrap draws the same slots for both."""
    value, bound = _saving(curves, receiver, against, None)
    generator, slots = np.random.default_rng(seed), curves.failed.shape[2]
    samples: NDArray[np.int64] = generator.integers(0, slots, (_DRAWS, slots))
    savings = [_saving(curves, receiver, against, np.asarray(sample))[0] for sample in samples]
    finite = [saving for saving in savings if np.isfinite(saving)] or [value]
    low, high = np.quantile(finite, (0.025, 0.975))
    return Gain(value, float(low), float(high), bound)


def _saving(curves: Curves, receiver: int, against: int, sample: NDArray[np.int64] | None) -> tuple[float, str]:
    ours, theirs = (crossing_of(curves, index, sample) for index in (receiver, against))
    last = float(curves.levels_db[-1])
    if np.isinf(ours) and np.isinf(theirs):
        return float("nan"), ""
    if np.isinf(theirs):
        return last - ours, "≥"
    return (theirs - last, "≤") if np.isinf(ours) else (theirs - ours, "")


def worse_points(curves: Curves, receiver: int, against: int, sigmas: float = 3.0) -> tuple[int, int]:
    """Return the number of SNRs at which `receiver` has significantly more errors than `against`, and the number compared.

    Errors are uncoded bit errors or failed blocks; significant means that the mean difference over the common slots exceeds
    `sigmas` standard errors.
    """
    common = min(curves.levels_simulated(receiver), curves.levels_simulated(against))
    worse = np.zeros(common, bool)
    for errors in (curves.uncoded, curves.failed.astype(float)):
        difference = errors[receiver, :common] - errors[against, :common]
        standard_error = difference.std(axis=1, ddof=1) / np.sqrt(difference.shape[1])
        worse |= difference.mean(axis=1) > np.maximum(sigmas * standard_error, 1e-12)
    return int(worse.sum()), common
