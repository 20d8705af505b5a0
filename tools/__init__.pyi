from .context import ToolContext as ToolContext
from .contract import Tool as Tool
from .contract import ToolError as ToolError
from .contract import ToolRequest as ToolRequest
from .contract import ToolValue as ToolValue
from .contract import tool as tool
