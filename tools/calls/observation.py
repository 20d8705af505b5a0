"""An observation: what came of a tool call."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.calls.tool_call import ToolCall


class Observation(BaseModel):
    """What came of a call: the evidence as JSON, or the error with the boundary that it crossed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: ToolCall
    evidence: dict[str, Any] | None = None
    error: str | None = None
    boundary: str | None = None
