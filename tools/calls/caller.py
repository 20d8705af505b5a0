"""The call loop that the harness and the gym share: check a tool call, execute it, and return an observation.

1. A decider is offered `tools.calls.tool_offer.offers_of` the registry. Its calls are checked in this order: call limit, tool
   name, refusal by the caller's judge, access, arguments.
2. A failed call is data: an observation with the error and its boundary.
3. Infrastructure errors, such as a simulator that died, are not failed calls: they are raised unchanged.
The callers add what is their own: the harness its journal, events and spans, the gym its mission time and judge of changes.
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

# Executes a tool with its context and raw arguments: `Tool.call` (under its timeout) or `Tool.run` (in this thread).
Invoke = Callable[[Tool[Any, Any], object, dict[str, Any]], Evidence[Any]]


@dataclass(frozen=True)
class Caller:
    """Calls the tools of `registry` with the context that `access` gives them.

    `invoke` executes the call, `limit` bounds the number of calls, `infrastructure` lists the errors that are raised unchanged.
    """

    registry: ToolRegistry
    access: Access
    invoke: Invoke = Tool.call
    limit: Limit | None = None
    infrastructure: tuple[type[Exception], ...] = ()

    def effect_of(self, call: ToolCall) -> Effect | None:
        """Return the effect of the called tool; None for an unknown tool."""
        try:
            return self.registry.get(call.tool).effect
        except ToolError:
            return None

    def observe(self, call: ToolCall, *, used: int = 0, refusal: str | None = None) -> Observation:
        """Execute a call and return its observation; raises only infrastructure errors.

        `used` is the number of calls made before, `refusal` the reason why the caller's judge rejects it (None: it does not).
        """
        try:
            evidence = self.evidence(call, used=used, refusal=refusal).model_dump(mode="json")
        except ToolError as error:
            return Observation(call=call, error=str(error), boundary=error.boundary)
        return Observation(call=call, evidence=evidence)

    def evidence(self, call: ToolCall, *, used: int = 0, refusal: str | None = None) -> Evidence[Any]:
        """Execute a call as in `observe` and return its evidence; raises ToolError, with a LimitError as cause at the limit."""
        tool = self._checked(call, used, refusal)
        try:
            return self.invoke(tool, self.access(tool), call.arguments)
        except ToolError as error:
            if isinstance(error.__cause__, self.infrastructure):
                raise error.__cause__ from None
            raise

    def _checked(self, call: ToolCall, used: int, refusal: str | None) -> Tool[Any, Any]:
        limit_error = None if self.limit is None else self.limit.error(used)
        if limit_error is not None:
            raise ToolError(Boundary.REFUSED, str(limit_error)) from limit_error
        tool = self.registry.get(call.tool)
        if refusal is not None:
            raise ToolError(Boundary.PERMISSION, f"{tool.name}: {refusal}")
        return tool
