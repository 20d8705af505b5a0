"""Words that only tell what is named outright behind them: "the emergency department, EME05," or "both gates, A1 and B2"."""

from __future__ import annotations

from typing import Final

from agents.reading.name import AmbiguousNameError, Name, runs
from agents.reading.place_words import BESIDE, EXCLUDED, FILLERS, JOINING, TOWARDS, phrase_at
from agents.reading.placing.place_phrase import PlacePhrase
from agents.reading.placing.role_words import can_choose, can_tell, is_role

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
_DETERMINERS: Final = frozenset(("the", "our", "my", "your", "their"))
_LEADING: Final = frozenset(
    (
        "in",
        "at",
        "on",
        "for",
        "of",
        "by",
        "to",
        "from",
        "within",
        "inside",
        "over",
        "under",
        "and",
        "&",
        "+",
        ",",
        ";",
        "(",
        "…",
        ":",
    )
)
_ENDING: Final = (",", ";", ")", "…", ":", "and", "&", "+", "or")
_LONGEST_ROLE: Final = 3  # words: "south press box"
_SHORTEST: Final = 3  # letters of an id with which the word for what it is begins: emergency and EME05


def described(phrase: PlacePhrase) -> frozenset[int]:
    """Return the positions of the words that only describe the names behind them."""
    found: set[int] = set()
    for position in range(1, len(phrase.words)):
        name = phrase.names.full_at(phrase.words, position)
        if name and name.kind in ("cell", "site"):
            found.update(_before(phrase, position, name))
            found.update(_role_before(phrase, position, name))
    for position in range(len(phrase.words)):
        name = phrase.names.full_at(phrase.words, position)
        if name and name.kind == "cell":
            found.update(_role_behind(phrase, position + name.words, name))
    return frozenset(found)


def _role_before(phrase: PlacePhrase, position: int, name: Name) -> range:
    """Return where the words stand that tell what is at an id, which decides: "the press box cell S1C2", "truck gate TG1"."""
    behind = _before_nouns(phrase, position)
    is_comma = phrase.is_at(behind - 1, ",", ":", "(")
    end = _before_nouns(phrase, behind - 1) if is_comma else behind
    listed = _names_listed(phrase, position)
    start = end
    while end - start < _LONGEST_ROLE and _is_role_word(phrase, start - 1, listed):
        start -= 1
    words = [word.key for word in phrase.words[start:end]]
    if not words or not _is_explicit(name) or phrase.names.is_unknown_layer(phrase.words, end - 1):
        return range(0)
    has_noun = any(word.is_word for word in phrase.words[end:position])
    before = phrase.words[start - 1].key if start else ""
    if count := _COUNTS.get(before, 0):
        is_said = count == (len(name.cells) if len(listed) == 1 else len(listed))
    elif before in _DETERMINERS:
        is_said = not is_comma
    else:
        is_led = start == 0 or before in _LEADING or before in ("except", "without", "excluding")
        is_cell = all(one.kind == "cell" for one in listed)
        is_said = is_led and not is_comma and (is_role(words[-1]) or (has_noun and is_cell))
    return range(start, end) if is_said and not _can_choose(phrase, position, words, listed, has_noun=has_noun) else range(0)


def _can_choose(phrase: PlacePhrase, position: int, words: list[str], listed: list[Name], *, has_noun: bool) -> bool:
    """Whether words before a site may mean some of its cells: "the busy cells S3", "the indoor S3"."""
    if all(one.kind == "cell" for one in listed):
        return False
    is_of_cells = has_noun or phrase.is_at(position + listed[0].words, "cell", "cells", "sector", "sectors")
    return any(can_choose(word) for word in words) or (is_of_cells and not is_role(words[-1]))


def _role_behind(phrase: PlacePhrase, start: int, name: Name) -> range:
    """Return where the words stand that tell behind the id of a cell what is there: "S1C2 press box"."""
    end = start
    while end < len(phrase.words) and end - start < _LONGEST_ROLE and _is_role_word(phrase, end, [name]):
        end += 1
    is_closed = end == len(phrase.words) or phrase.is_at(end, *_ENDING)
    is_said = end > start and is_role(phrase.words[end - 1].key) and _is_explicit(name)
    return range(start, end) if is_said and is_closed else range(0)


def _before_nouns(phrase: PlacePhrase, position: int) -> int:
    while phrase.is_at(position - 1, *_NOUNS - {"the"}):
        position -= 1
    return position


def _is_explicit(name: Name) -> bool:
    """Whether a name can be nothing but an id: it has letters and digits."""
    return any(letter.isdecimal() for letter in name.name) and any(letter.isalpha() for letter in name.name)


def _is_role_word(phrase: PlacePhrase, position: int, listed: list[Name]) -> bool:
    """Whether a word can tell what is at the names beside it, and is no name itself, unless of what all of them are in."""
    if position < 0 or phrase.has_meaning(position) or not can_tell(phrase.words[position].key):
        return False
    key = phrase.words[position].key
    if key in (*_ARTICLES, *_COUNTS, *JOINING, *_NOUNS, *BESIDE, *TOWARDS) or (key in FILLERS and not is_role(key)):
        return False
    if any(key in event.name.casefold().split() for event in phrase.names.card.events):
        return False  # "the tasting": a time
    sites = [phrase.names.site_of[min(one.cells)] for one in listed]
    try:
        other = phrase.names.at(phrase.words, position, sites)
    except AmbiguousNameError:
        return False
    return other is None or all(one.cells <= other.cells for one in listed)


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
    return len(_names_listed(phrase, position))


def _names_listed(phrase: PlacePhrase, position: int) -> list[Name]:
    """Return the names that stand in a list from a position on."""
    listed: list[Name] = []
    while position < len(phrase.words):
        name = phrase.names.full_at(phrase.words, position)
        if name is None:
            break
        listed.append(name)
        position += name.words
        while phrase.is_at(position, ",", "and", "&", "+"):
            position += 1
    return listed


def _is_closed(phrase: PlacePhrase, end: int) -> bool:
    """Whether a name that ends here is between two commas, and nothing follows."""
    return phrase.is_at(end, ",") and (end + 1 == len(phrase.words) or phrase.is_at(end + 1, "…"))
