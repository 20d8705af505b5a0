"""The oracle: the best orchestration of the configuration space for a task, found by exhaustive evaluation.

1. `survey` evaluates every configuration that the device permits on one channel; this is expensive, and done once per channel.
2. `Survey.satisfying` and `Survey.best` then check any number of requirements against the same evaluations.
3. The oracle is the best of the space, not of all possible orchestrations: one between the grid points can earn slightly more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from policies.qos import Qos, QosRequirement
from policies.qos_reward import DEFAULT_WEIGHTS, RewardWeights, reward_batch, satisfied
from training.tasks.space import ConfigurationSpace
from twins.link.columns import channel_columns
from twins.link.configuration import ChannelConfiguration
from twins.link.device import DeviceState
from twins.link.orchestration import Orchestration
from twins.link.qos import QosEvaluator
from twins.link.qos_columns import QosColumns

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Best:
    """The best of a survey for a requirement: `reward` by equation (2), the `orchestration` and its `qos`."""

    reward: float
    orchestration: Orchestration
    qos: Qos


@dataclass(frozen=True)
class Survey:
    """All permitted and covered configurations on one channel: `indices` int64[N] into the space, and the `delivered` QoS."""

    space: ConfigurationSpace
    device: DeviceState
    indices: NDArray[np.int64]
    delivered: QosColumns

    def __len__(self) -> int:
        return len(self.indices)

    def satisfying(self, required: QosRequirement) -> float:
        """Return the share, 0..1, of the configurations that satisfy `required`."""
        qos = self.delivered
        return float(satisfied(required, qos.delay_ms, qos.throughput_mbps, qos.ber).mean())

    def best(self, required: QosRequirement, weights: RewardWeights = DEFAULT_WEIGHTS) -> Best:
        """Return the configuration with the highest reward; in a tie, the first and cheapest."""
        delivered = self.delivered
        rewards = reward_batch(required, delivered.delay_ms, delivered.throughput_mbps, delivered.ber, weights)
        row = int(np.argmax(rewards))
        qos = Qos(delay_ms=delivered.delay_ms[row], throughput_mbps=delivered.throughput_mbps[row], ber=delivered.ber[row])
        configuration = self.space.configurations[self.indices[row]]
        return Best(float(rewards[row]), Orchestration.of(configuration), qos)


def survey(
    space: ConfigurationSpace, evaluator: QosEvaluator, device: DeviceState, channel: ChannelConfiguration
) -> Survey | None:
    """Evaluate all configurations that `device` permits on `channel`; None if none is permitted and covered."""
    indices, columns = space.for_device(device)
    if not len(indices):
        return None
    qos = evaluator.evaluate_batch(columns, channel_columns([channel]))
    covered = np.flatnonzero(qos.covered)
    if not len(covered):
        return None
    delivered = QosColumns(qos.delay_ms[covered], qos.throughput_mbps[covered], qos.ber[covered], qos.covered[covered])
    return Survey(space, device, indices[covered], delivered)
