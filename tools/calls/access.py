"""Access: what a tool may reach, given who calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.effect import Effect
from tools.contract import Boundary, Tool, ToolError

# The context that a tool gets. Raises ToolError (Boundary.PERMISSION) for a tool that this caller may not call.
Access = Callable[[Tool[Any, Any]], object]


def read_only(context: object) -> Access:
    """Return the access of deciders that propose changes: OBSERVE and REASON tools get `context`, CONFIGURE tools are refused."""

    def access(tool: Tool[Any, Any]) -> object:
        if tool.effect is Effect.CONFIGURE:
            message = f"{tool.name} changes the network: propose the change, the gate and a human decide"
            raise ToolError(Boundary.PERMISSION, message)
        return context

    return access
