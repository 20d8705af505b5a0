"""The shared types of a JSON schema that something in it refers to."""

from __future__ import annotations

from typing import Any


def referred(schema: Any, types: dict[str, Any]) -> dict[str, Any]:
    """Return those of the types (`$defs`, by name) that the schema refers to, directly or not."""
    reached: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name in types and name not in reached:
                reached[name] = types[name]
                waiting.append(types[name])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return reached
