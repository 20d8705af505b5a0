"""The Experiment Model's networks: a probabilistic ensemble, compiled here (trained with torch in `training.gym`).

1. Each member maps a flow's features to means and log variances of four transformed targets; members differ by seed and sample.
2. Targets: log(1 + latency without the host's delay), log(1 + jitter), square root of the loss, delivered share. The ensemble's
   distribution is the mixture of its members, taken as normal in the transformed space.
3. `scale` widens the standard deviations of each target so that 90 % intervals hold 90 % on seeds that no member saw.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.artefact import read_artefact
from twins.compiled import compiled
from twins.learned.arrays import Floats, Ints
from twins.learned.features import JITTER_MS, LATENCY_MS

Floats32 = NDArray[np.float32]
MODEL_PATH = Path(__file__).parent / "data" / "experiment_model.npz"
TARGETS = ("latency_ms", "jitter_ms", "loss", "ratio")
Z90 = 1.6448536
_MOST_LOG = 9.0  # of a transformed latency or jitter


class Weights(NamedTuple):
    """Of M members: scaling of features and targets, `scale`, then weights [M, in, out] and biases [M, out] of three layers."""

    feature_mean: Floats32
    feature_deviation: Floats32
    target_mean: Floats32
    target_deviation: Floats32
    scale: Floats32
    weight_0: Floats32
    bias_0: Floats32
    weight_1: Floats32
    bias_1: Floats32
    weight_2: Floats32
    bias_2: Floats32


@dataclass(frozen=True)
class Prediction:
    """Of k flows, [k, 4] in the order of `TARGETS`: `mean`, and the interval `low` to `high` that holds 90 %."""

    mean: Floats
    low: Floats
    high: Floats


def transformed(latency_ms: Floats, jitter_ms: Floats, loss: Floats, ratio: Floats, host_ms: Floats) -> Floats:
    """Return the targets as the networks learn them, [k, 4]."""
    beyond = np.maximum(latency_ms - host_ms, 0.0)
    return np.stack([np.log1p(beyond), np.log1p(jitter_ms), np.sqrt(loss), ratio], axis=1)


@compiled
def physical(values: Floats, host_ms: Floats) -> Floats:
    """Return transformed values as latency in ms, jitter in ms, loss and delivered share, within their ranges, [k, 4]."""
    found = np.empty(values.shape)
    for row in range(len(values)):
        latency, jitter, loss, ratio = values[row]
        found[row, 0] = min(math.expm1(min(max(latency, 0.0), _MOST_LOG)) + host_ms[row], LATENCY_MS)
        found[row, 1] = min(math.expm1(min(max(jitter, 0.0), _MOST_LOG)), JITTER_MS)
        found[row, 2] = min(max(loss, 0.0), 1.0) ** 2
        found[row, 3] = min(max(ratio, 0.0), 3.0)
    return found


class Ensemble:
    """The members' `Weights`, in single precision as they are stored: so a layer fits into a core's first cache."""

    def __init__(self, arrays: Mapping[str, NDArray[np.floating[Any]]]) -> None:
        """Take the arrays that are named as the fields of `Weights`."""
        self._weights = Weights(*(np.ascontiguousarray(arrays[name], dtype=np.float32) for name in Weights._fields))

    @staticmethod
    @lru_cache(maxsize=2)
    def load(path: Path = MODEL_PATH) -> Ensemble:
        """Load a model once; raises ArtefactError where the file is not the one of its record."""
        read_artefact(path)
        with np.load(path) as stored:
            return Ensemble({name: stored[name] for name in stored.files})

    def predict(self, features: Floats, host_ms: Floats, sends: NDArray[np.bool_], intervals: bool = True) -> Prediction:
        """Return the prediction for k flows with `features` [k, f] from hosts `host_ms` [k] away; `intervals` on demand.

        Flows that do not `send` [k] are told as traces tell them: nothing came.
        """
        return Prediction(*_predicted(features, host_ms, sends, self._weights, intervals))


@compiled
def _predicted(
    features: Floats, host_ms: Floats, sends: NDArray[np.bool_], weights: Weights, intervals: bool
) -> tuple[Floats, Floats, Floats]:
    """Mean, and the ends of the interval; where none is wanted all three are the mean."""
    places = np.flatnonzero(sends)
    mean, deviation = _moments(features[places], weights)
    told = _spread(physical(mean, host_ms[places]), places, len(sends))
    if not intervals:
        return told, told, told
    reach = Z90 * deviation * weights.scale
    low, high = physical(mean - reach, host_ms[places]), physical(mean + reach, host_ms[places])
    return told, _spread(low, places, len(sends)), _spread(high, places, len(sends))


@compiled
def _spread(values: Floats, places: Ints, count: int) -> Floats:
    """The rows of flows that send among those of all `count`."""
    found = np.empty((count, 4))
    for row in range(count):
        found[row, 0], found[row, 1], found[row, 2], found[row, 3] = LATENCY_MS, JITTER_MS, 0.0, 0.0
    for row in range(len(places)):
        found[places[row]] = values[row]
    return found


@compiled
def _moments(features: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the mixture of the members, in transformed units, [k, 4] each."""
    seen = np.minimum(np.maximum((features - weights.feature_mean) / weights.feature_deviation, -8.0), 8.0)
    first, second, members = np.zeros((len(seen), 4)), np.zeros((len(seen), 4)), len(weights.weight_0)
    for one in range(members):
        hidden = _dense(seen, weights.weight_0[one], weights.bias_0[one], True)
        hidden = _dense(hidden, weights.weight_1[one], weights.bias_1[one], True)
        told = _dense(hidden, weights.weight_2[one], weights.bias_2[one], False)
        for row in range(len(seen)):
            for target in range(4):
                mean, variance = told[row, target], math.exp(min(max(told[row, 4 + target], -9.0), 4.0))
                first[row, target] += mean / members
                second[row, target] += (variance + mean**2) / members
    deviation = np.sqrt(np.maximum(second - first**2, 1e-8))
    return first * weights.target_deviation + weights.target_mean, deviation * weights.target_deviation


@compiled
def _dense(values: Floats, weight: Floats32, bias: Floats32, bent: bool) -> Floats:
    """One layer, with SiLU where `bent`.

    Loops, for at a dozen flows a call of NumPy takes longer than what it computes; four inputs at a time, which halves what
    goes to and from memory and adds up in the same order.
    """
    rows, inputs = values.shape
    found, whole = np.empty((rows, len(bias))), inputs - inputs % 4
    for row in range(rows):
        line = found[row]
        line[:] = bias
        for at in range(0, whole, 4):
            a, b, c, d = values[row, at], values[row, at + 1], values[row, at + 2], values[row, at + 3]
            for unit in range(len(line)):
                first = line[unit] + a * weight[at, unit] + b * weight[at + 1, unit]
                line[unit] = first + c * weight[at + 2, unit] + d * weight[at + 3, unit]
        for at in range(whole, inputs):
            for unit in range(len(line)):
                line[unit] += values[row, at] * weight[at, unit]
        if bent:
            for unit in range(len(line)):
                line[unit] /= 1.0 + math.exp(-line[unit])
    return found
