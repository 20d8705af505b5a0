"""An observation: the result of a tool call."""

from __future__ import annotations

from typing import Any

from policies.word import Word
from tools.calls.tool_call import ToolCall
from tools.contract import Boundary


class Observation(Word):
    """The result of a call: the evidence as JSON, or the error with its boundary."""

    call: ToolCall
    evidence: dict[str, Any] | None = None
    error: str | None = None
    boundary: Boundary | None = None
