"""The Experiment Model's networks: inference of a probabilistic ensemble with numba (trained with torch in `training.gym`).

1. Each member maps a flow's features to means and log variances of four transformed targets; members differ in seed and bootstrap
   sample.
2. Targets: log(1 + latency without the host's delay), log(1 + jitter), square root of the loss, delivered share. The ensemble's
   distribution is the mixture of its members, approximated as normal in the transformed space.
3. `scale` calibrates the standard deviation of each target: 90 % intervals have 90 % coverage on seeds held out from training.
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
_MAX_LOG = 9.0  # upper bound of a transformed latency or jitter


class Weights(NamedTuple):
    """Parameters of M members: scaling of features and targets, `scale`, weights [M, in, out] and biases [M, out] of 3 layers."""

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
    """The prediction for k flows, [k, 4] in the order of `TARGETS`: `mean`, and 90 % intervals from `low` to `high`."""

    mean: Floats
    low: Floats
    high: Floats


def transformed(latency_ms: Floats, jitter_ms: Floats, loss: Floats, ratio: Floats, host_ms: Floats) -> Floats:
    """Return the transformed targets, [k, 4]."""
    network_ms = np.maximum(latency_ms - host_ms, 0.0)
    return np.stack([np.log1p(network_ms), np.log1p(jitter_ms), np.sqrt(loss), ratio], axis=1)


@compiled
def physical(values: Floats, host_ms: Floats) -> Floats:
    """Invert `transformed`: latency in ms, jitter in ms, loss and delivered share, clipped to their ranges, [k, 4]."""
    physical_values = np.empty(values.shape)
    for row in range(len(values)):
        latency, jitter, loss, ratio = values[row]
        physical_values[row, 0] = min(math.expm1(min(max(latency, 0.0), _MAX_LOG)) + host_ms[row], LATENCY_MS)
        physical_values[row, 1] = min(math.expm1(min(max(jitter, 0.0), _MAX_LOG)), JITTER_MS)
        physical_values[row, 2] = min(max(loss, 0.0), 1.0) ** 2
        physical_values[row, 3] = min(max(ratio, 0.0), 3.0)
    return physical_values


class Ensemble:
    """The ensemble, with its `Weights` in single precision, so that a layer fits into the L1 cache."""

    def __init__(self, arrays: Mapping[str, NDArray[np.floating[Any]]]) -> None:
        """Create the ensemble from arrays named like the fields of `Weights`."""
        self._weights = Weights(*(np.ascontiguousarray(arrays[name], dtype=np.float32) for name in Weights._fields))

    @staticmethod
    @lru_cache(maxsize=2)
    def load(path: Path = MODEL_PATH) -> Ensemble:
        """Load a model (cached); raises ArtefactError if the file does not match its record."""
        read_artefact(path)
        with np.load(path) as stored:
            return Ensemble({name: stored[name] for name in stored.files})

    def predict(self, features: Floats, host_ms: Floats, sends: NDArray[np.bool_], intervals: bool = True) -> Prediction:
        """Return the prediction for k flows with `features` [k, f] and host link delays `host_ms` [k].

        Flows that do not send (`sends` [k] false) get the values of an undelivered flow, as in the traces. Without `intervals`,
        `low` and `high` equal the mean.
        """
        return Prediction(*_predicted(features, host_ms, sends, self._weights, intervals))


@compiled
def _predicted(
    features: Floats, host_ms: Floats, sends: NDArray[np.bool_], weights: Weights, intervals: bool
) -> tuple[Floats, Floats, Floats]:
    """Return mean and interval bounds [k, 4]; without `intervals` all three are the mean."""
    rows = np.flatnonzero(sends)
    mean, deviation = _moments(features[rows], weights)
    predicted = _scatter(physical(mean, host_ms[rows]), rows, len(sends))
    if not intervals:
        return predicted, predicted, predicted
    half_width = Z90 * deviation * weights.scale
    low, high = physical(mean - half_width, host_ms[rows]), physical(mean + half_width, host_ms[rows])
    return predicted, _scatter(low, rows, len(sends)), _scatter(high, rows, len(sends))


@compiled
def _scatter(values: Floats, rows: Ints, count: int) -> Floats:
    """Return [count, 4] with `values` in `rows` and the values of an undelivered flow in all others."""
    scattered = np.empty((count, 4))
    for row in range(count):
        scattered[row, 0], scattered[row, 1], scattered[row, 2], scattered[row, 3] = LATENCY_MS, JITTER_MS, 0.0, 0.0
    for index in range(len(rows)):
        scattered[rows[index]] = values[index]
    return scattered


@compiled
def _moments(features: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the mixture of the members, in transformed units, [k, 4] each."""
    inputs = np.minimum(np.maximum((features - weights.feature_mean) / weights.feature_deviation, -8.0), 8.0)
    first, second, members = np.zeros((len(inputs), 4)), np.zeros((len(inputs), 4)), len(weights.weight_0)
    for member in range(members):
        hidden = _dense(inputs, weights.weight_0[member], weights.bias_0[member], True)
        hidden = _dense(hidden, weights.weight_1[member], weights.bias_1[member], True)
        outputs = _dense(hidden, weights.weight_2[member], weights.bias_2[member], False)
        for row in range(len(inputs)):
            for target in range(4):
                mean, variance = outputs[row, target], math.exp(min(max(outputs[row, 4 + target], -9.0), 4.0))
                first[row, target] += mean / members
                second[row, target] += (variance + mean**2) / members
    deviation = np.sqrt(np.maximum(second - first**2, 1e-8))
    return first * weights.target_deviation + weights.target_mean, deviation * weights.target_deviation


@compiled
def _dense(values: Floats, weight: Floats32, bias: Floats32, activated: bool) -> Floats:
    """Return the output of a dense layer, with SiLU if `activated`.

    Explicit loops, because for a dozen flows a NumPy call costs more than the computation. Four inputs per pass halve the memory
    traffic and keep the order of summation.
    """
    rows, inputs = values.shape
    outputs, whole = np.empty((rows, len(bias))), inputs - inputs % 4
    for row in range(rows):
        line = outputs[row]
        line[:] = bias
        for at in range(0, whole, 4):
            a, b, c, d = values[row, at], values[row, at + 1], values[row, at + 2], values[row, at + 3]
            for unit in range(len(line)):
                first = line[unit] + a * weight[at, unit] + b * weight[at + 1, unit]
                line[unit] = first + c * weight[at + 2, unit] + d * weight[at + 3, unit]
        for at in range(whole, inputs):
            for unit in range(len(line)):
                line[unit] += values[row, at] * weight[at, unit]
        if activated:
            for unit in range(len(line)):
                line[unit] /= 1.0 + math.exp(-line[unit])
    return outputs
