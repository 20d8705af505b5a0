"""One episode of the gym: tool calls on a world, each of which takes mission time.

1. A call takes `CALL_S` of mission time, in which UAVs fly and events come; then the tool runs. An Observation or Reasoning tool
   sees the state measured after whatever happened; a Configuration tool answers with the state measured after it.
2. A call that fails is data: the error and the boundary that it crossed. A simulator that fails ends the episode instead
   (`InfrastructureError`): it says nothing about the agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agents.planner import Observation, ToolCall
from policies.effect import Effect
from policies.gym.network_state import NetworkState
from tools.contract import Tool, ToolError
from tools.gym.context import GymContext
from tools.registry import ToolRegistry
from twins.gym.packet_network import InfrastructureError
from twins.gym.world import World

CALL_S = 5.0


@dataclass(frozen=True)
class Step:
    """One call: what was asked, what came of it, what happened meanwhile, and the state before and after."""

    call: ToolCall
    observation: Observation
    happened: tuple[str, ...]
    before: NetworkState
    after: NetworkState
    at_s: float
    effect: Effect | None


class Episode:
    """Runs calls; `world` must have begun."""

    def __init__(self, world: World, registry: ToolRegistry) -> None:
        self.world, self.registry = world, registry
        self.steps: list[Step] = []
        self._looking, self._acting = GymContext(world), GymContext(world, may_configure=True)

    def call(self, call: ToolCall) -> Step:
        """Make one call; raises InfrastructureError."""
        before = self.world.state
        happened = self.world.elapse(CALL_S)
        observation, effect = self._observed(call)
        return self._done(call, observation, effect, happened, before)

    def refused(self, call: ToolCall, reason: str) -> Step:
        """Note a call that the gate did not let through; it takes its time all the same. Raises InfrastructureError."""
        before = self.world.state
        happened = self.world.elapse(CALL_S)
        observation = Observation(call=call, error=f"{call.tool}: {reason}", boundary="permission")
        return self._done(call, observation, self.registry.get(call.tool).effect, happened, before)

    def _done(
        self, call: ToolCall, observation: Observation, effect: Effect | None, happened: tuple[str, ...], before: NetworkState
    ) -> Step:
        self.world.catch_up()
        step = Step(call, observation, happened, before, self.world.state, round(self.world.now_s, 3), effect)
        self.steps.append(step)
        return step

    def _observed(self, call: ToolCall) -> tuple[Observation, Effect | None]:
        effect = None
        try:
            tool = self.registry.get(call.tool)
            effect = tool.effect
            evidence = self._run(tool, call.arguments)
        except ToolError as error:
            if isinstance(error.__cause__, InfrastructureError):
                raise error.__cause__ from None
            return Observation(call=call, error=str(error), boundary=error.boundary), effect
        return Observation(call=call, evidence=evidence), effect

    def _run(self, tool: Tool[Any, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        """A Configuration tool measures by itself; before any other the state is brought up to date."""
        context = self._acting
        if tool.effect is not Effect.CONFIGURE:
            self.world.catch_up()
            context = self._looking
        return tool.run(context, arguments).model_dump(mode="json")
