"""Access control of tool calls: the context that a tool gets from a given caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.effect import Effect
from tools.contract import Boundary, Tool, ToolError

# Returns the context for a tool; raises ToolError (Boundary.PERMISSION) for a tool that the caller is not allowed to call.
Access = Callable[[Tool[Any, Any]], object]


def read_only(context: object) -> Access:
    """Return the access of planners, which only propose changes: OBSERVE and REASON tools get `context`, CONFIGURE is refused."""

    def access(tool: Tool[Any, Any]) -> object:
        if tool.effect is Effect.CONFIGURE:
            message = f"{tool.name} changes the network: propose the change, the gate and a human decide"
            raise ToolError(Boundary.PERMISSION, message)
        return context

    return access
