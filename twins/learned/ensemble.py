"""The Experiment Model's networks: a probabilistic ensemble, evaluated with NumPy (trained with torch in `training.gym`).

1. Each member maps a flow's features to means and log variances of four transformed targets; members differ by seed and sample.
2. Targets: log(1 + latency without the host's delay), log(1 + jitter), square root of the loss, delivered share. The ensemble's
   distribution is the mixture of its members, taken as normal in the transformed space.
3. `scale` widens the standard deviations of each target so that 90 % intervals hold 90 % on seeds that no member saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from policies.artefact import read_artefact
from twins.learned.arrays import Floats
from twins.learned.features import JITTER_MS, LATENCY_MS

MODEL_PATH = Path(__file__).parent / "data" / "experiment_model.npz"
TARGETS = ("latency_ms", "jitter_ms", "loss", "ratio")
Z90 = 1.6448536
_MOST = np.array([9.0, 9.0, 1.0, 3.0])  # of transformed targets


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


def physical(values: Floats, host_ms: Floats) -> Floats:
    """Return transformed values as latency in ms, jitter in ms, loss and delivered share, within their ranges, [k, 4]."""
    bounded = np.minimum(np.maximum(values, 0.0), _MOST)
    bounded[:, :2] = np.expm1(bounded[:, :2])
    bounded[:, 0] += host_ms
    bounded[:, 2] **= 2
    return np.asarray(np.minimum(bounded, (LATENCY_MS, JITTER_MS, 1.0, 3.0)))


class Ensemble:
    """The members' weights, stacked: `mean`, `deviation` of the features and of the targets, layers, and `scale`."""

    def __init__(self, arrays: dict[str, Floats]) -> None:
        self.arrays = arrays
        self._center, self._spread = arrays["feature_mean"], arrays["feature_deviation"]
        self._target_center, self._target_spread = arrays["target_mean"], arrays["target_deviation"]
        self._layers = [(arrays[f"weight_{i}"], arrays[f"bias_{i}"][:, None, :]) for i in range(3)]
        self._scale = arrays["scale"]

    @staticmethod
    @lru_cache(maxsize=2)
    def load(path: Path = MODEL_PATH) -> Ensemble:
        """Load a model once; raises ArtefactError where the file is not the one of its record."""
        read_artefact(path)
        with np.load(path) as stored:
            return Ensemble({name: stored[name].astype(np.float64) for name in stored.files})

    def moments(self, features: Floats) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of the transformed targets, [k, 4] each."""
        hidden = np.minimum(np.maximum((features - self._center) / self._spread, -8.0), 8.0)[None]
        for place, (weight, bias) in enumerate(self._layers):
            hidden = hidden @ weight + bias
            if place < 2:
                hidden = hidden / (1.0 + np.exp(-hidden))
        means, variances = hidden[..., :4], np.exp(np.minimum(np.maximum(hidden[..., 4:], -9.0), 4.0))
        mean = means.mean(axis=0)
        variance = (variances + means**2).mean(axis=0) - mean**2
        return (
            mean * self._target_spread + self._target_center,
            np.sqrt(np.maximum(variance, 1e-8)) * self._target_spread,
        )

    def predict(self, features: Floats, host_ms: Floats, intervals: bool = True) -> Prediction:
        """Return the prediction for k flows with `features` [k, f] from hosts `host_ms` [k] away; `intervals` on demand."""
        mean, deviation = self.moments(features)
        told = physical(mean, host_ms)
        if not intervals:
            return Prediction(told, told, told)
        reach = Z90 * deviation * self._scale
        return Prediction(told, physical(mean - reach, host_ms), physical(mean + reach, host_ms))
