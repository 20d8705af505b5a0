"""From the words of a place to cells: "everything but site S2", "S3, c excluded", "the sleeping pair on the north side".

1. Names (`names.py`) add cells; words of exclusion turn what follows, or what stands before them, into what is taken out.
2. Two names side by side without "and" mean what both share, if anything: "the S2 cells of the hall". Behind an exclusion with
   which the words begin, the second is what the first is taken out of: "except for S2C1 the yard".
3. "All" without a name is the network; with names it only says that none of their cells is left out.
4. Words that belong to no rule are returned: whoever asks for the place accounts for them, or asks the operator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.names import Names
from agents.reading.placing.place_reader import PlaceReader
from policies.text.number_words import ONES


@dataclass(frozen=True)
class Place:
    """The ids of cells, the words that were not used, and the places that are left out by name.

    is_alternative: the words name several places of which one is meant, "A or B". named: the places that are taken in by name.
    is_none_but: the words are "nothing but A"; the cells are all but those of A.
    is_pair: the words are two cells of a relation, and nothing tells which is the source.
    """

    cells: frozenset[str]
    unused: tuple[str, ...] = ()
    left_out: tuple[frozenset[str], ...] = ()
    is_alternative: bool = False
    named: tuple[frozenset[str], ...] = ()
    is_none_but: bool = False
    is_pair: bool = False


_EVERYWHERE_INCLUDING: Final = re.compile(r"including\b.*\beverywhere\b", re.IGNORECASE | re.DOTALL)
_SOME_OF_COUNTED: Final = re.compile(  # "S7C1 and S7C3, two of the three S7 cells"
    r"\S\s*,\s*(?:one|two|three|four|\d)\s+of\s+the\s+(?:two|three|four|five|six|\d+)\b", re.IGNORECASE
)


_ONE_OF_COUNTED: Final = re.compile(r"\W*(?:just |only )?one of (?:the|those|these) (?:two|three|four|\d)\s*,\s*", re.IGNORECASE)

_COUNT: Final = "|".join((*(word for word, number in ONES.items() if number > 1), r"\d+"))
# "S2 … any of the three": a count of what is named, and neither the third cell nor a name.
_OF_COUNTED: Final = re.compile(
    rf"""(?P<before>^|…|[,;(])\s*(?:(?:in|on|at|for|from|to)\s+)?
    (?:(?P<all>any|all|each|every|either|both|none|neither|(?:every|each|any)\s+one)\s+|(?P<some>[^\W\d_]+\s+)?)
    of\s+(?:all\s+)?(?:the|these|those)\s+(?P<count>{_COUNT})(?:\s+of\s+them)?\s*(?=$|…|[,;.!)])""",
    re.IGNORECASE | re.VERBOSE,
)
_THE_COUNTED: Final = re.compile(rf"(?P<bare>…\s*the)\s+(?P<count>{_COUNT})\s*(?=$|…)", re.IGNORECASE)


_NETWORK: Final = re.compile(
    r"(?P<before>\W*(?:(?:the|whole|entire|all|in|on|of)\s+)*)nw\b(?!\s*(?:cells?|sectors?|sites?|side|corner|part|stand|end|of|area)\b)",
    re.IGNORECASE,
)


def _with_network(phrase: str, names: Names) -> str:
    """Return the phrase with "NW" as the network, unless a part of the network can be in the north-west."""
    is_direction = any(word.startswith(("nw", "nor", "wes")) for word in names.group_words | names.own_words)
    return phrase if is_direction else _NETWORK.sub(r"\g<before>network", phrase, count=1)


def cells_of(phrase: str, names: Names, antecedents: Antecedents | None = None, *, is_relation: bool = False) -> Place:
    """Return the cells that a phrase names; raises PlaceError, AmbiguousNameError.

    is_relation: the phrase is about a relation of two cells, of which only the source counts.
    """
    if _NETWORK.match(phrase):
        phrase = _with_network(phrase, names)
    if _EVERYWHERE_INCLUDING.match(phrase):
        return Place(names.all)
    if _SOME_OF_COUNTED.search(phrase):
        raise PlaceError("it can be those that are named, or all that are counted")
    if found := _OF_COUNTED.search(phrase) or _THE_COUNTED.search(phrase):
        return _counted(phrase, found, names, antecedents)
    if found := _ONE_OF_COUNTED.match(phrase):  # "just one of the two, S8C2"
        place = cells_of(phrase[found.end() :], names, antecedents)
        if len(place.cells) != 1:
            raise PlaceError("it can be one of them or all")
        return place
    reader = PlaceReader(phrase, names, antecedents or Antecedents(), is_relation)
    cells = reader.cells()
    if not cells:
        raise PlaceError(f"{phrase!r} names no cell of the network")
    groups = reader.said.groups
    named, unused = groups.named("in", "also"), tuple(reader.unused)
    is_none_but = reader.is_none_but and not named
    return Place(
        cells, unused, groups.named("out"), reader.is_alternative, named, is_none_but=is_none_but, is_pair=reader.is_pair
    )


def _counted(phrase: str, found: re.Match[str], names: Names, antecedents: Antecedents | None) -> Place:
    """Return the place of words that count all of its cells or of what it names; raises PlaceError if the number is another."""
    words = found.groupdict()
    if words.get("some"):
        raise PlaceError("it is not certain which of them")
    rest = f"{phrase[: found.start()]}{phrase[found.end() :]}".strip(" ,;…")
    if rest:
        place = cells_of(rest, names, antecedents)
    elif antecedents and antecedents.before:
        place = Place(antecedents.before[-1], named=antecedents.named)
    else:
        raise PlaceError("what is counted is not named")
    count = ONES.get(words["count"].casefold()) or int(words["count"])
    if "bare" in words and count != len(place.named):  # "S2 … the three"
        raise PlaceError("it can be all that are counted, or the one of that number")
    if place.unused or count not in (len(place.cells), len(place.named)):
        raise PlaceError(f"it counts {count}, and is of {len(place.cells)} cells")
    return place
