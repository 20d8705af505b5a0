"""A typed line as a tool call: `tool name=value a.b=value`, or `tool {"name": value}`; `$name.part` stands for a known value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.calls.tool_call import ToolCall


class PlayError(ValueError):
    """The line is no call; the message says why."""


def call_of(line: str, known: dict[str, Any]) -> ToolCall:
    """Return the call of a line; raises PlayError."""
    tool, _, rest = line.partition(" ")
    arguments = _json_object(rest) if rest.lstrip().startswith("{") else _pairs(rest, known)
    return ToolCall(tool=tool, arguments=arguments, reason="played")


def _json_object(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlayError(f"the arguments are no JSON object: {error}") from None
    return found


def _pairs(text: str, known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in _words(text):
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise PlayError(f"{word!r} is not name=value")
        _put(found, name.split("."), known_value(value, known) if value.startswith("$") else _typed(value))
    return found


def _words(text: str) -> Iterator[str]:
    """Words at spaces that stand in no quotes and no brackets: JSON stays whole."""
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


def _put(found: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        found = found.setdefault(name, {})
        if not isinstance(found, dict):
            raise PlayError(f"{'.'.join(path)}: {name} has a value already")
    found[path[-1]] = value


def _typed(text: str) -> Any:
    """JSON where it is, text where it is not."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text


def known_value(text: str, known: dict[str, Any]) -> Any:
    """Return what `$name.part` stands for; raises PlayError naming what there is."""
    value: Any = known
    for part in text[1:].split("."):
        if not isinstance(value, dict) or part not in value:
            there = ", ".join(sorted(value)) if isinstance(value, dict) else "nothing below it"
            raise PlayError(f"{text}: there is no {part!r} here, but {there}")
        value = value[part]
    return value
