"""A term of a link description: an example, its pattern, and the fields that it sets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]
NUMBER = r"([+-]?\d+(?:\.\d+)?)"


@dataclass(frozen=True)
class Term:
    """One kind of term: an `example`, its pattern, and the fields that a match sets."""

    example: str
    pattern: re.Pattern[str]
    fields: Callable[[re.Match[str]], Fields]


def term(example: str, pattern: str, fields: Callable[[re.Match[str]], Fields]) -> Term:
    """Return the term whose `pattern`, in any case, ends at a word's end."""
    return Term(example, re.compile(pattern + r"(?![\w/])", re.IGNORECASE), fields)


def whole(name: str) -> Callable[[re.Match[str]], Fields]:
    """Return a reader of a whole number into field `name`."""
    return lambda match: {name: int(match[1])}


def real(name: str, scale: float = 1.0) -> Callable[[re.Match[str]], Fields]:
    """Return a reader of the first number of a match into field `name`, times `scale`."""
    return lambda match: {name: float(next(group for group in match.groups() if group)) * scale}
