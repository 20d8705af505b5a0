"""A task: an upper layer's request in words, with its requirement, situation and oracle."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.qos import Qos, QosRequirement
from policies.word import Word
from training.tasks.splits import Split
from twins.link.configuration import ChannelConfiguration
from twins.link.device import DeviceState
from twins.link.orchestration import Orchestration

Quantity = Literal["delay", "throughput", "ber"]
Style = Literal["explicit", "partial", "implied"]
Difficulty = Literal["easy", "medium", "hard", "infeasible"]
STYLES: tuple[Style, ...] = ("explicit", "partial", "implied")
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard", "infeasible")


class Oracle(Word):
    """The best of the configuration space: reward by equation (2), orchestration and delivered QoS.

    For an infeasible task it is the nearest miss.
    """

    reward: float
    orchestration: Orchestration
    qos: Qos


class Task(Word):
    """An upper-layer task.

    `description` is the text for the planner: service, stated requirements, device and channel. It contains the `stated`
    quantities; the others follow from the service. `satisfying_share` is the share of permitted and covered configurations that
    satisfy `requirement`: easy from 10 %, medium from 1 %, hard above 0, otherwise infeasible. `templates` are the wordings used,
    `region` the region of the channel.
    """

    id: str
    split: Split
    service: str
    grade: str
    style: Style
    stated: tuple[Quantity, ...]
    description: str
    requirement: QosRequirement
    device: DeviceState
    channel: ChannelConfiguration
    region: str
    templates: tuple[str, ...]
    difficulty: Difficulty
    satisfying_share: float = Field(ge=0.0, le=1.0)
    oracle: Oracle

    @property
    def feasible(self) -> bool:
        """Whether any configuration of the space satisfies the requirement."""
        return self.difficulty != "infeasible"


def difficulty_of(satisfying_share: float) -> Difficulty:
    """Return the difficulty for a share 0..1 of satisfying configurations."""
    if satisfying_share >= 0.1:
        return "easy"
    if satisfying_share >= 0.01:
        return "medium"
    return "hard" if satisfying_share > 0.0 else "infeasible"
