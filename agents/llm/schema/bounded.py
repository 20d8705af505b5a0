"""Parts of JSON schemas in which nothing is without end: names are enumerations, texts, numbers and lists have bounds.

A small model that may write any string fills one with a thousand zeros. What guided decoding (llguidance, in vLLM) does not
honour is not used: a number has endless digits unless it is a multiple of something, and no fraction below zero is then accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

Schema = dict[str, Any]
_MOST_NAMES: Final = 1000
_LONGEST_NAME: Final = 160
_LARGEST: Final = 1_000_000
_FINEST: Final = 0.001


def choice(values: Iterable[Any]) -> Schema:
    """Return an enumeration; of more than 1,000 values a text, as the grammar would take too long: it is checked afterwards."""
    distinct = list(dict.fromkeys(values))
    return text(_LONGEST_NAME) if len(distinct) > _MOST_NAMES else {"enum": distinct}


def text(longest: int) -> Schema:
    """Return a text of 1 to `longest` characters."""
    return {"type": "string", "minLength": 1, "maxLength": longest}


def integer(low: float | None = None, high: float | None = None) -> Schema:
    """Return a whole number; without bounds at most a million either way."""
    return {
        "type": "integer",
        "minimum": -_LARGEST if low is None else math.ceil(low),
        "maximum": _LARGEST if high is None else math.floor(high),
    }


def number(low: float | None = None, high: float | None = None, step: float = _FINEST) -> Schema:
    """Return a number in steps; if these are fractions and not too many, each is named, as 0.3 is no multiple of 0.1 to some."""
    low, high = (-_LARGEST if low is None else low), (_LARGEST if high is None else high)
    if float(step).is_integer() and float(low).is_integer():
        return integer(low, high)
    if (high - low) / step <= _MOST_NAMES:
        return {"enum": [_whole(round(low + index * step, 9)) for index in range(round((high - low) / step) + 1)]}
    fraction = {"type": "number", "minimum": max(low, 0), "maximum": high, "multipleOf": step}
    return fraction if low >= 0 else {"anyOf": [integer(low, high), fraction]}


def items(schema: Schema, most: int, least: int = 0) -> Schema:
    """Return a list of `least` to `most` items."""
    return {"type": "array", "items": schema, "minItems": least, "maxItems": max(most, least)}


def record(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return an object with these fields and no others."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def one_of(schemas: Sequence[Schema]) -> Schema:
    """Return what follows any of these."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def moment(now: datetime) -> Schema:
    """Return a time in ISO 8601 with an offset, in this year or the ones beside it."""
    years = "|".join(str(now.year + offset) for offset in (-1, 0, 1))
    date = rf"({years})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    return {"type": "string", "pattern": rf"^{date}T([01][0-9]|2[0-3]):[0-5][0-9]:00(Z|[+-](0[0-9]|1[0-4]):[0-5]0)$"}


def _whole(value: float) -> float | int:
    """Return a whole number as such: in a JSON enumeration 1.0 and 1 are one value, and models write 1."""
    return int(value) if value.is_integer() else value
