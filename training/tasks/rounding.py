"""Rounding, so that a task's text and its requirement have the same value."""

from __future__ import annotations

from math import floor, log10


def significant(value: float, digits: int = 2) -> float:
    """Return `value` > 0 rounded to `digits` significant digits."""
    return round(value, digits - 1 - floor(log10(value)))
