"""A tool call: which tool, with which arguments, and why."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class ToolCall(BaseModel):
    """One call that a decider wants: tool, arguments and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    arguments: dict[str, Any]
    reason: str = ""
