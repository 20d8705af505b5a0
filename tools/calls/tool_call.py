"""A tool call: which tool, with which arguments, and why."""

from __future__ import annotations

from typing import Any

from policies.word import Word


class ToolCall(Word):
    """One call that a decider wants: tool, arguments and why."""

    tool: str
    arguments: dict[str, Any]
    reason: str = ""
