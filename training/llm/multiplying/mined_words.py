"""Words that the hands really used for the same thing: places and times of a network, names of KPIs and attributes, bounds."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from agents.reading.marked import LIVE_ACTS
from agents.reading.reading import Cells
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledTarget
from training.llm.multiplying.segments import is_one_piece, segments, users
from training.llm.multiplying.source import Source

BOUND: Final = re.compile(
    r"(?P<before>[^\d]{0,40}?)(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>%|[A-Za-zµ/%]+(?:/s)?)(?P<after>[^\d]{0,20})"
)
NEGATIVE: Final = re.compile(
    r"\b(?:no|not|none|nobody|noone|never|without|nil|neither|nor|cannot|hardly|only|except|unless)\b|n'?t\b", re.IGNORECASE
)  # words that turn what stands beside them
_WORD: Final = re.compile(r"[^\W\d_]+")
_PLAIN_NAME: Final = re.compile(r"[\w .\-]+")
_TURNING: Final = re.compile(
    r"\b(?:up|uptilt|rais\w*|lower\w*|increas\w*|decreas\w*|reduc\w*|more|less|min\w*|max\w*)\b", re.IGNORECASE
)
_SAYING_NOTHING: Final = frozenset(
    {
        "avg",
        "average",
        "averge",
        "mean",
        "the",
        "a",
        "on",
        "of",
        "in",
        "for",
        "p",
        "tail",
        "dl",
        "downlink",
        "rate",
        "share",
        "level",
    }
)
_IN_FRONT: Final = frozenset({"in", "at", "on", "for", "of", "to", "from", "across", "around", "within", "over", "near", "by"})
_TELLING: Final = 0.7  # least share of a word's uses that are for one name, for the word to tell that name
_AGREEING: Final = 0.9  # least share of the uses of a bound's words that have one comparison

NameKey = tuple[type[LabelledItem], str]


class Place(NamedTuple):
    """Words for cells, and the cells."""

    words: str
    cells: Cells


class Time(NamedTuple):
    """Words for a window, and the window."""

    words: str
    window: tuple[datetime, datetime]


class Bound(NamedTuple):
    """What stands around the number of a bound."""

    before: str
    unit: str
    after: str


@dataclass
class MinedWords:
    """places: by hand, and whether a preposition begins them. times: by hand. bounds: by comparison and unit in small letters."""

    places: dict[tuple[str, bool], list[Place]] = field(default_factory=lambda: defaultdict(list))
    times: dict[str, list[Time]] = field(default_factory=lambda: defaultdict(list))
    names: dict[NameKey, list[str]] = field(default_factory=lambda: defaultdict(list))
    bounds: dict[tuple[str, str], list[Bound]] = field(default_factory=lambda: defaultdict(list))


def mined_words(sources: Iterable[Source]) -> MinedWords:
    """Collect the words of all texts with something to compute."""
    found = MinedWords()
    for source in sources:
        if source.text.act not in LIVE_ACTS:
            continue
        if source.time_stands and source.text.window is not None:
            words = next(segment.words for segment in segments(source.text) if segment.letter == "w")
            found.times[source.hand].append(Time(words, source.text.window))
        for item in source.text.items():
            _mine_item(found, source, item)
    found.names = _telling(found.names)
    found.bounds = _agreeing(found.bounds)
    return found


def _mine_item(found: MinedWords, source: Source, item: LabelledItem) -> None:
    text = source.text
    for tag in item.marks:
        if not is_one_piece(text, tag):
            continue
        words = text.words(tag)[0]
        if tag[0] == "p" and source.stands and item.cells != "*":
            found.places[source.hand, begins_with_preposition(words)].append(Place(words, item.cells))
        elif tag[0] == "k" and users(text, tag) == 1 and _PLAIN_NAME.fullmatch(words) and not NEGATIVE.search(words):
            found.names[type(item), name_of(item)].append(words)
        elif tag[0] == "a" and isinstance(item, LabelledTarget) and item.value is not None and source.stands:
            match = BOUND.fullmatch(words.strip())
            if match and says_comparison(match) and not negative_outside(source):
                bound = Bound(match["before"], match["unit"], match["after"])
                found.bounds[item.condition, match["unit"].casefold()].append(bound)


def name_of(item: LabelledItem) -> str:
    """Return the KPI, the attribute, or what is forbidden."""
    if isinstance(item, LabelledTarget):
        return item.kpi
    return item.attribute if isinstance(item, LabelledEdit) else item.what


def begins_with_preposition(words: str) -> bool:
    """Whether words begin with a preposition: "in the yard"."""
    return words.split(maxsplit=1)[0].casefold() in _IN_FRONT


def says_comparison(match: re.Match[str]) -> bool:
    """Whether a bound has its comparison in its own words: "under 5 ms", not "5 ms"."""
    return bool(match["before"].strip() or match["after"].strip())


def negative_outside(source: Source) -> bool:
    """Whether a word that can turn a comparison stands outside of the words of the amounts."""
    return any(NEGATIVE.search(segment.words) for segment in segments(source.text) if segment.letter != "a")


def turns(words: str) -> bool:
    """Whether a name carries a direction, so that another name for the same may turn it."""
    return bool(_TURNING.search(words) or NEGATIVE.search(words))


def _telling(names: dict[NameKey, list[str]]) -> dict[NameKey, list[str]]:
    """Keep the words that tell what is meant by themselves: "on avg" is said for throughput, but does not name it."""
    users_of: dict[str, Counter[NameKey]] = defaultdict(Counter)
    for name, phrases in names.items():
        for phrase in phrases:
            for word in set(_words(phrase)):
                users_of[word][name] += 1

    def tells(phrase: str, name: NameKey) -> bool:
        shares = [users_of[word][name] / users_of[word].total() for word in _words(phrase) if word not in _SAYING_NOTHING]
        return max(shares, default=0.0) >= _TELLING and not turns(phrase)

    return {name: [phrase for phrase in phrases if tells(phrase, name)] for name, phrases in names.items()}


def _agreeing(bounds: dict[tuple[str, str], list[Bound]]) -> dict[tuple[str, str], list[Bound]]:
    """Keep the words that hardly anybody uses for another comparison: "not above" cut short, "within" for both sides."""
    uses: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (comparison, _), ones in bounds.items():
        for one in ones:
            uses[_key(one)][comparison] += 1

    def agrees(one: Bound, comparison: str) -> bool:
        return uses[_key(one)][comparison] / uses[_key(one)].total() >= _AGREEING

    return {key: [one for one in ones if agrees(one, key[0])] for key, ones in bounds.items()}


def _key(bound: Bound) -> tuple[str, str]:
    return bound.before.strip().casefold(), bound.after.strip().casefold()


def _words(phrase: str) -> list[str]:
    return _WORD.findall(phrase.casefold())
