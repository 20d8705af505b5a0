"""The comparison that the words of a bound state outright: "no more than 5 %" is at most, "under 5 %" is below."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.amounting.swapped_letters import unscrambled
from agents.reading.marked import Comparison

_NOT: Final = r"(?:\b(?:no|not|never|n['’]?t|cannot|nor)\b(?:\s+(?:be|to|go|get|rise|climb|fall|drop|stay|exceed|any))*\s+)"
_PHRASES: Final[tuple[tuple[str, Comparison], ...]] = (
    (
        r"\b(?:or|and)\s+(?:below|under|beneath|less|lower|fewer)\b|\bat\s+(?:the\s+)?(?:very\s+)?most\b|<\s*=|(?<![a-z])=\s*<|≤",
        "<=",
    ),
    (
        r"\b(?:or|and)\s+(?:above|over|more|higher|up|beyond)\b|\bat\s+(?:the\s+)?(?:very\s+)?least\b|>\s*=|(?<![a-z])=\s*>|≥",
        ">=",
    ),
    (rf"{_NOT}(?:more|higher|greater|larger|longer|above|over|beyond|exceed\w*)\b", "<="),
    (rf"{_NOT}(?:less|lower|fewer|smaller|shorter|below|under|beneath)\b", ">="),
    (
        r"\b(?:below|under|beneath|south\s+of|less\s+than|fewer\s+than|lower\s+than|shorter\s+than|smaller\s+than)\b|<(?!\s*=)",
        "<",
    ),
    (r"\b(?:above|over|north\s+of|more\s+than|greater\s+than|higher\s+than|beyond)\b|>(?!\s*=)", ">"),
)
_STATED: Final = tuple((re.compile(pattern, re.IGNORECASE), comparison) for pattern, comparison in _PHRASES)


_OPPOSITE: Final[dict[Comparison, Comparison]] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def refined(comparison: Comparison, amount: str) -> Comparison:
    """Return the comparison with the strictness that the words of the amount state, if they state one.

    Words of the other direction are what must not be: "nobody below 2 Mbit/s" is at least 2, "must not reach 400 ms or more" is
    below 400.
    """
    stated = _stated(amount)
    if stated is None or comparison in ("min", "max"):
        return comparison
    return stated if stated[0] == comparison[0] else _OPPOSITE[stated]


def _stated(amount: str) -> Comparison | None:
    """Return the comparison of the words, None if they state none or several."""
    found: set[Comparison] = set()
    rest = unscrambled(amount)
    for pattern, comparison in _STATED:
        if pattern.search(rest):
            found.add(comparison)
            rest = pattern.sub(" ", rest)
    return found.pop() if len(found) == 1 else None


def is_turned(comparison: Comparison, amount: str) -> bool:
    """Whether the words of an amount state the other direction, which is what must not be: "don't let them drop below 4"."""
    stated = _stated(amount)
    return stated is not None and comparison not in ("min", "max") and stated[0] != comparison[0]
