"""Units that stand before their number: "in watt maximum 250", "ms < 20", "no fewer Mbit/s than 2", "not a watt above 300"."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.amounting.numbers import numbers_of
from agents.reading.amounting.unit_words import simplified, unit_of
from policies.text.units import is_unit

# What can stand between a unit and its number.
_COMPARING: Final = (
    r"(?:max(?:imum)?|min(?:imum)?|at|most|least|under|below|above|over|beyond|up|to|not?|more|less|fewer|higher|lower|than|is|be"
    r"|of|must|shall|should|stay|remain|within|cap|limit|exceed(?:ing)?|only)\.?"
)
_BETWEEN: Final = re.compile(rf"(?:[\s:;,=<>≤≥()\[\]|…-]|\b{_COMPARING}(?=\W|$))*$", re.IGNORECASE)
_LAST: Final = re.compile(r"(?:(?<![^\W_])|(?<=_))((?:[^\W\d_]+(?:\s+per)?\s+)?[^\W\d_]+(?:/[^\W\d_]+)?|[%‰])\s*$", re.IGNORECASE)
_IN: Final = re.compile(r"(?:\bin|[(\[])\s*$", re.IGNORECASE)
# "not one millisecond over 20" is not over 20.
_NOT_ONE: Final = re.compile(
    r"\b(not?|never)\s+(?:an?|one|1)\s+(?:single\s+)?(?=[^\W\d_]+(?:/s)?\s+(?:above|over|beyond|below|under|(?:more|less)\s+than)\b)",
    re.IGNORECASE,
)
# Spellings that mean something else more often than a unit, where "in" does not stand before them.
_OTHER: Final = frozenset(("min", "mins", "m", "s", "h", "times", "count", "point", "points", "meg", "megs", "second", "j"))


def with_unit_behind(words: str) -> str:
    """Return words with one number that has no unit with that behind it which stands before it; other words as they are."""
    plain = _NOT_ONE.sub(r"\1 ", words)
    numbers = numbers_of(plain)
    if len(numbers) != 1 or numbers[0].is_ratio or unit_of(plain[numbers[0].end :]):
        return words
    unit = _unit_before(plain[: numbers[0].start])
    return f"{plain[: numbers[0].end]} {unit}{plain[numbers[0].end :]}" if unit else words


def _unit_before(words: str) -> str:
    between = _BETWEEN.search(words)
    before = words[: between.start()] if between else words
    match = _LAST.search(before)
    if match is None:
        return ""
    for spelling in (match[1], match[1].split()[-1]):
        start = match.end(1) - len(spelling)
        is_counted = bool((numbers := numbers_of(before[:start])) and not before[numbers[-1].end : start].strip(" -"))
        is_in = bool(_IN.search(before[:start])) and not spelling.casefold().startswith("min")
        is_stated = is_in or spelling.casefold() not in _OTHER
        if (is_unit(spelling) or spelling == "‰") and is_stated and not is_counted:
            return spelling
    return ""


def units_in(words: str) -> set[str]:
    """Return the spellings of units in words that name what is measured: "delay in ms", "bits per joule"; none of a number."""
    plain = simplified(words)
    found = set[str]()
    for match in re.finditer(r"[^\W\d_]+(?:/[^\W\d_]+)?|[%‰]", plain):
        spelling, before = match[0], plain[: match.start()]
        numbers = numbers_of(before)
        is_counted = bool(numbers) and not before[numbers[-1].end :].strip(" -")
        if is_unit(spelling) and spelling.casefold() not in _OTHER and not is_counted:
            found.add(spelling)
    return found
