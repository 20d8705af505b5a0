"""One episode of the gym: tool calls on a world, each of which takes mission time.

1. A call takes `CALL_S` of mission time, during which UAVs fly and events occur; then the tool runs. An Observation or Reasoning
   tool sees the state measured after these events; a Configuration tool returns the state measured after its change.
2. A Configuration call is first submitted to the change judge, if any; a call that it refuses fails at the boundary "permission".
3. A failed call is data: its error and the boundary at which it failed. A failure of the simulator ends the episode with an
   `InfrastructureError`, because it says nothing about the agent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from policies.effect import Effect
from policies.gym.network_state import NetworkState
from tools.calls.caller import Caller
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.contract import Tool
from tools.gym.context import GymContext
from tools.registry import ToolRegistry
from twins.gym.packet_network import InfrastructureError
from twins.gym.world import World

CALL_S = 5.0


class Judgement(NamedTuple):
    """A gate's ruling on a Configuration call, and the reason if the call is refused."""

    ruling: str
    refusal: str | None = None


ChangeJudge = Callable[[World, ToolCall], Judgement]


@dataclass(frozen=True)
class Step:
    """One call: its observation, the events during it, the state before and after it, its time in s, and the gate's ruling."""

    call: ToolCall
    observation: Observation
    happened: tuple[str, ...]
    before: NetworkState
    after: NetworkState
    at_s: float
    effect: Effect | None
    verdict: str | None = None


class Episode:
    """Runs tool calls on `world`, which must have begun."""

    def __init__(self, world: World, registry: ToolRegistry, change_judge: ChangeJudge | None = None) -> None:
        self.world, self.change_judge = world, change_judge
        self.steps: list[Step] = []
        self._reading, self._configuring = GymContext(world), GymContext(world, may_configure=True)
        self._caller = Caller(registry, self._access, Tool.run, infrastructure=(InfrastructureError,))

    def call(self, call: ToolCall) -> Step:
        """Make one call; raises InfrastructureError."""
        before, effect = self.world.state, self._caller.effect_of(call)
        judgement = self._judge_change(call, effect)
        happened = self.world.elapse(CALL_S)
        observation = self._caller.observe(call, refusal=None if judgement is None else judgement.refusal)
        self.world.catch_up()
        at_s, verdict = round(self.world.now_s, 3), None if judgement is None else judgement.ruling
        step = Step(call, observation, happened, before, self.world.state, at_s, effect, verdict)
        self.steps.append(step)
        return step

    def _judge_change(self, call: ToolCall, effect: Effect | None) -> Judgement | None:
        if self.change_judge is None or effect is not Effect.CONFIGURE:
            return None
        return self.change_judge(self.world, call)

    def _access(self, tool: Tool[Any, Any]) -> GymContext:
        """Bring the state up to date, except before a Configuration tool, which measures anyway."""
        if tool.effect is Effect.CONFIGURE:
            return self._configuring
        self.world.catch_up()
        return self._reading
