"""Durations in settings: a number of seconds, or a number with one of the units ms, s, min, h (the SI's symbols)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

from policies.text.units import factor

UNITS = ("ms", "s", "min", "h")
_TEXT = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$")


def seconds(value: object) -> float:
    """Return `value` in seconds: 90, 90.0, "90", "90 s", "1.5 min", "2 h"; raises ValueError for other units and types."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"a number of seconds, or text with a unit of {', '.join(UNITS)} is required")
    if isinstance(value, int | float):
        return float(value)
    match = _TEXT.match(value)
    if match is None or (match[2] and match[2] not in UNITS):
        raise ValueError(f'a number of seconds, or a number with a unit of {", ".join(UNITS)} (such as "10 s") is required')
    return float(match[1]) * factor(match[2] or "s", "s")


Seconds = Annotated[float, BeforeValidator(seconds)]
