"""Words that only tell what is named outright behind them: "the emergency department, EME05," or "both gates, A1 and B2"."""

from __future__ import annotations

from typing import Final

from agents.reading.name import AmbiguousNameError, Name, runs
from agents.reading.place_words import BESIDE, EXCLUDED, JOINING, phrase_at
from agents.reading.placing.place_phrase import PlacePhrase

_ARTICLES: Final = frozenset(
    ("the", "our", "my", "your", "a", "an", "in", "at", "on", "for", "of", "by", "to", "from", "and", "all")
)
_NOUNS: Final = frozenset(("the", "cell", "cells", "site", "sites", "sector", "sectors", "mast", "masts"))
_TELLING: Final = (
    ("that", "is"),
    ("which", "is"),
    ("that", "are"),
    ("which", "are"),
    ("that", "means"),
    ("that's",),
    ("thats",),
    ("i", ".", "e", "."),
    ("i", ".", "e"),
    ("ie",),
    ("namely",),
    ("meaning",),
    ("(",),
    (":",),
)
_COUNTS: Final = {"both": 2, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
_SHORTEST: Final = 3  # letters of an id with which the word for what it is begins: emergency and EME05


def described(phrase: PlacePhrase) -> frozenset[int]:
    """Return the positions of the words that only describe the names behind them."""
    found: set[int] = set()
    for position in range(1, len(phrase.words)):
        name = phrase.names.full_at(phrase.words, position)
        if name and name.kind in ("cell", "site"):
            found.update(_before(phrase, position, name))
    return frozenset(found)


def _before(phrase: PlacePhrase, position: int, name: Name) -> range:
    """Return where the words stand that describe the name at a position, none if it is not certain that they do."""
    behind = position
    while phrase.is_at(behind - 1, *_NOUNS):
        behind -= 1
    end = _telling(phrase, behind)
    is_told, is_comma = end < behind, end == behind and phrase.is_at(behind - 1, ",")
    end -= is_comma
    start = end
    while _is_description(phrase, start - 1, name):
        start -= 1
    words = [word.key for word in phrase.words[start:end]]
    before = phrase.words[start - 1].key if start else ""
    counted = _COUNTS.get(before, 0)
    if not words or not (start == 0 or counted or before in _ARTICLES):
        return range(0)
    if not is_told and not is_comma and (before == "and" or any(word in BESIDE for word in words)):
        return range(0)
    is_its_own = _shortens(name, words) or (counted > 1 and words[-1].endswith("s") and _listed(phrase, position) == counted)
    is_first = all(word.key in (*_ARTICLES, *_COUNTS) for word in phrase.words[:start])
    is_between = is_comma and is_first and before == "the" and _is_closed(phrase, position + name.words)
    if any(phrase_at(EXCLUDED, phrase.words, at) for at in range(position, len(phrase.words))):
        return range(0)  # "the fan zone (A excluded)"
    return range(start, behind) if is_its_own or (is_told and is_first) or is_between else range(0)


def _telling(phrase: PlacePhrase, end: int) -> int:
    """Return where "that is" or the like begins that ends at a position; the position if there is none."""
    keys = tuple(word.key for word in phrase.words[:end])
    length = next((len(words) for words in _TELLING if keys[-len(words) :] == words), 0)
    return end - length - (length > 0 and phrase.is_at(end - length - 1, ","))


def _is_description(phrase: PlacePhrase, position: int, name: Name) -> bool:
    """Whether a word says nothing of what is meant, or names what the name is a part of: car of "the car park, CAR14"."""
    if position < 0 or not phrase.words[position].key.isalpha() or len(phrase.words[position].key) < _SHORTEST:
        return False
    if phrase.is_at(position, *_ARTICLES, *_COUNTS, *JOINING, *_NOUNS) or phrase.has_meaning(position):
        return False
    try:
        other = phrase.names.at(phrase.words, position)
    except AmbiguousNameError:
        return False
    return other is None or name.cells <= other.cells


def _shortens(name: Name, words: list[str]) -> bool:
    """Whether the letters with which an id begins are those of a word: EME05 is of the emergency department."""
    head = runs(name.name)[0]
    return head.isalpha() and len(head) >= _SHORTEST and any(word.startswith(head) for word in words)


def _listed(phrase: PlacePhrase, position: int) -> int:
    """Return how many names stand in a list from a position on."""
    count = 0
    while position < len(phrase.words):
        name = phrase.names.full_at(phrase.words, position)
        if name is None:
            break
        count, position = count + 1, position + name.words
        while phrase.is_at(position, ",", "and", "&", "+"):
            position += 1
    return count


def _is_closed(phrase: PlacePhrase, end: int) -> bool:
    """Whether a name that ends here is between two commas, and nothing follows."""
    return phrase.is_at(end, ",") and (end + 1 == len(phrase.words) or phrase.is_at(end + 1, "…"))
