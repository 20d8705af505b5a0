"""What a model's turn says: the one action in it, found and checked. Anything else is an `ActionError`, told to the model."""

from __future__ import annotations

import json
from typing import Any

from agents.planner import CallTools, Decision, Escalate, Finish
from tools.calls.tool_call import ToolCall

_KINDS = ("tool", "finish", "escalate")
_FORM = 'Action: {"tool": "NAME", "arguments": {…}}, {"finish": "…"} or {"escalate": "…"}'
_LONGEST_REASON = 500


class ActionError(ValueError):
    """The turn holds no action; the message says why, for the model."""


def action_of(text: str) -> Decision:
    """Return the decision that a turn states; raises ActionError."""
    said = text.rpartition("</think>")[2]  # what a reasoning model thought before it spoke is no action
    thought, marked, rest = said.partition("Action:")
    found = _object(rest) if marked else _unmarked(said)
    kinds = [kind for kind in _KINDS if kind in found]
    if len(kinds) != 1:
        raise ActionError(f"the object has {' and '.join(kinds) or 'none'} of tool, finish and escalate; give one: {_FORM}")
    reason = thought.replace("Thought:", "").strip()[:_LONGEST_REASON] if marked else ""
    return _decision(kinds[0], found, reason)


def _decision(kind: str, found: dict[str, Any], reason: str) -> Decision:
    said, allowed = found[kind], {kind, "arguments"} if kind == "tool" else {kind}
    if not isinstance(said, str) or not said.strip():
        raise ActionError(f"{kind}={said!r} is no text")
    if set(found) - allowed:
        raise ActionError(f"{', '.join(sorted(set(found) - allowed))}: not known beside {kind!r}")
    if kind == "finish":
        return Finish(summary=said)
    if kind == "escalate":
        return Escalate(reason=said)
    arguments = found.get("arguments", {})
    if not isinstance(arguments, dict):
        raise ActionError(f"arguments={arguments!r} is no object")
    return CallTools(calls=(ToolCall(tool=said, arguments=arguments, reason=reason),))


def _object(text: str) -> dict[str, Any]:
    """The JSON object that begins at the first brace."""
    start = text.find("{")
    if start < 0:
        raise ActionError(f"there is no JSON object after 'Action:'; the form is {_FORM}")
    try:
        found, _ = json.JSONDecoder(parse_constant=_refused).raw_decode(text, start)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ActionError("the object holds half a surrogate pair, which is no text") from None
    except (ValueError, RecursionError) as error:
        raise ActionError(f"what follows 'Action:' is no JSON object: {error}") from None
    assert isinstance(found, dict)
    return found


def _unmarked(text: str) -> dict[str, Any]:
    """The object of a turn that forgot the word "Action:", where there is one all the same."""
    try:
        return _object(text)
    except ActionError:
        raise ActionError(f"the turn has no 'Action:'; the form is {_FORM}") from None


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
