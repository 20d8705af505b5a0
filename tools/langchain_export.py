"""Export of tools to LangChain, for agents built on other frameworks.

Only OBSERVE and REASON tools are exported with a working function. A CONFIGURE tool must go through the harness's gate, never
through a tool node: its exported function raises a ToolException that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.calls.access import read_only
from tools.calls.caller import Caller
from tools.calls.tool_call import ToolCall
from tools.context import ToolContext
from tools.contract import Tool, ToolError
from tools.registry import ToolRegistry

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool


def to_langchain(tool: Tool[Any, Any], context: ToolContext) -> StructuredTool:
    """Return the LangChain tool; it returns the evidence as JSON-ready data and raises ToolException for a ToolError."""
    from langchain_core.tools import StructuredTool, ToolException

    caller = Caller(ToolRegistry((tool,)), read_only(context))

    def call(**arguments: Any) -> dict[str, Any]:
        try:
            return caller.evidence(ToolCall(tool=tool.name, arguments=arguments)).model_dump(mode="json")
        except ToolError as error:
            raise ToolException(f"[{error.boundary}] {error}") from error

    return StructuredTool.from_function(
        func=call, name=tool.name, description=tool.description, args_schema=tool.request, metadata={"effect": tool.effect}
    )
