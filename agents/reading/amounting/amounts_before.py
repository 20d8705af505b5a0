"""Amounts that are said by those of the items before: "the same", "like S4C1", "1 dB less than those"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.reading.amounting.amounts import AmountError, value_in
from agents.reading.amounting.numbers import numbers_of
from agents.reading.amounting.ranges import Bound
from agents.reading.amounting.unit_words import unit_of
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.spoken import spoken

Said = tuple[tuple[str, ...], float]  # the cells of an item before, and its amount

_LIKE: Final = re.compile(
    r"\b(?:(?:the\s+)?same\s+(?:as|like|of)|like|ditto|dito|idem|id\b\.?|as\s+(?:on|in|for|at|with))\s+(.+)$", re.IGNORECASE
)
_LAST: Final = re.compile(r"\W*(?:(?:the\s+)?(?:last|other|one|before|above|previous|that|it|there)\b\W*)+", re.IGNORECASE)
_ALL: Final = re.compile(r"\W*(?:the\s+)?(?:others|(?:those|these|the)\s+two|those|these|them|both|former)\b\W*", re.IGNORECASE)
_ORDINALS: Final = {"first": 0, "second": 1, "third": 2, "fourth": 3}
_ORDINAL: Final = re.compile(r"\W*the\s+(first|second|third|fourth)(?:\s+one)?\b\W*", re.IGNORECASE)
_ADDED: Final = re.compile(
    r"\b(?:(more|higher|above|over|longer)|(?:less|lower|fewer|below|under|shorter))(?:\s+than\s+(.+?))?[\s.!]*$", re.IGNORECASE
)
_SAME_AGAIN: Final = re.compile(
    r"\W*(?:and\s+)?(?:(?:(?:exactly|just|also)\s+)?the\s+same|same|ditto|dito|idem|likewise|as\s+much|as\s+many)"
    r"(?:\W+(?:there|here|again|for\s+it|too|as\s+well|please|goes|holds|amount))*\W*",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r"[\s-]*(?:an?\s+)?[^\W\d]*[%‰°]?(?:/\w+)?(?:\s+per\s+\w+)?\s*"
)  # all that stands between the number and "more"


@dataclass(frozen=True)
class AmountsBefore:
    """The amounts of the items before of the same name. cells: those of the item whose amount is read.

    percents: the changes of the items before, in percent of the same reference.
    """

    said: tuple[Said, ...]
    cells: tuple[str, ...]
    names: Names
    percents: tuple[float, ...] = ()

    def change(self, words: str, unit: str) -> float:
        """Return the amount of words that say how much something changes; raises AmountError."""
        match = likened(words)
        if not self.said:
            if match:
                raise AmountError("it is like an amount that is not named")
            return value_in(words, unit)
        before = self._of(match[1]) if match else self.said[-1][1]
        return value_in(f"{words[: match.start()]} the same" if match else words, unit, before=before)

    def value(self, words: str, unit: str, bound: Bound | None = None) -> float:
        """Return the amount of words that say what something is to be: that of one before, or more or less than it."""
        match = _ADDED.search(words)
        if match is None or not _is_sized(words[: match.start()]):
            if likened(words):
                return self.change(words, unit)
            return value_in(words, unit, bound=bound, before=self._last())
        size = value_in(words[: match.start()], unit)
        return self._base(match[2] or "") + (size if match[1] else -size)

    def _last(self) -> float | None:
        return self.said[-1][1] if self.said else None

    def _base(self, than: str) -> float:
        """Return the amount to which another one is added; raises AmountError."""
        if not self.said:
            raise AmountError("it is added to an amount, or taken off one, that is not named")
        if not than and not self._is_one():
            raise AmountError("it is not certain to which amount it is added")
        return self._of(than) if than else self.said[-1][1]

    def _is_one(self) -> bool:
        return len({amount for _, amount in self.said}) == 1

    def _of(self, words: str) -> float:
        """Return the amount that words name: "the first", "those", "C2"; raises AmountError."""
        ordinal = _ORDINAL.fullmatch(words)
        if ordinal and _ORDINALS[ordinal[1].casefold()] < len(self.said):
            return self.said[_ORDINALS[ordinal[1].casefold()]][1]
        if _LAST.fullmatch(words) or (_ALL.fullmatch(words) and self._is_one()):
            return self.said[-1][1]
        named = self._named(words)
        amounts = {amount for own, amount in self.said if named and frozenset(own or self.names.all) >= named}
        if ordinal or len(amounts) != 1:
            raise AmountError(f"{words!r} names no amount before, or several")
        return amounts.pop()

    def _named(self, words: str) -> frozenset[str]:
        """Return the cells of the only name in the words, near the sites of the item."""
        near = sorted({self.names.site_of[cell] for cell in self.cells})
        said, found, position = spoken(words), list[frozenset[str]](), 0
        while position < len(said):
            try:
                name = self.names.at(said, position, near)
            except AmbiguousNameError:
                return frozenset()
            if name:
                found.append(name.cells)
            position += name.words if name else 1
        return found[0] if len(found) == 1 else frozenset()


def is_same_again(words: str) -> bool:
    """Whether words say no more than that an amount is the same as the one before: "the same there", "ditto"."""
    return bool(_SAME_AGAIN.fullmatch(words))


def likened(words: str) -> re.Match[str] | None:
    """Return where words name what an amount is like; "like 4 ms" is about so much."""
    match = _LIKE.search(words)
    numbers = numbers_of(match[1]) if match else []
    return None if numbers and unit_of(match[1][numbers[0].end :] if match else "") else match


def _is_sized(before: str) -> bool:
    """Whether the words before "more" end with one number and its unit: "1 dB less than those", and not "no less than 3 dB"."""
    numbers = numbers_of(before)
    if len(numbers) != 1 or re.search(r"\b(?:no|not|to|at)\s+$", before[: numbers[0].start], re.IGNORECASE):
        return False
    between = before[numbers[0].end :]
    return bool(_UNIT.fullmatch(between)) and not re.search(r"\b(?:or|no|not|and)\b", between, re.IGNORECASE)
