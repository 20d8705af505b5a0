"""What "there", "both" or "the rest" refers to: the places of the items before, and those that the rest of the text names."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from agents.reading.name import Name
from agents.reading.names import Names
from agents.reading.spoken import Spoken, spoken, with_hundreds

_COMPARING: Final = frozenset(
    (
        *("over", "above", "below", "under", "than", "exceeds", "exceed", "reaches", "tops", "pass", "passes", "fewer", "more"),
        *("<", ">", "=", "least", "most", "to", "by"),
    )
)
_COUNTED: Final = re.compile(
    r"[\s-]*(?:%|‰|ms\b|d[Bb]m?\b|[kMG]?bit|[kMG]bps|W\b|kW|Wh|users|UEs|percent|per|degrees?|minutes?|hours?|[.,:]\d)"
)


class PlaceError(Exception):
    """The words name no cell of the network, or it is not certain which."""


@dataclass(frozen=True)
class Antecedents:
    """before: the places of the items before, the last one last. elsewhere: the places that other items name.

    left_out: the places that the last one leaves out by name. named: the places that it takes in by name.
    """

    before: tuple[frozenset[str], ...] = ()
    elsewhere: tuple[frozenset[str], ...] = ()
    left_out: tuple[frozenset[str], ...] = ()
    named: tuple[frozenset[str], ...] = ()

    def one(self) -> frozenset[str]:
        """Return what "it" or "there" refers to; raises PlaceError."""
        if not self.before:
            raise PlaceError("what it refers to is not named")
        return self.before[-1]

    def it(self) -> frozenset[str]:
        """Return what "it" refers to; raises PlaceError."""
        if len(self.left_out) == 1:
            raise PlaceError("it can be the last place, or what that leaves out")
        return self.one()

    def last_one(self) -> frozenset[str]:
        """Return the last place, of a list the last of its names; raises PlaceError."""
        return self.named[-1] if len(self.named) > 1 else self.one()

    def first(self, count: int) -> frozenset[str]:
        """Return the first places, so many; raises PlaceError."""
        if len(self.before) < count or not count:
            raise PlaceError(f"{count} places are not named before")
        return frozenset[str]().union(*self.before[:count])

    def former(self) -> frozenset[str]:
        """Return the first of the last two places; raises PlaceError."""
        if len(self.before) < 2:
            raise PlaceError("two places are not named before")
        return self.before[-2]

    def both(self, wholes: Collection[frozenset[str]] = ()) -> frozenset[str]:
        """Return what "both" refers to: the last two places, or the only one; raises PlaceError.

        wholes: the sites and areas, of which the last place can be one.
        """
        if len(self.left_out) == 2 and len(self.before) < 2 and len(self.one()) != 2:
            return self.left_out[0] | self.left_out[1]
        if len(self.before) == 1:
            return self.before[0]
        if not self.before and len(self.elsewhere) == 2:
            return self.elsewhere[0] | self.elsewhere[1]
        if len(self.named) == 2 and len(self.one()) == 2 and len(self.before[-2]) == 1:
            return self.one()  # "A to lock, B and C below 3 %, and both of them …"
        if len(self.one()) == 2 and not (len(self.before) == 2 and set(self.before) <= set(wholes)):
            raise PlaceError("it can be the last place, of two cells, or the last two places")
        return self.before[-1] | self.before[-2]

    def both_with(self, named: frozenset[str]) -> frozenset[str]:
        """Return what "both" refers to where a reader marked only one of the two with it: that one and the other last place.

        Raises PlaceError if there is no other place before, nor one elsewhere.
        """
        others = [cells for cells in self.before if cells != named] or [cells for cells in self.elsewhere if cells != named]
        if not others or (not self.before and len(others) > 1):
            raise PlaceError("both are meant, and one is named")
        if others[-1] & named:
            raise PlaceError("it can be both places, or only what both share")
        return named | others[-1]

    def last(self, count: int) -> frozenset[str]:
        """Return the last places, so many; raises PlaceError."""
        if self.before and len(self.before[-1]) == count > 2:
            if len(self.before) >= count:
                raise PlaceError(f"it can be the last {count} places, or the last one of {count} cells")
            return self.before[-1]
        if len(self.before) < count == len(self.left_out):
            return frozenset[str]().union(*self.left_out)
        if len(self.before) < count:
            if len(self.elsewhere) == count:
                return frozenset[str]().union(*self.elsewhere)
            raise PlaceError(f"{count} places are not named before")
        return frozenset[str]().union(*self.before[-count:])

    def several(self) -> frozenset[str]:
        """Return what "them" refers to: the only place, or the last two of one cell each; raises PlaceError."""
        if len(self.left_out) > 1 or (len(self.before) > 1 and len(self.one()) > 1):
            raise PlaceError("it can be the last place or several")
        return self.both()

    def rest(self, whole: frozenset[str]) -> frozenset[str]:
        """Return the rest of a place: without the parts of it that are named elsewhere."""
        named = frozenset[str]().union(
            *(place for place in self.elsewhere if place != whole and (place <= whole or not whole <= place))
        )
        return whole - named

    def on_sites(self, names: Names, count: int) -> frozenset[str]:
        """Return the places on whose sites "those sites" are, `count` of them if it is not 0; raises PlaceError."""
        found = [
            places
            for size in range(1, len(self.before) + 1)
            if (places := frozenset[str]().union(*self.before[-size:])) and len(names.sites_of(places)) == (count or 2)
        ]
        if not count and len(self.before) == 1:
            return self.before[0]
        if len({names.rest_of_sites(places) for places in found}) != 1 or (not count and len(self.before) > 2):
            raise PlaceError("it is not certain which sites are meant")
        return found[-1]

    def sites(self, names: Names) -> tuple[str, ...]:
        """Return the sites of the last place."""
        return tuple(sorted({names.site_of[cell] for cell in self.before[-1]})) if self.before else ()


def named_in(text: str, names: Names) -> tuple[frozenset[str], ...]:
    """Return the places that a condition or a time names in full, in order; a number that is compared or has a unit is none."""
    words, found, position = with_hundreds(spoken(text)), list[frozenset[str]](), 0
    while position < len(words):
        name = names.full_at(words, position)
        if name is None or _is_amount(text, words, position, name):
            position += 1
            continue
        if name.cells not in found:
            found.append(name.cells)
        position += name.words
    return tuple(found)


def _is_amount(text: str, words: list[Spoken], position: int, name: Name) -> bool:
    if not all(word.key.isdecimal() for word in words[position : position + name.words] if word.is_word):
        return False
    before = words[position - 1].key if position else ""
    return before in _COMPARING or bool(_COUNTED.match(text[words[position + name.words - 1].end :]))
