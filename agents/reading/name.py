"""A name of a network in a text, and how names are compared: without signs and case, by their runs of letters and digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from agents.reading.spoken import SPELLED_LETTERS, Spoken, singular, spoken

_CAMEL: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")


@dataclass(frozen=True)
class Name:
    """A name of the network, and the cells that it stands for; `words` of the text are used for it."""

    kind: Literal["cell", "site", "area", "wildcard", "family", "range", "shared", "asleep", "layer", "neighbours"]
    name: str
    cells: frozenset[str]
    words: int = 1


class AmbiguousNameError(Exception):
    """Words that several names of the network share."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Return a name without signs and case."""
    return re.sub(r"[\W_]", "", name.casefold())


@lru_cache(maxsize=4096)
def runs(name: str) -> tuple[str, ...]:
    """Return the runs of letters and of digits of a name, numbers without leading zeros."""
    return tuple(part.lstrip("0") or "0" if part.isdecimal() else part for part in re.findall(r"[^\W\d_]+|\d+", name.casefold()))


def word_parts(name: str) -> frozenset[str]:
    """Return the words of which an id is made: upper and gate of UpperGate."""
    return frozenset(part for piece in _CAMEL.split(name) for part in runs(piece) if len(part) > 3 and not part.isdecimal())


def content(name: str) -> frozenset[str]:
    """Return the words of the name of an area or site, in the singular, without numbers."""
    return frozenset(singular(word.key) for word in spoken(name) if word.is_word and not word.key.isdecimal())


def key_of(words: Sequence[Spoken]) -> str:
    """Return the words as one part of a name; spelled letters as letters."""
    return "".join(SPELLED_LETTERS.get(word.key, folded(word.key)) for word in words)
