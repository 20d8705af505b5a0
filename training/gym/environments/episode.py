"""Base of both environments: an episode of one task, its reward and end, and failures of the simulator.

1. `reset` draws a task; its `options` "task", "purpose", "domain", "tier" and "errands" override those of the constructor.
2. An episode ends when the agent ends it or its budget of calls is used up; then it is judged.
3. If the simulator fails, the episode is truncated, with `info["infrastructure_error"]`; this is no failure of the agent. If it
   fails in `reset`, the first step truncates.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Generic, TypeVar

import gymnasium
from gymnasium.error import ResetNeeded

from tools.calls.tool_call import ToolCall
from tools.gym.catalogue import PAPER, catalogue
from tools.registry import ToolRegistry
from training.gym.environments.reward import shaping_term, shortfall
from training.gym.environments.tasks import TaskFilter, draw_task
from training.gym.episodes.episode import Episode
from training.gym.episodes.judgement import Outcome, judge
from training.gym.episodes.runner import FAILED_CALL_PENALTY
from training.gym.networks import MODEL, open_network
from training.gym.tasks.gym_task import GymTask
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.world import World

ObsType = TypeVar("ObsType")
ActType = TypeVar("ActType")


class EpisodeEnv(gymnasium.Env[ObsType, ActType], Generic[ObsType, ActType]):
    """The base class; subclasses define observations and the calls of an action.

    `network`: "model" (the Experiment Model), "ns3" (needs the extra `ns3`), or a factory of networks. `task`: the task of every
    episode; `tasks`: tasks to draw from. `shaping`: weight of the reward shaping, 0 or more. Raises GymInputError (a ValueError)
    for names that do not exist.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 - gymnasium's own attribute

    def __init__(
        self,
        *,
        purpose: str = "training",
        domain: str | None = None,
        tier: str | None = None,
        errands: bool = True,
        task: GymTask | None = None,
        tasks: Sequence[GymTask] = (),
        network: str | Callable[[], PacketNetwork] = MODEL,
        catalogues: tuple[str, ...] = (PAPER,),
        shaping: float = 0.0,
        render_mode: str | None = None,
    ) -> None:
        self._defaults: dict[str, Any] = {"purpose": purpose, "domain": domain, "tier": tier, "errands": errands, "task": task}
        self._tasks, self.shaping, self.render_mode = tuple(tasks), shaping, render_mode
        self._network, self._open_networks = network, ExitStack()
        self.registry = ToolRegistry(tool for name in catalogues for tool in catalogue(name))
        self.task: GymTask | None = None
        self.outcome: Outcome | None = None
        self._ended, self._failure, self._invalid_actions = True, "", 0

    @property
    def steps_left(self) -> int:
        """Number of calls left in the budget."""
        assert self.task is not None
        return max(self.task.budget - len(self.episode.steps) - self._invalid_actions, 0)

    def _begin(self, seed: int | None, options: dict[str, Any] | None, first: ToolCall | None = None) -> None:
        """Draw a task and begin its episode; `first` is the first call, made as part of `reset`."""
        super().reset(seed=seed)
        chosen = {**self._defaults, **(options or {})}
        self.task, self.outcome = chosen["task"] or self._draw_task(chosen), None
        self._ended, self._failure, self._invalid_actions = False, "", 0
        world = World(self.task.scenario(), self._new_network(), self.task.events)
        self.episode = Episode(world, self.registry)
        try:
            world.begin()
            if first is not None:
                self.episode.call(first)
        except InfrastructureError as error:
            self._failure = str(error) or type(error).__name__

    def _draw_task(self, chosen: dict[str, Any]) -> GymTask:
        rng = random.Random(int(self.np_random.integers(2**62)))
        if self._tasks:
            return rng.choice(self._tasks)
        return draw_task(rng, TaskFilter.parse(chosen["purpose"], chosen["domain"], chosen["tier"], chosen["errands"]))

    def _advance(self, act: Callable[[], bool]) -> tuple[float, bool, bool]:
        """Run `act`, which makes calls and returns whether the agent ends the episode; returns reward, terminated, truncated."""
        if self._ended:
            raise ResetNeeded("the episode is over: call reset()")
        if self._failure:
            self._ended = True
            return 0.0, False, True
        calls_before, before = len(self.episode.steps), self._shortfall()
        invalid_before = self._invalid_actions
        try:
            self._ended = act() or self.steps_left == 0
            self.outcome = judge(self._task(), self.episode) if self._ended else None
        except InfrastructureError as error:
            self._ended, self._failure = True, str(error) or type(error).__name__
            return 0.0, False, True
        failed = sum(step.observation.error is not None for step in self.episode.steps[calls_before:])
        failed += self._invalid_actions - invalid_before
        reward = float(self.outcome is not None and self.outcome.success) - FAILED_CALL_PENALTY * failed
        after = 0.0 if self._ended else self._shortfall()
        return reward + self.shaping * shaping_term(before, after), self._ended, False

    def _task(self) -> GymTask:
        assert self.task is not None
        return self.task

    def _shortfall(self) -> float:
        return shortfall(self._task().mission.sla, self.episode.world.state)

    def _info(self) -> dict[str, Any]:
        """Task, calls, and at the end the outcome; a new dictionary each time."""
        task = self._task()
        info: dict[str, Any] = {"task": task.id, "tier": task.tier.value, "domain": task.domain.value}
        info |= {"calls": len(self.episode.steps), "steps_left": self.steps_left, "at_s": round(self.episode.world.now_s, 3)}
        if self.episode.steps:
            last = self.episode.steps[-1]
            info |= {"tool": last.call.tool, "error": last.observation.error or "", "boundary": last.observation.boundary or ""}
        if self.outcome is not None:
            info |= {"success": self.outcome.success, "outcome": self.outcome.model_dump(mode="json")}
        if self._failure:
            info["infrastructure_error"] = self._failure
        return info

    def render(self) -> str | None:
        """Return the last call and the state in one line if `render_mode` is "ansi", else None."""
        if self.render_mode != "ansi":
            return None
        if self.task is None:
            return "no episode"
        world, steps = self.episode.world, self.episode.steps
        call = steps[-1].call.tool if steps else "begin"
        state = world.state.model_dump_json() if world.measurements else "not measured"
        return f"{self.task.id} at {world.now_s:g} s, {call}: {state}"

    def close(self) -> None:
        """Stop the simulator's process, if any."""
        self._open_networks.close()

    def _new_network(self) -> PacketNetwork:
        self.close()
        if isinstance(self._network, str):
            return self._open_networks.enter_context(open_network(self._network))
        return self._network()
