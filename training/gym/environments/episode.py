"""What both environments share: an episode of one task, its reward, its end, and a simulator that fails.

1. `reset` draws a task (`options`: "task", "purpose", "domain", "tier", "errands", each in place of the constructor's).
2. An episode ends when the agent ends it or its budget of calls is used; then the task's judge rules.
3. A simulator that fails truncates the episode, with `info["infrastructure_error"]`: it says nothing about the agent. Where it
   fails in `reset`, the first step does so.
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
from training.gym.environments.reward import shaped, shortfall
from training.gym.environments.tasks import Wanted, drawn_task
from training.gym.episodes.episode import Episode
from training.gym.episodes.judgement import Outcome, judge
from training.gym.episodes.runner import FAILED_CALL_PENALTY
from training.gym.networks import MODEL, opened_network
from training.gym.tasks.gym_task import GymTask
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.world import World

Seen = TypeVar("Seen")
Act = TypeVar("Act")


class EpisodeEnv(gymnasium.Env[Seen, Act], Generic[Seen, Act]):
    """The base; a subclass says what is seen (`_seen`), and what an action calls.

    `network`: "model" (the Experiment Model), "ns3" (the extra `ns3`), or what makes one. `task`: this one each time; `tasks`:
    one of these. `shaping`: weight of the shaping, 0 or more. Raises ValueError (GymInputError) for what does not exist.
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
        self._asked: dict[str, Any] = {"purpose": purpose, "domain": domain, "tier": tier, "errands": errands, "task": task}
        self._tasks, self.shaping, self.render_mode = tuple(tasks), shaping, render_mode
        self._asked_network, self._opened = network, ExitStack()
        self.registry = ToolRegistry(tool for name in catalogues for tool in catalogue(name))
        self.task: GymTask | None = None
        self.outcome: Outcome | None = None
        self._over, self._failure, self._lost = True, "", 0

    @property
    def steps_left(self) -> int:
        """How many calls may still be made."""
        assert self.task is not None
        return max(self.task.budget - len(self.episode.steps) - self._lost, 0)

    def _begin(self, seed: int | None, options: dict[str, Any] | None, first: ToolCall | None = None) -> None:
        """Draw a task and begin; `first` is a call that belongs to the beginning."""
        super().reset(seed=seed)
        asked = {**self._asked, **(options or {})}
        self.task, self.outcome = asked["task"] or self._drawn(asked), None
        self._over, self._failure, self._lost = False, "", 0
        world = World(self.task.scenario(), self._new_network(), self.task.events)
        self.episode = Episode(world, self.registry)
        try:
            world.begin()
            if first is not None:
                self.episode.call(first)
        except InfrastructureError as error:
            self._failure = str(error) or type(error).__name__

    def _drawn(self, asked: dict[str, Any]) -> GymTask:
        chance = random.Random(int(self.np_random.integers(2**62)))
        if self._tasks:
            return chance.choice(self._tasks)
        return drawn_task(chance, Wanted.of(asked["purpose"], asked["domain"], asked["tier"], asked["errands"]))

    def _turn(self, act: Callable[[], bool]) -> tuple[float, bool, bool]:
        """Let `act` make calls and say whether the agent ends the episode; returns reward, terminated, truncated."""
        if self._over:
            raise ResetNeeded("the episode is over: call reset()")
        if self._failure:
            self._over = True
            return 0.0, False, True
        made, before = len(self.episode.steps), self._shortfall()
        lost = self._lost
        try:
            self._over = act() or self.steps_left == 0
            self.outcome = judge(self._task(), self.episode) if self._over else None
        except InfrastructureError as error:
            self._over, self._failure = True, str(error) or type(error).__name__
            return 0.0, False, True
        failed = sum(step.observation.error is not None for step in self.episode.steps[made:]) + self._lost - lost
        reward = float(self.outcome is not None and self.outcome.success) - FAILED_CALL_PENALTY * failed
        after = 0.0 if self._over else self._shortfall()
        return reward + self.shaping * shaped(before, after), self._over, False

    def _task(self) -> GymTask:
        assert self.task is not None
        return self.task

    def _shortfall(self) -> float:
        return shortfall(self._task().mission.sla, self.episode.world.state)

    def _info(self) -> dict[str, Any]:
        """Task, calls, and at the end how it was judged; a new dictionary each time."""
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
        """With `render_mode="ansi"`, the last call and the state in one line."""
        if self.render_mode != "ansi":
            return None
        if self.task is None:
            return "no episode"
        world, steps = self.episode.world, self.episode.steps
        call = steps[-1].call.tool if steps else "begin"
        state = world.state.model_dump_json() if world.measurements else "not measured"
        return f"{self.task.id} at {world.now_s:g} s, {call}: {state}"

    def close(self) -> None:
        """End the simulator's process, where there is one."""
        self._opened.close()

    def _new_network(self) -> PacketNetwork:
        self.close()
        if isinstance(self._asked_network, str):
            return self._opened.enter_context(opened_network(self._asked_network))
        return self._asked_network()
