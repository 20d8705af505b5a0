"""A situation as the makers of lessons know it: the survey, and for each configuration what the reasoning speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from policies.qos import QosRequirement
from policies.qos_reward import reward_batch, satisfied
from training.tasks.oracle import Survey, survey
from training.tasks.situation import Situation
from training.tasks.space import ConfigurationSpace
from twins.link.columns import channel_columns
from twins.link.configuration import ChannelConfiguration
from twins.link.table.rows import rows_of
from twins.link.table.tables import LinkTables

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class World:
    """A surveyed situation; arrays are over the survey's M configurations.

    `peak_mbps` is what the slots carry without loss, `first_ms` the delay of a block that arrives at once, `again_ms` what one
    retransmission adds.
    """

    situation: Situation
    surveyed: Survey
    peak_mbps: NDArray[np.float64]
    first_ms: NDArray[np.float64]
    again_ms: NDArray[np.float64]

    @classmethod
    def of(cls, situation: Situation, space: ConfigurationSpace, tables: LinkTables) -> World | None:
        """Survey `situation`; None if no configuration that its device permits is covered."""
        surveyed = survey(space, tables, situation.device, situation.channel)
        if surveyed is None:
            return None
        indices, columns = space.for_device(situation.device)
        rows = np.searchsorted(indices, surveyed.indices)
        columns = {name: values[rows] for name, values in columns.items()}
        first, second = (tables.delays_ms(columns, np.full(len(rows), float(sent))) for sent in (1, 2))
        return cls(situation, surveyed, peak_rates(space)[surveyed.indices], first, second - first)

    def __len__(self) -> int:
        return len(self.surveyed)

    @property
    def indices(self) -> NDArray[np.int64]:
        """Position of each configuration in the space."""
        return self.surveyed.indices

    @cached_property
    def sent(self) -> NDArray[np.float64]:
        """Mean transmissions for a block that arrives; infinite where none does."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.peak_mbps / self.surveyed.delivered.throughput_mbps)

    def rewards(self, required: QosRequirement) -> NDArray[np.float64]:
        """Return the reward of each configuration."""
        qos = self.surveyed.delivered
        return reward_batch(required, qos.delay_ms, qos.throughput_mbps, qos.ber)

    def fulfilled(self, required: QosRequirement) -> NDArray[np.bool_]:
        """Return which configurations fulfil `required`."""
        qos = self.surveyed.delivered
        return satisfied(required, qos.delay_ms, qos.throughput_mbps, qos.ber)


@lru_cache(maxsize=4)
def peak_rates(space: ConfigurationSpace) -> NDArray[np.float64]:
    """Return the information rate in Mbit/s of each configuration of `space` without any loss."""
    rows = rows_of({**space.columns}, channel_columns([ChannelConfiguration(snr_db=0.0)]))
    return np.asarray(rows.information_bits / rows.slot_seconds / 1e6)
