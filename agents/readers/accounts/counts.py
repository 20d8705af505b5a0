"""Counts of what a text names: "all three cells", "the two masts RD11 and RD14", "two bounds for S4". They must agree with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.reading.doubt import Doubt
from agents.reading.located import located
from agents.reading.marked import Marked
from agents.reading.names import Names
from agents.reading.spoken import ONES

Span = tuple[int, int]

_NUMBER: Final = rf"(?P<number>{'|'.join(word for word, number in ONES.items() if 1 < number <= 12)}|[2-9]|1[0-2])"
_PLACES: Final = (
    "cells|sites|sectors|masts|antennas|carriers|stations|nodes|towers|radios|relays|layers|sleepers|locations|silos|halls|gates"
    "|roofs|panels|neighbours|corners"
)
_WISHES: Final = (
    r"bounds|values|numbers|figures|targets|goals|limits|requests|wishes|savings|settings|changes|edits|parameters|lines|sentences"
    r"|parts|measures|demands|promises|steps|tasks|actions|jobs|rules|tweaks|requirements|kpis|orders|things|points|items|asks|knobs"
    r"|ceilings|conditions|corrections|concerns|matters|bits|bans|favours|entries|restrictions|don['’]ts|nos\.?"
)
_MEASURED: Final = r"\w*(?:decibel|degree|percent|second|hour|minute|bit|watt)s?"
_BETWEEN: Final = rf"(?:(?!(?:d[bB]m?|ms|per|or|to|and|of|out|on|in|at|{_MEASURED})\b)[a-z-]+\s+)"
_BEHIND: Final = r"(?=\s*(?:[.,;:?!)]|of\s+them\b|(?:for|are|is|should|shall|must|in|on|at|from|to)\b|$))"
_UNIT: Final = r"(?!\s*(?:%|[a-z]*\s*(?:db|dbm|ms|percent|per\s?cent|mbit|watts?|hours?|degrees?|decibels?)\b))"
_COUNT: Final = re.compile(
    rf"""(?<![\w.:/-]){_NUMBER}\s+{_BETWEEN}{{0,2}}?(?P<noun>{_PLACES}|{_WISHES})\b
    |\b(?:all|these|those)\s+(?P<all>{_NUMBER.replace("number", "total")})\b{_UNIT}
    |\bthe\s+(?P<the>{_NUMBER.replace("number", "pair")})\b{_BEHIND}
    |(?:^|(?<=[.;:,\n]\s)|(?<=\n))(?P<few>{_NUMBER.replace("number", "wishes")})\s+(?:for|on|about)\s+[^.,;:\n]{{1,40}}(?=:\s)""",
    re.IGNORECASE | re.VERBOSE,
)
_ANY: Final = re.compile(r"\b(?:any|only|or|other|another|more|further|first|last|least|most|than)\s+$", re.IGNORECASE)


def counts_in(text: str, marked: Marked, names: Names) -> Iterator[Span]:
    """Yield the numbers that count the cells, sites or wishes of the reading, and count them right."""
    found = [match for match in _COUNT.finditer(text) if not _ANY.search(text[: match.start()])]
    if not found:
        return
    totals = _totals(marked, names)
    for match in found:
        group = "number" if match["noun"] else "total" if match["all"] else "pair" if match["the"] else "wishes"
        said = match[group].casefold()
        if (int(said) if said.isdecimal() else ONES[said]) in totals:
            yield match.span(group)


def _totals(marked: Marked, names: Names) -> set[int]:
    """Return how many cells and sites there are in the places of a reading, alone and together, and how many wishes it has."""
    try:
        places = located(marked, names)
    except Doubt:
        return set()
    every = frozenset[str]().union(*places)
    totals = {
        len(marked.items),
        len(set(places)),
        *(sum(one.kind == kind for one in marked.items) for kind in ("target", "edit")),
    }
    for cells in (every, *places):
        totals |= {len(cells), len({site for site, own in names.sites.items() if set(own) & cells})}
    return totals
