"""The call loop of the harness and of the gym: check a call, make it, and report what came of it.

1. A decider is offered `tools.calls.tool_offer.offers_of` the registry. What it then calls is checked in this order: the limit,
   the tool's name, a judge's refusal, what the tool may reach, its arguments.
2. A call that fails is data: an observation with the error and the boundary that it crossed.
3. Errors of the infrastructure, such as a simulator that died, are nobody's failed call: they are raised as they are.
What is the harness's (journal, events, spans) or the gym's (mission time, the judge of changes) is done around it, by them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from policies.effect import Effect
from policies.evidence import Evidence
from tools.calls.access import Access
from tools.calls.limit import Limit
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.contract import Boundary, Tool, ToolError
from tools.registry import ToolRegistry

# How a tool is called with its context and raw arguments: `Tool.call` (under its timeout), `Tool.run` (in this thread).
Invoke = Callable[[Tool[Any, Any], object, dict[str, Any]], Evidence[Any]]


@dataclass(frozen=True)
class Caller:
    """Calls the tools of `registry` with what `access` lets them reach.

    `invoke` makes the call, `limit` bounds how many there may be, `infrastructure` lists the errors that are raised as they are.
    """

    registry: ToolRegistry
    access: Access
    invoke: Invoke = Tool.call
    limit: Limit | None = None
    infrastructure: tuple[type[Exception], ...] = ()

    def effect_of(self, call: ToolCall) -> Effect | None:
        """Return the effect of the tool that is called; None where there is no such tool."""
        try:
            return self.registry.get(call.tool).effect
        except ToolError:
            return None

    def observe(self, call: ToolCall, *, used: int = 0, refusal: str | None = None) -> Observation:
        """Make a call and report what came of it; raises nothing but errors of the infrastructure.

        `used` is how many calls were made before, `refusal` why a judge of the caller's does not let this call through.
        """
        try:
            evidence = self.evidence(call, used=used, refusal=refusal).model_dump(mode="json")
        except ToolError as error:
            return Observation(call=call, error=str(error), boundary=error.boundary)
        return Observation(call=call, evidence=evidence)

    def evidence(self, call: ToolCall, *, used: int = 0, refusal: str | None = None) -> Evidence[Any]:
        """Make a call and return its evidence, as in `observe`; raises ToolError, caused by a LimitError at the limit."""
        tool = self._checked(call, used, refusal)
        try:
            return self.invoke(tool, self.access(tool), call.arguments)
        except ToolError as error:
            if isinstance(error.__cause__, self.infrastructure):
                raise error.__cause__ from None
            raise

    def _checked(self, call: ToolCall, used: int, refusal: str | None) -> Tool[Any, Any]:
        reached = None if self.limit is None else self.limit.error(used)
        if reached is not None:
            raise ToolError(Boundary.REFUSED, str(reached)) from reached
        tool = self.registry.get(call.tool)
        if refusal is not None:
            raise ToolError(Boundary.PERMISSION, f"{tool.name}: {refusal}")
        return tool
