"""What both environments share: an episode of one task, its reward, its end, and a simulator that fails.

1. `reset` draws a task (`options`: "task", "purpose", "domain", "tier", "errands", each in place of the constructor's).
2. An episode ends when the agent ends it or its budget of calls is used; then the task's judge rules.
3. A simulator that fails truncates the episode, with `info["infrastructure_error"]`: it says nothing about the agent. Where it
   fails in `reset`, the first step does so.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeVar

import gymnasium
from gymnasium.error import ResetNeeded

from policies.gym.split import Purpose
from tools.gym.catalogue import PAPER, catalogue
from tools.registry import ToolRegistry
from training.gym.env_reward import shaped, shortfall
from training.gym.env_tasks import drawn_task
from training.gym.episode import Episode
from training.gym.runner import MALFORMED_PENALTY
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from training.gym.tasks.judgement import Outcome, judge
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.world import World

Seen, Act = TypeVar("Seen"), TypeVar("Act")


class EpisodeEnv(gymnasium.Env[Seen, Act], Generic[Seen, Act]):
    """The base; a subclass says what is seen (`_seen`), and what an action calls.

    `network`: "model" (the Experiment Model) or "ns3" (the extra `ns3`), or what makes one. `task` or `tasks`: instead of drawing.
    `shaping`: weight of the shaping, 0 or more.
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
        network: Literal["model", "ns3"] | Callable[[], PacketNetwork] = "model",
        catalogues: tuple[str, ...] = (PAPER,),
        shaping: float = 0.0,
        render_mode: str | None = None,
    ) -> None:
        self._asked: dict[str, Any] = {"purpose": purpose, "domain": domain, "tier": tier, "errands": errands, "task": task}
        self._tasks, self.shaping, self.render_mode = tuple(tasks), shaping, render_mode
        self._make_network = network if callable(network) else _NETWORKS[network]
        self._network: PacketNetwork | None = None
        self.registry = ToolRegistry(tool for name in catalogues for tool in catalogue(name))
        self.task: GymTask | None = None
        self.outcome: Outcome | None = None
        self._over, self._failure, self._lost = True, "", 0

    @property
    def steps_left(self) -> int:
        """How many calls may still be made."""
        assert self.task is not None
        return max(self.task.budget - len(self.episode.steps) - self._lost, 0)

    def _begin(self, seed: int | None, options: dict[str, Any] | None, first: Callable[[], None] = lambda: None) -> None:
        """Draw a task and begin; `first` makes the calls that belong to the beginning."""
        super().reset(seed=seed)
        asked = {**self._asked, **(options or {})}
        self.task, self.outcome = asked["task"] or self._drawn(asked), None
        self._over, self._failure, self._lost = False, "", 0
        self.close()
        self._network = self._make_network()
        world = World(self.task.scenario(), self._network, self.task.events)
        self.episode = Episode(world, self.registry)
        try:
            world.begin()
            first()
        except InfrastructureError as error:
            self._failure = str(error) or type(error).__name__

    def _drawn(self, asked: dict[str, Any]) -> GymTask:
        chance = random.Random(int(self.np_random.integers(2**62)))
        if self._tasks:
            return chance.choice(self._tasks)
        domain, tier = asked["domain"], asked["tier"]
        return drawn_task(chance, Purpose(asked["purpose"]), domain and Domain(domain), tier and Tier(tier), asked["errands"])

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
        reward = float(self.outcome is not None and self.outcome.success) - MALFORMED_PENALTY * failed
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

    def render(self) -> str | None:  # type: ignore[override]
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
        close = getattr(self._network, "close", None)
        if callable(close):
            close()
        self._network = None


def _model() -> PacketNetwork:
    from twins.learned.network import LearnedNetwork

    return LearnedNetwork()


def _ns3() -> PacketNetwork:
    from twins.ns3.network import Ns3Network

    return Ns3Network()


_NETWORKS: dict[str, Callable[[], PacketNetwork]] = {"model": _model, "ns3": _ns3}
