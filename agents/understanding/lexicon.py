"""The phrases that the grammar knows, as one table from words to meaning.

Sources: `data/lexicon.toml`, the KPI catalogue's names and aliases, and (per network) the names on the card.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policies.kpi import kpi_definitions

_FILE = Path(__file__).parent / "data" / "lexicon.toml"
# If two kinds contain the same phrase, the later one wins.
_ORDER = (
    "filler",
    "domain",
    "user",
    "kpi",
    "complement",
    "unmeasured",
    "vague",
    "preserve",
    "command",
    "theme",
    "motion",
    "goal",
    "comparator",
)
_ORDER_LAST = ("every", "pronoun", "everywhere", "negation", "by", "to", "statistic", "slice", "attribute", "state", "break")


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a phrase: kind of item and value."""

    kind: str
    value: str = ""


Phrase = tuple[str, ...]
Table = dict[Phrase, Meaning]


@cache
def lexicon() -> dict[str, Any]:
    """Return the content of the lexicon file."""
    with _FILE.open("rb") as file:
        return tomllib.load(file)


def words_of(phrase: str) -> Phrase:
    """Split a phrase as the tokenizer splits text: lower case, hyphens are spaces."""
    return tuple(phrase.lower().replace("-", " ").split())


def plurals(phrase: Phrase) -> Iterable[Phrase]:
    """Return the phrase and its plural by s."""
    yield phrase
    if phrase and phrase[-1].isalpha() and not phrase[-1].endswith("s"):
        yield (*phrase[:-1], phrase[-1] + "s")


@cache
def base_table() -> Table:
    """Return every phrase of file and KPI catalogue."""
    table: Table = {}
    for kind in (*_ORDER, *_ORDER_LAST):
        if kind == "kpi":
            _add_catalogue(table)
        for value, phrases in lexicon()[kind].items():
            for phrase in phrases:
                table[words_of(phrase)] = Meaning(kind, "" if value in ("words",) else value)
    return table


def _add_catalogue(table: Table) -> None:
    for name, definition in kpi_definitions().items():
        table[(name.lower(),)] = Meaning("kpi", name)
        for alias in definition.aliases:
            for phrase in plurals(words_of(alias)):
                table[phrase] = Meaning("kpi", name)


def longest(tables: tuple[Table, ...], words: list[str], start: int, max_words: int = 7) -> tuple[int, Meaning] | None:
    """Return (number of words, meaning) of the longest phrase that begins at `start`; earlier tables win."""
    for length in range(min(max_words, len(words) - start), 0, -1):
        key = tuple(words[start : start + length])
        for table in tables:
            if key in table:
                return length, table[key]
    return None
