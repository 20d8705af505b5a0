"""The oracle: the best orchestration of the configuration space for a task, found by evaluating all of them.

1. `survey` evaluates every configuration that the device permits on one channel; that costs, and is paid once per channel.
2. `Survey.satisfying` and `Survey.best` then judge any number of requirements against the same evaluations.
3. The oracle is the best of the space, not of everything that can be written: an orchestration between its grid points may earn
   slightly more.
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
    """The best of a survey for one requirement: `reward` of equation (2), `orchestration`, the `qos` that it delivers."""

    reward: float
    orchestration: Orchestration
    qos: Qos


@dataclass(frozen=True)
class Survey:
    """What a device could be told to do on one channel: `indices` int64[N] into the space, `delivered` of each, all covered."""

    space: ConfigurationSpace
    device: DeviceState
    indices: NDArray[np.int64]
    delivered: QosColumns

    def __len__(self) -> int:
        return len(self.indices)

    def satisfying(self, required: QosRequirement) -> float:
        """Return the share, 0..1, of the configurations that satisfy `required`."""
        got = self.delivered
        return float(satisfied(required, got.delay_ms, got.throughput_mbps, got.ber).mean())

    def best(self, required: QosRequirement, weights: RewardWeights = DEFAULT_WEIGHTS) -> Best:
        """Return the configuration with the highest reward; the first, cheapest one where several have it."""
        got = self.delivered
        rewards = reward_batch(required, got.delay_ms, got.throughput_mbps, got.ber, weights)
        at = int(np.argmax(rewards))
        qos = Qos(delay_ms=got.delay_ms[at], throughput_mbps=got.throughput_mbps[at], ber=got.ber[at])
        configuration = self.space.configurations[self.indices[at]]
        return Best(float(rewards[at]), Orchestration.of(configuration), qos)


def survey(
    space: ConfigurationSpace, evaluator: QosEvaluator, device: DeviceState, channel: ChannelConfiguration
) -> Survey | None:
    """Evaluate all that `device` permits on `channel`; None where nothing of it is permitted and covered."""
    indices, columns = space.for_device(device)
    if not len(indices):
        return None
    got = evaluator.evaluate_batch(columns, channel_columns([channel]))
    covered = np.flatnonzero(got.covered)
    if not len(covered):
        return None
    kept = QosColumns(got.delay_ms[covered], got.throughput_mbps[covered], got.ber[covered], got.covered[covered])
    return Survey(space, device, indices[covered], kept)
