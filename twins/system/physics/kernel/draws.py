"""Counter-based random draws: each number is a hash of (seed, purpose, what, when).

No stream is consumed sequentially, so a draw never depends on the network's configuration: two candidates compared under the same
seed have common random numbers for arrivals, walks, fading and HARQ. The mixer is SplitMix64's finalizer (Steele, Lea, Flood,
OOPSLA 2014).
"""

from __future__ import annotations

import math

import numpy as np

from twins.compiled import compiled

ARRIVAL, SIZE, SWITCH, WALK, HARQ, MEASUREMENT, FADING, PLACE, TRAVEL = 1, 2, 3, 4, 5, 6, 7, 8, 9

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@compiled
def mix(value: np.uint64) -> np.uint64:
    """Return the 64-bit output of SplitMix64's finalizer."""
    z = np.uint64(value) + _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@compiled
def uniform(seed: int, purpose: int, what: int, when: int) -> float:
    """Return a uniform draw in [0, 1) for the given counters."""
    z = mix(mix(mix(np.uint64(seed) ^ (np.uint64(purpose) * _SECOND)) ^ np.uint64(what)) ^ np.uint64(when))
    return float(z >> _S11) * (1.0 / 9007199254740992.0)


@compiled
def exponential(seed: int, purpose: int, what: int, when: int) -> float:
    """Return an exponential draw with mean 1."""
    return -math.log(1.0 - uniform(seed, purpose, what, when))


@compiled
def gaussian(seed: int, purpose: int, what: int, when: int) -> float:
    """Return an approximately standard normal draw: four 16-bit uniforms of one hash, summed and scaled (range about ±3.46)."""
    z = mix(mix(mix(np.uint64(seed) ^ (np.uint64(purpose) * _SECOND)) ^ np.uint64(what)) ^ np.uint64(when))
    mask = np.uint64(0xFFFF)
    total = float(z & mask) + float((z >> np.uint64(16)) & mask)
    total += float((z >> np.uint64(32)) & mask) + float((z >> np.uint64(48)) & mask)
    return (total / 65536.0 - 2.0) * 1.7320508075688772
