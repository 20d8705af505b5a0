"""Calls for evidence: which are still pending, and the escalation for those that failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.heuristics.evidence_reader import attempts
from agents.planner import CallTools, Escalate, View
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall

_MAX_ATTEMPTS = 2


def call(tool: str, reason: str, **arguments: Any) -> ToolCall:
    """Return a tool call with keyword arguments."""
    return ToolCall(tool=tool, arguments=arguments, reason=reason)


def is_offered(view: View, tool: str) -> bool:
    """Whether the view offers the tool."""
    return any(offer.name == tool for offer in view.tools)


def pending(view: View, calls: Sequence[ToolCall]) -> CallTools | None:
    """Return the decision to make those of `calls` that are offered, not yet answered and may be tried again; None if none."""
    missing = tuple(
        tool_call
        for tool_call in calls
        if is_offered(view, tool_call.tool) and not is_settled(attempts(view.observations, tool_call))
    )
    return CallTools(calls=missing) if missing else None


def is_settled(tried: Sequence[Observation]) -> bool:
    """Whether a call with these attempts was answered, or may not be tried again."""
    return any(attempt.evidence is not None for attempt in tried) or len(tried) >= _MAX_ATTEMPTS


def failure_of(view: View, required: Sequence[ToolCall]) -> Escalate | None:
    """Return the escalation for the first required call whose tool is not offered or always failed, None if there is none."""
    for tool_call in required:
        if not is_offered(view, tool_call.tool):
            return Escalate(
                reason=f"cannot, because the tool {tool_call.tool} is not offered", nearest="run with the full tool set"
            )
        tried = attempts(view.observations, tool_call)
        if tried and all(attempt.evidence is None for attempt in tried):
            error = tried[-1].error or "no evidence was returned"
            return Escalate(
                reason=f"cannot, because {tool_call.tool} failed {len(tried)} times: {error}",
                nearest="try again when the tool is available",
            )
    return None


def malformed_evidence(answered: ToolCall) -> Escalate:
    """Return the escalation for a call whose evidence does not have the value type of its tool."""
    return Escalate(
        reason=f"cannot, because the evidence of {answered.tool} is malformed", nearest="run with the tool set of this version"
    )
