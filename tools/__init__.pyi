from .context import ToolContext as ToolContext
from .contract import Tool as Tool, ToolError as ToolError, ToolRequest as ToolRequest, ToolValue as ToolValue, tool as tool
