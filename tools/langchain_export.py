"""A tool as LangChain sees it, for agents built on other frameworks.

Only OBSERVE and REASON tools are exported with a working function. A CONFIGURE tool goes through the harness's gate, never
through a tool node: its exported function refuses and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.effect import Effect
from tools.context import ToolContext
from tools.contract import Tool, ToolError

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool


def to_langchain(one: Tool[Any, Any], context: ToolContext) -> StructuredTool:
    """Return the LangChain tool; it answers with the evidence as JSON-ready data, errors become ToolException."""
    from langchain_core.tools import StructuredTool, ToolException

    def call(**arguments: Any) -> dict[str, Any]:
        if one.effect is Effect.CONFIGURE:
            raise ToolException(f"{one.name} changes the network: propose the change, the gate decides")
        try:
            return one.call(context, arguments).model_dump(mode="json")
        except ToolError as error:
            raise ToolException(f"[{error.boundary}] {error}") from error

    return StructuredTool.from_function(
        func=call, name=one.name, description=one.description, args_schema=one.request, metadata={"effect": one.effect}
    )
