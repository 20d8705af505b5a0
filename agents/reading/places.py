"""From the words of a place to cells: "everything but site S2", "LUM, d excluded", "the sleeping pair on the north wall".

1. Names (`names.py`) add cells; words of exclusion turn what follows, or what stands before them, into what is taken out.
2. Two names side by side without "and" mean what both share, if anything: "the car park cells zef".
3. "All" without a name is the network; with names it only says that none of their cells is left out.
4. Words that belong to no rule are returned: whoever asks for the place accounts for them, or asks the operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from agents.reading.names import FILLERS, AmbiguousName, Name, Names
from agents.reading.spoken import Spoken, spoken

__all__ = ["AmbiguousName", "NoPlace", "Place", "cells_of"]


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in text.split(" | "))


_BEFORE: Final = _phrases(
    "but not | but | except | exept | excpet | excpt | excepting | except for | excluding | excl | exclude | exclusive of | minus | without |"
    " w / o | wo | sans | save | save for | bar | barring | other than | apart from | apart form | aside from | besides | outside | outside of |"
    " not | skip | skipping | leaving out | leave out | with the exception of | with the sole exception of | with exception of | exception |"
    " exceptions | not counting | not including | beyond | less | only not | omit | omitting | out = | rather than | no | spare | sparing"
)
_AFTER: Final = _phrases(
    "excluded | excepted | exempt | exempted | spared | out of scope | is out of scope | not included | is not included | not counted | does not"
    " count | do not count | doesn't count | left out | is left out | is out | are out | stays out | stay out | is not part of this | is not part of"
    " it | not | is not | are not | aside | apart | is excluded | are excluded | is exempt | out | not meant"
)
_ALSO: Final = _phrases("not excepted | not excluded | included | too | as well | also | inclusive | not without | likewise | no less")
_WITH: Final = _phrases("including | incl | inclusive of | even | in particular | especially | above all | no exception | without exception | no exceptions | without exceptions | not only | not just | not merely | but also")
_ALL: Final = frozenset(
    "all every each everything everywhere anywhere whole entire networkwide any overall complete al evry evrything everythng evrywhere".split()
)
_REST: Final = _phrases("rest | others | everywhere else | elsewhere | remaining | remainder | everything else | all other | all others | other | any other")
_BACK: Final = frozenset("there it here same them these those that both they its former latter this".split())
_ASLEEP: Final = {"sleeping": True, "asleep": True, "dormant": True, "awake": False}
_BREAKS: Final = frozenset(";\n")
_CLOSING: Final = frozenset({",", ";", ".", ")", "since", "because", "as"})


class NoPlace(Exception):
    """The words name no cell of the network."""


@dataclass(frozen=True)
class Place:
    """The ids of cells, and the words that were not used."""

    cells: frozenset[str]
    unused: tuple[str, ...] = ()


Sign = Literal["in", "also", "out"]


@dataclass
class _Said:
    """What has been read so far: the groups of cells in order, each taken in, taken in whatever else holds, or taken out."""

    groups: list[tuple[Sign, Name]] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    sign: Sign = "in"
    all: bool = False
    rest: bool = False
    rest_of: bool = False
    back: bool = False
    asleep: bool | None = None
    last: Name | None = None  # as it was named, whatever it was joined with
    joined_with: tuple[Sign, Name] | None = None  # what the last group was before it was joined with the last name
    joined: bool = True  # by "and", a comma or another word than a preposition, to the name before

    def turn_last(self, sign: Sign) -> None:
        """Give the last name another sign; what it was joined with keeps its own."""
        if self.last is not None:
            self.groups[-1:] = [self.joined_with] if self.joined_with else []
            self.groups.append((sign, self.last))
            self.joined_with = None

    def cells(self, *signs: Sign) -> frozenset[str]:
        """Return all cells of these groups."""
        return frozenset().union(*(name.cells for sign, name in self.groups if sign in signs))


def cells_of(
    phrase: str,
    names: Names,
    *,
    elsewhere: frozenset[str] = frozenset(),
    before: frozenset[str] = frozenset(),
    relation: bool = False,
) -> Place:
    """Return the cells that a phrase names; raises NoPlace, AmbiguousName.

    elsewhere: cells that the rest of the text names, for "everywhere else". before: what "there" or "both" refers to.
    relation: the phrase is about a relation of two cells, of which only the source counts.
    """
    words, said = spoken(phrase), _Said()
    position = 0
    while position < len(words):
        if relation and said.groups and _is_towards(words, position):
            break  # the rest names the target
        position += _read(words, position, names, said, phrase)
    cells = _result(said, names, elsewhere, before)
    if not cells:
        raise NoPlace(phrase)
    return Place(cells, tuple(said.unused))


def _read(words: Sequence[Spoken], position: int, names: Names, said: _Said, phrase: str) -> int:
    """Read what stands at a position; return how many words it takes."""
    word = words[position]
    if length := _length(_WITH, words, position):
        if words[position].key in ("including", "incl", "inclusive", "even") and said.groups:
            said.sign = "also"
        return length
    if length := _length(_ALSO, words, position):
        if words[position + length - 1].key == "without":
            said.sign = "also"
        elif said.groups:
            said.turn_last("also")
        return length
    if word.key not in _ALL and (length := _length(_REST, words, position)) and not _is_at(words, position + 1, "than"):
        return _read_rest(words, position, said, length)
    if word.key in _ALL and (length := _length(_REST, words, position)):
        return _read_rest(words, position, said, length)
    if name := names.at(words, position, said.near):
        _add(words, position, name, names, said)
        return name.words
    if said.groups and (length := _length(_AFTER, words, position)) and _closes(words, position, length):
        _take_out(words, said)
        return length
    if length := _length(_BEFORE, words, position):
        said.sign = "out"
        return length
    return _read_word(word, words, position, names, said, phrase)


def _read_rest(words: Sequence[Spoken], position: int, said: _Said, length: int) -> int:
    if _is_at(words, position + length, "of"):
        said.rest_of = True
    elif said.sign == "out":
        said.all = True
    else:
        said.rest = True
    return length


def _read_word(word: Spoken, words: Sequence[Spoken], position: int, names: Names, said: _Said, phrase: str) -> int:
    if word.key in _ALL:
        said.all = said.all or said.sign != "out"
    elif word.key in _ASLEEP:
        said.asleep = _ASLEEP[word.key]
    elif word.key in _BACK:
        said.back = True
    elif word.key == "-" and said.all and not said.groups and not word.glued:
        said.sign = "out"
    elif word.key == "wide" or word.key in names.network_words:
        said.all = True
    elif word.key in ("and", "+", "&", "plus", "/", "n", "or", ","):
        said.joined = True
        if word.key == "," and said.sign == "out" and said.groups and not said.all and not said.cells("in"):
            said.sign = "in"  # "with the exception of A, B": what is left out came first
    elif phrase[word.start] in _BREAKS and said.sign == "out":
        said.sign = "in"
    elif word.is_word and word.key not in FILLERS:
        said.unused.append(phrase[word.start : word.end])
    return 1


def _add(words: Sequence[Spoken], position: int, name: Name, names: Names, said: _Said) -> None:
    sites = sorted({names.site_of[cell] for cell in name.cells})
    said.near = [site for site in said.near if site not in sites] + sites
    if said.rest_of:
        said.rest_of = False
        name = Name(name.kind, name.name, name.cells - said.cells("in"))
    last, said.last = said.groups[-1] if said.groups else None, name
    if last and _is_range(words, position) and {last[1].kind, name.kind} == {"cell"}:
        first, end = sorted(names.order.index(next(iter(one.cells))) for one in (last[1], name))
        if names.site_of[names.order[first]] == names.site_of[names.order[end]]:
            said.groups[-1] = (last[0], Name("range", name.name, frozenset(names.order[first : end + 1])))
            return
    said.joined_with = None
    if last and not said.joined and last[0] == said.sign == "in" and last[1].cells & name.cells:
        said.joined_with = last
        said.groups[-1] = ("in", Name("shared", name.name, last[1].cells & name.cells))
    else:
        said.groups.append((said.sign, name))
    said.joined = False


def _take_out(words: Sequence[Spoken], said: _Said) -> None:
    """Take out the last name; behind "all cells, those of" all names."""
    said.turn_last("out")
    if said.all and any(word.key == "those" for word in words):
        said.groups = [("out", name) for _, name in said.groups]


def _result(said: _Said, names: Names, elsewhere: frozenset[str], before: frozenset[str]) -> frozenset[str]:
    taken, also, out = said.cells("in"), said.cells("also"), said.cells("out")
    if taken:
        cells = taken
    elif said.back and before and not said.all:
        cells = before
    elif said.all or (out and not also):
        cells = names.all
    elif said.rest:
        cells = names.all - elsewhere - also
    elif also:
        cells = frozenset()
    else:
        raise NoPlace("no cell, site or area of the network is named")
    cells = (cells | also) - (out - also)
    if said.asleep is not None:
        cells = cells & names.asleep if said.asleep else cells - names.asleep
    return cells


def _length(table: frozenset[tuple[str, ...]], words: Sequence[Spoken], position: int) -> int:
    """Return the number of words of the longest phrase of the table at a position, 0 if there is none."""
    sizes = range(min(6, len(words) - position), 0, -1)
    return next((size for size in sizes if tuple(word.key for word in words[position : position + size]) in table), 0)


def _is_at(words: Sequence[Spoken], position: int, key: str) -> bool:
    return position < len(words) and words[position].key == key


def _is_range(words: Sequence[Spoken], position: int) -> bool:
    dots = position > 1 and words[position - 1].key == words[position - 2].key == "."
    return dots or position > 0 and words[position - 1].key in ("-", "–", "to", "through", "thru", "till", "until", "..")


def _is_towards(words: Sequence[Spoken], position: int) -> bool:
    """Whether the target of a relation follows."""
    return words[position].key in ("towards", "toward", "->", "→", ">", "to", "into", "when", "against", "versus", "vs")


def _closes(words: Sequence[Spoken], position: int, length: int) -> bool:
    """Whether "not" or "out" belongs to the name before it: nothing that it could exclude follows."""
    first, after = words[position].key, position + length
    if first in ("excluded", "excepted", "exempt", "exempted", "spared") or length > 2:
        return True
    rest = [word for word in words[after:] if word.is_word and word.key not in FILLERS]
    return not rest or (first not in ("not", "out", "apart", "aside") and words[after].key in _CLOSING)
