"""A task: what an upper layer asks for in words, and everything that is known about it."""

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
    """The best of the configuration space: its reward by equation (2), the orchestration, the QoS that it delivers.

    Of an infeasible task it is the nearest miss.
    """

    reward: float
    orchestration: Orchestration
    qos: Qos


class Task(Word):
    """One upper-layer task.

    `description` is what a planner reads: service, stated requirements, device and channel. `stated` quantities are in it, the
    others follow from the service. `satisfying_share` of the permitted and covered configurations satisfy `requirement`: at least
    10 % is easy, at least 1 % medium, more than none hard, none infeasible. `templates` are the wordings used, `region` the
    channel's cell.
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
    """Return the grade of difficulty of a share 0..1 of satisfying configurations."""
    if satisfying_share >= 0.1:
        return "easy"
    if satisfying_share >= 0.01:
        return "medium"
    return "hard" if satisfying_share > 0.0 else "infeasible"
