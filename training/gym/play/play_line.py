"""Parses a typed line as a tool call: `tool name=value a.b=value`, or `tool {"name": value}`; `$name.part` inserts a variable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.calls.tool_call import ToolCall


class PlayError(ValueError):
    """The line is no valid call; the message says why."""


def call_of(line: str, variables: dict[str, Any]) -> ToolCall:
    """Return the call in a line, with its `variables` inserted; raises PlayError."""
    tool, _, rest = line.partition(" ")
    arguments = _json_object(rest) if rest.lstrip().startswith("{") else _pairs(rest, variables)
    return ToolCall(tool=tool, arguments=arguments, reason="played")


def _json_object(text: str) -> dict[str, Any]:
    try:
        arguments: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlayError(f"the arguments are no JSON object: {error}") from None
    return arguments


def _pairs(text: str, variables: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for word in _words(text):
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise PlayError(f"{word!r} is not name=value")
        _put(arguments, name.split("."), variable(value, variables) if value.startswith("$") else _typed(value))
    return arguments


def _words(text: str) -> Iterator[str]:
    """Split at spaces outside of quotes and brackets, so that JSON stays whole."""
    word, quote, depth, escaped = "", "", 0, False
    for sign in text:
        if sign.isspace() and not quote and depth == 0:
            if word:
                yield word
            word = ""
            continue
        word += sign
        if quote:
            quote, escaped = "" if sign == quote and not escaped else quote, sign == "\\" and not escaped
        elif sign in "\"'":
            quote = sign
        depth += 0 if quote else (sign in "{[") - (sign in "}]")
    if quote or depth > 0:
        raise PlayError(f"{text!r} ends within {'quotes' if quote else 'brackets'}")
    if word:
        yield word


def _put(arguments: dict[str, Any], path: list[str], value: Any) -> None:
    parent = arguments
    for name in path[:-1]:
        parent = parent.setdefault(name, {})
        if not isinstance(parent, dict):
            raise PlayError(f"{'.'.join(path)}: {name} has a value already")
    parent[path[-1]] = value


def _typed(text: str) -> Any:
    """Parse JSON; anything else is text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text


def variable(text: str, variables: dict[str, Any]) -> Any:
    """Return the value of `$name.part`; raises PlayError, which lists the available names."""
    value: Any = variables
    for part in text[1:].split("."):
        if not isinstance(value, dict) or part not in value:
            there = ", ".join(sorted(value)) if isinstance(value, dict) else "nothing below it"
            raise PlayError(f"{text}: there is no {part!r} here, but {there}")
        value = value[part]
    return value
