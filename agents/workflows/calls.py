"""Asking for evidence: which calls are still open, and what to do about those that failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.heuristics.evidence_reader import attempts
from agents.planner import CallTools, Escalate, View
from tools.calls.tool_call import ToolCall

_TRIES = 2


def call(tool: str, reason: str, **arguments: Any) -> ToolCall:
    """Make a call."""
    return ToolCall(tool=tool, arguments=arguments, reason=reason)


def offered(view: View, tool: str) -> bool:
    """Whether the view offers the tool."""
    return any(one.name == tool for one in view.tools)


def open_calls(view: View, wanted: Sequence[ToolCall]) -> list[ToolCall]:
    """Return the offered calls that were not answered yet and may be tried (again)."""
    return [one for one in wanted if offered(view, one.tool) and not _settled(view, one)]


def _settled(view: View, one: ToolCall) -> bool:
    tried = attempts(view.observations, one)
    return any(seen.evidence is not None for seen in tried) or len(tried) >= _TRIES


def failure_of(view: View, needed: Sequence[ToolCall]) -> Escalate | None:
    """Return the escalation when evidence that cannot be done without is not to be had."""
    for one in needed:
        if not offered(view, one.tool):
            return Escalate(reason=f"cannot, because the tool {one.tool} is not offered", nearest="run with the full tool set")
        tried = attempts(view.observations, one)
        if tried and all(seen.evidence is None for seen in tried):
            error = tried[-1].error or "no evidence came back"
            return Escalate(
                reason=f"cannot, because {one.tool} failed {len(tried)} times: {error}", nearest="try again when it answers"
            )
    return None


def malformed(answered: ToolCall) -> Escalate:
    """Return the escalation when a call was answered, but not with the value that its tool declares."""
    return Escalate(
        reason=f"cannot, because the evidence of {answered.tool} is malformed", nearest="run with the tool set of this version"
    )


def ask_for(view: View, wanted: Sequence[ToolCall]) -> CallTools | None:
    """Return the calls that are still open as a decision, or None."""
    missing = open_calls(view, wanted)
    return CallTools(calls=tuple(missing)) if missing else None
