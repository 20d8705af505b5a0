"""A tool call: which tool, with which arguments, and why."""

from __future__ import annotations

from typing import Any

from policies.word import Word


class ToolCall(Word):
    """A call that a decider requests: tool, arguments and reason."""

    tool: str
    arguments: dict[str, Any]
    reason: str = ""
