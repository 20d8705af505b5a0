"""Whether a value is interoperable JSON (RFC 8259, RFC 7493 I-JSON): what is not cannot be signed, sent or stored.

Lone surrogates have no UTF-8 form, NaN and infinities no JSON form, integers of more than 64 bits no form that every peer reads
(the gate's authorization reads 64 bits, too), and deep nesting exhausts a reader's stack.
"""

from __future__ import annotations

import math
from typing import Any, Final

MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**63 - 1
MAX_TEXT: Final = 1 << 20


def json_objection(value: Any) -> str:
    """Return where and why `value` is not interoperable JSON, empty if it is; never raises and never recurses deeply."""
    waiting: list[tuple[str, int, Any]] = [("", 0, value)]
    while waiting:
        where, depth, item = waiting.pop()
        if objection := _objection(item, depth):
            return f"{where or 'the value'}: {objection}"
        waiting += _parts(where, depth + 1, item)
    return ""


def _parts(where: str, depth: int, item: Any) -> list[tuple[str, int, Any]]:
    if isinstance(item, dict):
        keys = [(f"a key of {where}" if where else "a key", depth, key) for key in item]
        return [(_step(where, key), depth, part) for key, part in item.items()] + keys
    if isinstance(item, list | tuple):
        return [(_step(where, number), depth, part) for number, part in enumerate(item)]
    return []


def _step(where: str, name: Any) -> str:
    shown = ascii(name)[:40].strip("'") if isinstance(name, str) else str(name)[:40]
    return f"{where}.{shown}"[-120:].lstrip(".")


def _objection(item: Any, depth: int) -> str:
    if depth > MAX_DEPTH:
        return f"nested more than {MAX_DEPTH} levels deep"
    if isinstance(item, str):
        return _text_objection(item)
    if isinstance(item, int) and abs(item) > MAX_INTEGER:
        return f"an integer of {item.bit_length()} bits, at most 63 are allowed"
    if isinstance(item, float) and not math.isfinite(item):
        return f"{item} is not a number of JSON (RFC 8259 clause 6)"
    is_json = item is None or isinstance(item, int | float | dict | list | tuple)
    return "" if is_json else f"a {type(item).__name__} is not a value of JSON"


def _text_objection(text: str) -> str:
    if len(text) > MAX_TEXT:
        return f"a text of {len(text)} characters, at most {MAX_TEXT} are allowed"
    position = next((number for number, character in enumerate(text) if "\ud800" <= character <= "\udfff"), -1)
    return f"a lone surrogate at character {position} has no UTF-8 form (RFC 7493 clause 2.1)" if position >= 0 else ""
