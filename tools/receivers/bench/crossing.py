"""Where an error curve falls through a rate, and how surely: monotone interpolation and a bootstrap over slots."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.receivers.bench.error_curves import Curves

TARGET_BLER = 0.1
_DRAWS = 400
_LEAST_ERRORS = 0.5  # counted where none was seen, so that the logarithm stays finite

Floats = NDArray[np.float64]


class Gain(NamedTuple):
    """SNR in dB that one receiver saves against another at 10 % BLER, with its 95 % interval.

    `bound` says which way the value is only a bound: "≥" where only the other never reached the rate, "≤" where only the one did
    not, "" where both did; NaN where neither did.
    """

    value: float
    low: float
    high: float
    bound: str

    def told(self) -> str:
        """The gain in words."""
        if np.isnan(self.value):
            return "unknown, as neither reaches 10 % BLER"
        return f"{self.bound} {self.value:.2f} dB ({self.low:.2f} to {self.high:.2f})".strip()


def crossing_db(levels_db: Floats, rates: Floats, blocks: int, target: float = TARGET_BLER) -> float:
    """Return the SNR in dB at which the falling curve `rates` float[L], of `blocks` each, reaches `target`; inf where never.

    The rates are made monotone (isotonic regression) and interpolated linearly in their logarithm; a curve that begins below the
    target is taken to cross at its first level.
    """
    from scipy.optimize import isotonic_regression

    falling = isotonic_regression(rates, increasing=False).x
    below = np.flatnonzero(falling <= target)
    if not len(below):
        return float("inf")
    at = int(below[0])
    if at == 0:
        return float(levels_db[0])
    high, low = np.log(np.maximum(falling[at - 1 : at + 1], _LEAST_ERRORS / blocks))
    return float(levels_db[at - 1] + (levels_db[at] - levels_db[at - 1]) * (high - np.log(target)) / (high - low))


def crossing_of(curves: Curves, receiver: int, chosen: NDArray[np.int64] | None = None) -> float:
    """Return the SNR at 10 % BLER of `receiver`, over all slots or those `chosen`; inf where it never gets there."""
    seen = curves.seen(receiver)
    failed = curves.failed[receiver, :seen] if chosen is None else curves.failed[receiver, :seen, chosen].T
    return crossing_db(curves.levels_db[:seen], failed.mean(axis=1), failed.shape[1])


def gain_of(curves: Curves, receiver: int, against: int, seed: int = 1) -> Gain:
    """Return what `receiver` saves against `against`: positive is better. The bootstrap draws the same slots for both."""
    value, bound = _saved(curves, receiver, against, None)
    generator, slots = np.random.default_rng(seed), curves.failed.shape[2]
    chosen: NDArray[np.int64] = generator.integers(0, slots, (_DRAWS, slots))
    drawn = [_saved(curves, receiver, against, np.asarray(one))[0] for one in chosen]
    finite = [one for one in drawn if np.isfinite(one)] or [value]
    low, high = np.quantile(finite, (0.025, 0.975))
    return Gain(value, float(low), float(high), bound)


def _saved(curves: Curves, receiver: int, against: int, chosen: NDArray[np.int64] | None) -> tuple[float, str]:
    ours, theirs = (crossing_of(curves, index, chosen) for index in (receiver, against))
    last = float(curves.levels_db[-1])
    if np.isinf(ours) and np.isinf(theirs):
        return float("nan"), ""
    if np.isinf(theirs):
        return last - ours, "≥"
    return (theirs - last, "≤") if np.isinf(ours) else (theirs - ours, "")


def worse_points(curves: Curves, receiver: int, against: int, sigmas: float = 3.0) -> tuple[int, int]:
    """Count the SNRs at which `receiver` has surely more uncoded bit errors or failed blocks than `against`, and all compared.

    Surely: the mean difference over the slots, which both received, exceeds `sigmas` of its standard errors.
    """
    both = min(curves.seen(receiver), curves.seen(against))
    worse = np.zeros(both, bool)
    for errors in (curves.uncoded, curves.failed.astype(float)):
        difference = errors[receiver, :both] - errors[against, :both]
        spread = difference.std(axis=1, ddof=1) / np.sqrt(difference.shape[1])
        worse |= difference.mean(axis=1) > np.maximum(sigmas * spread, 1e-12)
    return int(worse.sum()), both
