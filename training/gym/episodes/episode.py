"""One episode of the gym: tool calls on a world, each of which takes mission time.

1. A call takes `CALL_S` of mission time, in which UAVs fly and events come; then the tool runs. An Observation or Reasoning tool
   sees the state measured after whatever happened; a Configuration tool answers with the state measured after it.
2. A Configuration call is put before the judge of changes, where there is one, before it takes its time; what the judge does not
   let through is a failed call with the boundary "permission".
3. A call that fails is data: the error and the boundary that it crossed. A simulator that fails ends the episode instead
   (`InfrastructureError`): it says nothing about the agent.
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
    """A gate's ruling on a Configuration call, and, where the call may not run, why."""

    ruling: str
    refusal: str | None = None


ChangeJudge = Callable[[World, ToolCall], Judgement]


@dataclass(frozen=True)
class Step:
    """One call: what was asked, what came of it, what happened meanwhile, the state before and after, the gate's ruling."""

    call: ToolCall
    observation: Observation
    happened: tuple[str, ...]
    before: NetworkState
    after: NetworkState
    at_s: float
    effect: Effect | None
    verdict: str | None = None


class Episode:
    """Runs calls; `world` must have begun."""

    def __init__(self, world: World, registry: ToolRegistry, change_judge: ChangeJudge | None = None) -> None:
        self.world, self.change_judge = world, change_judge
        self.steps: list[Step] = []
        self._looking, self._acting = GymContext(world), GymContext(world, may_configure=True)
        self._caller = Caller(registry, self._access, Tool.run, infrastructure=(InfrastructureError,))

    def call(self, call: ToolCall) -> Step:
        """Make one call; raises InfrastructureError."""
        before, effect = self.world.state, self._caller.effect_of(call)
        judged = self._judged(call, effect)
        happened = self.world.elapse(CALL_S)
        observation = self._caller.observe(call, refusal=None if judged is None else judged.refusal)
        self.world.catch_up()
        at_s, verdict = round(self.world.now_s, 3), None if judged is None else judged.ruling
        step = Step(call, observation, happened, before, self.world.state, at_s, effect, verdict)
        self.steps.append(step)
        return step

    def _judged(self, call: ToolCall, effect: Effect | None) -> Judgement | None:
        if self.change_judge is None or effect is not Effect.CONFIGURE:
            return None
        return self.change_judge(self.world, call)

    def _access(self, tool: Tool[Any, Any]) -> GymContext:
        """A Configuration tool measures by itself; before any other the state is brought up to date."""
        if tool.effect is Effect.CONFIGURE:
            return self._acting
        self.world.catch_up()
        return self._looking
