"""JSON in which one name has one value: which of two holds is a guess that each reader makes otherwise (RFC 8259 clause 4)."""

from __future__ import annotations

import json
from typing import Any


def unambiguous_json(text: str) -> Any:
    """Return the parsed text; an object with two values under one name becomes a text that says so, and fits nowhere.

    So what holds it is refused where its structure is checked, and the rest of a page can be read. Raises ValueError or
    RecursionError if the text is not JSON.
    """
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | str:
    value: dict[str, Any] = {}
    for name, item in pairs:
        if name in value and value[name] != item:
            return f"{name[:60]!r} has two values, {str(value[name])[:60]!r} and {str(item)[:60]!r}"
        value[name] = item
    return value
