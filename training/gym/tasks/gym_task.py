"""A task of 6GAgentBench: where, what happens, what the operator wants, and how success is judged."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from policies.gym.degradation import DegradationEvent
from policies.gym.mission import MissionSpec
from policies.gym.split import Purpose
from policies.gym.task_spec import TaskSpec
from policies.slices import Slice
from policies.word import Word
from twins.gym.scenario import Family, Scenario, scenario


class Domain(StrEnum):
    """The five domains of seed 001, section IV-A-2."""

    SLICING = "network slicing"
    OFFLOADING = "edge offloading"
    UAV_CONTROL = "uav control"
    RECOVERY = "degradation recovery"
    COORDINATION = "multi-agent coordination"


class Tier(StrEnum):
    """By the length of the shortest path known: L1 to 3 calls, L2 4 to 7, L3 8 and more."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"

    @staticmethod
    def of(steps: int) -> Tier:
        """The tier of a shortest path of `steps` calls."""
        return Tier.L1 if steps <= 3 else Tier.L2 if steps <= 7 else Tier.L3


class PlannedCall(Word):
    """A call of the shortest path known."""

    tool: str
    arguments: dict[str, object]


class GymTask(Word):
    """One task.

    `text` is what the operator writes, `mission` the same as data, except for `specs`, what its computing tasks need, which only
    the text tells; `allowed` names what may be changed (see `mutations`), `floors` the share of their traffic that the other
    users of each slice must still get; `horizon_s` is when the final state is measured, at the earliest; `path` is the shortest
    known, verification included.
    """

    id: str
    domain: Domain
    family: Family
    seed: int
    purpose: Purpose
    events: tuple[DegradationEvent, ...]
    text: str
    mission: MissionSpec
    specs: dict[str, TaskSpec] = Field(default_factory=dict)
    allowed: tuple[str, ...]
    floors: dict[Slice, float]
    horizon_s: float = Field(ge=0.0)
    path: tuple[PlannedCall, ...]

    @property
    def steps(self) -> int:
        """Length of the shortest path known."""
        return len(self.path)

    @property
    def tier(self) -> Tier:
        """Tier by that length."""
        return Tier.of(self.steps)

    @property
    def repair(self) -> tuple[str, ...]:
        """The Configuration tools of the path that serve the mission's own traffic, in order."""
        ours = (call.tool for call in self.path if _names_task(call) not in self.specs)
        return tuple(tool for tool in ours if tool in _REPAIRS)

    @property
    def budget(self) -> int:
        """How many calls an agent may make."""
        return {Tier.L1: 12, Tier.L2: 20, Tier.L3: 36}[self.tier]

    @property
    def brief(self) -> str:
        """What the operator hands over: the text, and the mission as data."""
        return f"{self.text}\n\nMission: {self.mission.model_dump_json(exclude_defaults=True)}"

    def scenario(self) -> Scenario:
        """The scenario."""
        return scenario(self.family, self.seed, self.purpose)


_REPAIRS = ("switch_network_slice", "trigger_slice_reallocation", "graceful_degradation", "edge_offload")


def _names_task(call: PlannedCall) -> str:
    task = call.arguments.get("task")
    return str(task["task"]) if isinstance(task, dict) else ""
