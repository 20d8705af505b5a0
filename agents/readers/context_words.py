"""From the words of a condition to a bound on a KPI: "but only as long as nobody in S1C1 drops below 5 Mbit/s".

1. Each word must be understood: connective, places, one KPI, a slice, one comparison, one amount, and words that mean nothing.
   What is left over makes it a condition that is asked about.
2. A condition under which something is not done ("unless URLLC delay exceeds 5 ms") is turned round: what must hold is returned.
3. A bound on the side on which a KPI serves users well (a loss below 1 %) is to be kept by the change. One on the other side (a
   loss above 1 %) is what the change is to end: it only tells whether there is anything to do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from agents.reading.amounting.amounts import AmountError, value_in
from agents.reading.antecedents import named_in
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.spoken import ONES, TENS, spoken, with_hundreds
from agents.reading.unknown_words import unmeasured_in
from agents.understanding.lexicon import base_table
from policies.intent import Condition, ExpectationTarget
from policies.kpi import kpi_definition, kpi_definitions
from policies.slices import Slice
from policies.text.units import is_unit

_INVERSE: Final = {  # in the order in which they are looked for: "no more than" has "more than" in it
    Condition.AT_MOST: Condition.GREATER,
    Condition.AT_LEAST: Condition.LESS,
    Condition.LESS: Condition.AT_LEAST,
    Condition.GREATER: Condition.AT_MOST,
}
_USERS, _RATE, _LOW_RATE, _DELAY = "RRC.ConnMean", "DRB.UEThpDl", "DRB.UEThpDl.P05", "DRB.PdcpSduDelayDl"


class ContextError(ValueError):
    """The words are no condition that is measured; the message says why."""


@dataclass(frozen=True)
class ReadContext:
    """A bound that must hold.

    cells: as named, None if no place is. refers: "there" or "its" is said. duration: it is to hold as long as the change does.
    """

    target: ExpectationTarget
    slice: Slice | None
    cells: frozenset[str] | None
    refers: bool
    duration: bool

    @property
    def keeps(self) -> bool | None:
        """Whether the bound is on the side on which the KPI serves users well; None for a KPI that has no such side."""
        better = kpi_definition(self.target.kpi).better
        return None if better == "neutral" else self.target.condition.is_upper_bound == (better == "lower")


_TABLE: Final = Path(__file__).parent / "data" / "condition_words.toml"
_LEAD: Final = r"[\s,;:.…(–—-]*(?:(?:but|and|so|yet|then|or)\b[\s,]+)?"
_BIT_RATE: Final = re.compile(r"\b(?:[kmg]bit/s|[kmg]bps|[kmg]b/s|(?:kilo|mega|giga)?bits?\b)", re.IGNORECASE)
_ALTERNATIVE: Final = re.compile(r"\b(?:or|either|nor)\b", re.IGNORECASE)
_REST: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[<>=≤≥≠±&|…]")


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """Return the phrases by section and meaning."""
    with _TABLE.open("rb") as file:
        return tomllib.load(file)


def _phrases(phrases: Iterable[str]) -> str:
    """Return a pattern of phrases, the longest first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"[\s,-]+").replace("'", "['’]?") for phrase in longest_first)


@cache
def _pattern(section: str, meaning: str = "words") -> re.Pattern[str]:
    """Return the pattern of the phrases of a meaning: words stand alone, and signs beside anything but signs."""
    joined = _phrases(_table()[section][meaning])
    return re.compile(rf"(?<![\w<>=])(?:{joined})(?![<>=])(?!(?<=\w)\w)", re.IGNORECASE)


@cache
def _opening() -> re.Pattern[str]:
    named = "|".join(f"(?P<{kind}>{_phrases(_table()['opening'][kind])})" for kind in ("unless", "while", "if"))
    return re.compile(rf"{_LEAD}(?:{named})\b\s*:?", re.IGNORECASE)


@cache
def _ending() -> re.Pattern[str]:
    return re.compile(rf"[\s,;:.…(–—-]*(?<!\w)(?:{_phrases(_table()['ending']['words'])})[\s.…!)]*$", re.IGNORECASE)


@cache
def _kpi_phrases() -> dict[str, str]:
    """Return the KPI of each phrase: its own name, the catalogue's aliases, the lexicon's, and those of conditions."""
    phrases = {" ".join(phrase): meaning.value for phrase, meaning in base_table().items() if meaning.kind == "kpi"}
    phrases = {phrase: kpi for phrase, kpi in phrases.items() if phrase not in _table()["no_kpi"]["words"]}
    phrases |= {phrase: kpi for kpi, own in _table()["kpi"].items() for phrase in own}
    return phrases | {name.casefold(): name for name in kpi_definitions()}


@cache
def _kpis() -> re.Pattern[str]:
    return _names(_kpi_phrases())


@cache
def _slices() -> tuple[re.Pattern[str], dict[str, str]]:
    phrases = {" ".join(phrase): meaning.value for phrase, meaning in base_table().items() if meaning.kind == "slice"}
    return _names(phrases), phrases


def _names(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{_phrases(phrases)})(?!\w|\.\w)", re.IGNORECASE)


def context_in(words: str, names: Names) -> ReadContext:
    """Return the condition that the words state; raises ContextError."""
    return _Clause(words, names).read()


class _Clause:
    """The words of a condition, blanked one by one as they are understood; all positions stay."""

    def __init__(self, words: str, names: Names) -> None:
        self._words, self._names = words, names
        self._left = words

    def read(self) -> ReadContext:
        if found := unmeasured_in(self._words):
            raise ContextError(f"“{self._words[slice(*found[0])]}” is not measured")
        is_unless, is_duration = self._opening()
        is_duration |= bool(_pattern("staying").search(self._left)) and not is_unless
        kpis = self._take(_kpis(), names_only=True)
        cells, refers = self._places()
        slice_ = self._slice()
        is_nobody = bool(self._take(_pattern("nobody")))
        condition = self._comparison()
        is_denied = is_nobody ^ (len(self._take(_pattern("negation"))) % 2 == 1)
        statistic = self._statistic()
        kpi = self._kpi(kpis, statistic)
        kpi = self._of_people(kpi, bool(self._take(_pattern("people"))) or is_nobody)
        if slice_ is not None and "slice" not in kpi_definition(kpi).levels:
            kpi = "RRU.PrbUsedDl" if kpi == "RRU.PrbTotDl" else kpi
        if slice_ is not None and "slice" not in kpi_definition(kpi).levels:
            raise ContextError(f"{kpi} is measured by cell, not by slice")
        if kpi_definition(kpi).across_windows == "sum":
            raise ContextError(f"{kpi} is a sum, and over which time is not said")
        if cells is not None and len(cells) > 1 and _pattern("any").search(self._words) and not is_unless and not is_denied:
            raise ContextError("it can be one of these cells or each of them")
        value = self._value(kpi)
        if condition is None:
            condition = Condition.GREATER if kpi_definition(kpi).better == "lower" else Condition.LESS
        turned = _INVERSE[condition] if is_denied ^ is_unless else condition
        target = ExpectationTarget(kpi=kpi, condition=turned, value=value, unit=kpi_definition(kpi).unit)
        return ReadContext(target, slice_, cells, refers, is_duration)

    def _take(self, pattern: re.Pattern[str], *, names_only: bool = False) -> list[str]:
        """Blank and return what matches, in order. names_only: only KPIs by their full names, which places could hide."""
        found = [match for match in pattern.finditer(self._left) if not names_only or "." in match[0]]
        for match in found:
            self._blank(match.start(), match.end())
        return [" ".join(match[0].casefold().split()) for match in found]

    def _blank(self, start: int, end: int) -> None:
        self._left = f"{self._left[:start]}{' ' * (end - start)}{self._left[end:]}"

    def _opening(self) -> tuple[bool, bool]:
        """Return whether the words say when something is not done, and whether for as long as something holds."""
        while tail := _ending().search(self._left):
            self._blank(tail.start(), tail.end())
            if not tail[0].strip():
                break
        match = _opening().match(self._left)
        if match is None:
            raise ContextError("it does not begin with a condition such as “if”, “unless” or “as long as”")
        self._blank(match.start(), match.end())
        return match["unless"] is not None, match["while"] is not None

    def _places(self) -> tuple[frozenset[str] | None, bool]:
        """Return the cells that are named, None if none is, and whether the words refer to those of the request."""
        if self._take(_pattern("everywhere")):
            return self._names.all, False
        try:
            named = named_in(self._left, self._names)
            self._blank_names(named)
        except AmbiguousNameError as error:
            raise ContextError(str(error)) from error
        refers = bool(self._take(_pattern("referring")))
        if len(named) > 1 and _ALTERNATIVE.search(self._words):
            raise ContextError("it names several places, and not whether in one or in all of them")
        return (frozenset[str]().union(*named) if named else None), refers

    def _blank_names(self, named: tuple[frozenset[str], ...]) -> None:
        words, position = with_hundreds(spoken(self._left)), 0
        while position < len(words):
            name = self._names.full_at(words, position)
            if name is not None and name.cells in named:
                last = words[position + name.words - 1]
                self._blank(words[position].start, last.end)
                position += name.words
            else:
                position += 1

    def _slice(self) -> Slice | None:
        pattern, values = _slices()
        said = {values[phrase.replace("-", " ")] for phrase in self._take(pattern)}
        if len(said) > 1:
            raise ContextError("it names several slices")
        slice_ = Slice(said.pop()) if said else None
        if slice_ is not None and slice_ not in self._names.card.slices:
            raise ContextError(f"this network has no slice {slice_.value}")
        return slice_

    def _comparison(self) -> Condition | None:
        """Return the comparison; None for "worse than", whose side the KPI decides."""
        found = [one for one in _INVERSE for _ in self._take(_pattern("comparison", one.value))]
        worse = self._take(_pattern("comparison", "WORSE"))
        if len(found) + len(worse) != 1:
            raise ContextError("it has no comparison with a number" if not found else "it has more than one comparison")
        return found[0] if found else None

    def _statistic(self) -> str:
        said = [name for name in _table()["statistic"] if self._take(_pattern("statistic", name))]
        return said[0] if len(said) == 1 else ""

    def _kpi(self, named: list[str], statistic: str) -> str:
        """Return the KPI that is named, empty if none is: then users are counted, or their rate is meant."""
        phrases = _kpi_phrases()
        said = {
            phrases[phrase.replace("-", " ") if phrase not in phrases else phrase] for phrase in (*named, *self._take(_kpis()))
        }
        counted = said - {_USERS} if len(said) > 1 else said  # "connected users", "the delay of the users"
        if len(counted) > 1:
            raise ContextError(f"it names several KPIs: {', '.join(sorted(counted))}")
        kpi = counted.pop() if counted else ""
        return f"{kpi}.{statistic}" if (kpi, statistic) in ((_RATE, "P05"), (_DELAY, "P95")) else kpi

    def _of_people(self, kpi: str, people: bool) -> str:
        """Return the KPI of a condition on users: how many are connected, or what all of them get."""
        is_rate = bool(_BIT_RATE.search(self._left))
        if kpi in ("", _USERS, _RATE) and is_rate and (people or kpi == _USERS):
            return _LOW_RATE
        if not kpi and people and not is_rate:
            return _USERS
        if not kpi:
            raise ContextError("it names no KPI that this network measures")
        return kpi

    def _value(self, kpi: str) -> float:
        """Return the amount; raises ContextError if there is none, or if words are left that nobody understands."""
        left = [word for word in _REST.findall(self._left) if not _is_accounted(word)]
        if left:
            raise ContextError(f"it is not certain what “{left[0]}” means there")
        unit = kpi_definition(kpi).unit
        try:
            return value_in(" ".join(self._left.split()).strip(" ,.;:()[]{}…!?–—-"), unit)
        except (AmountError, OverflowError) as error:
            raise ContextError(f"{error} (the unit of {kpi})") from error


def _is_accounted(word: str) -> bool:
    key = word.casefold()
    is_number = key[0].isdecimal() or key in ONES or key in TENS
    return is_number or key in _table()["filler"]["words"] or key in _table()["amount"]["words"] or is_unit(word) or is_unit(key)
