"""Parses the one action in a model's turn; anything else is an `ActionError`, which is returned to the model."""

from __future__ import annotations

import json
from typing import Any

from agents.planner import CallTools, Decision, Escalate, Finish
from tools.calls.tool_call import ToolCall

_KINDS = ("tool", "finish", "escalate")
_FORM = 'Action: {"tool": "NAME", "arguments": {…}}, {"finish": "…"} or {"escalate": "…"}'
_MAX_REASON_CHARS = 500


class ActionError(ValueError):
    """The turn holds no valid action; the message tells the model why."""


def action_of(text: str) -> Decision:
    """Return the decision in a turn; raises ActionError."""
    reply = text.rpartition("</think>")[2]  # a reasoning model's thoughts hold no action
    thought, marker, rest = reply.partition("Action:")
    action = _object(rest) if marker else _unmarked(reply)
    kinds = [kind for kind in _KINDS if kind in action]
    if len(kinds) != 1:
        raise ActionError(f"the object has {' and '.join(kinds) or 'none'} of tool, finish and escalate; give one: {_FORM}")
    reason = thought.replace("Thought:", "").strip()[:_MAX_REASON_CHARS] if marker else ""
    return _decision(kinds[0], action, reason)


def _decision(kind: str, action: dict[str, Any], reason: str) -> Decision:
    text, allowed = action[kind], {kind, "arguments"} if kind == "tool" else {kind}
    if not isinstance(text, str) or not text.strip():
        raise ActionError(f"{kind}={text!r} is no text")
    if set(action) - allowed:
        raise ActionError(f"{', '.join(sorted(set(action) - allowed))}: not known beside {kind!r}")
    if kind == "finish":
        return Finish(summary=text)
    if kind == "escalate":
        return Escalate(reason=text)
    arguments = action.get("arguments", {})
    if not isinstance(arguments, dict):
        raise ActionError(f"arguments={arguments!r} is no object")
    return CallTools(calls=(ToolCall(tool=text, arguments=arguments, reason=reason),))


def _object(text: str) -> dict[str, Any]:
    """The JSON object that begins at the first brace."""
    start = text.find("{")
    if start < 0:
        raise ActionError(f"there is no JSON object after 'Action:'; the form is {_FORM}")
    try:
        action, _ = json.JSONDecoder(parse_constant=_refuse).raw_decode(text, start)
        json.dumps(action, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ActionError("the object holds half a surrogate pair, which is no text") from None
    except (ValueError, RecursionError) as error:
        raise ActionError(f"what follows 'Action:' is no JSON object: {error}") from None
    assert isinstance(action, dict)
    return action


def _unmarked(text: str) -> dict[str, Any]:
    """The JSON object of a turn that lacks the word "Action:"."""
    try:
        return _object(text)
    except ActionError:
        raise ActionError(f"the turn has no 'Action:'; the form is {_FORM}") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
