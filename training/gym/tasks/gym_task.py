"""A task of 6GAgentBench: scenario, events, the operator's request, and the criteria of success."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from policies.gym.degradation import DegradationEvent
from policies.gym.mission import MissionSpec
from policies.gym.split import Purpose
from policies.gym.task_spec import TaskSpec
from policies.slices import Slice
from policies.word import Word
from tools.calls.tool_call import ToolCall
from twins.gym.scenario import Family, Scenario, scenario


class Domain(StrEnum):
    """The five domains of seed 001, section IV-A-2."""

    SLICING = "network slicing"
    OFFLOADING = "edge offloading"
    UAV_CONTROL = "uav control"
    RECOVERY = "degradation recovery"
    COORDINATION = "multi-agent coordination"


class Tier(StrEnum):
    """Difficulty by the length of the shortest known path: L1 up to 3 calls, L2 4 to 7, L3 8 and more."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"

    @staticmethod
    def of(steps: int) -> Tier:
        """Return the tier of a shortest path of `steps` calls."""
        return Tier.L1 if steps <= 3 else Tier.L2 if steps <= 7 else Tier.L3


class PlannedCall(Word):
    """A call of the shortest known path."""

    tool: str
    arguments: dict[str, object]

    @property
    def tool_call(self) -> ToolCall:
        """The call to make, with a copy of the arguments."""
        return ToolCall(tool=self.tool, arguments=dict(self.arguments))


class GymTask(Word):
    """One task.

    `text` is the operator's request and `mission` the same as data, except for `specs`, the requirements of its computing tasks,
    which only the text states. `allowed` names what may be changed (see `training.gym.episodes.mutations`); `floors` is the share
    of their traffic that the other users of each slice must still get; `horizon_s` is the earliest time of the final measurement,
    s; `path` is the shortest known path, including verification.
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
        """Length of the shortest known path, in calls."""
        return len(self.path)

    @property
    def tier(self) -> Tier:
        """Tier by the length of the path."""
        return Tier.of(self.steps)

    @property
    def repair(self) -> tuple[str, ...]:
        """The path's Configuration tools that serve the mission's own traffic, in order."""
        own = (call.tool for call in self.path if _computing_task(call) not in self.specs)
        return tuple(tool for tool in own if tool in _REPAIRS)

    @property
    def budget(self) -> int:
        """Maximum number of calls of an agent."""
        return {Tier.L1: 12, Tier.L2: 20, Tier.L3: 36}[self.tier]

    @property
    def brief(self) -> str:
        """The input of an agent: the text, and the mission as data."""
        return f"{self.text}\n\nMission: {self.mission.model_dump_json(exclude_defaults=True)}"

    def scenario(self) -> Scenario:
        """Return the scenario."""
        return scenario(self.family, self.seed, self.purpose)


_REPAIRS = ("switch_network_slice", "trigger_slice_reallocation", "graceful_degradation", "edge_offload")


def _computing_task(call: PlannedCall) -> str:
    task = call.arguments.get("task")
    return str(task["task"]) if isinstance(task, dict) else ""
