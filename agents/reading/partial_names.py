"""Names of a network by some of their words or letters: "the hall" of the town hall, "mil47" of Millbrook47, "the ground"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.reading.name import AmbiguousNameError, Name, folded, runs
from agents.reading.name_table import NameTable
from agents.reading.place_words import ALL, EXCLUDING, GROUNDS, WHOLES, phrase_at
from agents.reading.spoken import SPELLED_LETTERS, Spoken, is_misspelled, singular

_EACH: Final = (ALL - {"whole", "entire", "full", "complete", "overall"}) | {"2", "3", "both", "either"}
_BETWEEN: Final = frozenset(("of", "the", "in", "at", "on", "with", "-", "'"))


class PartialNames(NameTable):
    """The names of a network, found by a part of them or an abbreviation."""

    def _group(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the area or site that some of its words name."""
        if loose := self._loose_group(words, position):
            return loose
        used = self._words_of_groups(words, position)
        while used:
            said = frozenset(word for word, _ in used)
            for kind, group in self.groups.items():
                matching = [name for name, own in group.items() if own and said <= own]
                exact = [name for name in matching if group[name] == said]
                if kind == "area" and not exact and said in self.groups["site"].values():
                    continue
                if matching:
                    return self._one_group(kind, exact or matching, words, position, used[-1][1])
            used.pop()
        return None

    def _words_of_groups(self, words: Sequence[Spoken], position: int) -> list[tuple[str, int]]:
        used: list[tuple[str, int]] = []
        for end in range(position, min(position + 6, len(words))):
            word = singular(self._corrected_at(words, end))
            if word in self.group_words:
                used.append((word, end + 1))
            elif not used or words[end].key not in _BETWEEN:
                break
        return used

    def _corrected_at(self, words: Sequence[Spoken], position: int) -> str:
        """Return the word of a name that a word misspells; of one written as an id only if alike: "murmel@2050" is no mure."""
        key = words[position].key
        right = self.corrected(key)
        is_id = len(words) > position + 2 and self._is_written_id(words, position, position + 2)
        return key if is_id and not _is_like(right, key) else right

    def _loose_group(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the area or site whose two or more words stand here, each in full, shortened or misspelled."""
        found: list[tuple[str, str]] = []
        for kind, group in self.groups.items():
            for name, own in group.items():
                said = [singular(word.key) for word in words[position : position + len(own)]]
                if (
                    len(said) == len(own) > 1
                    and _meant(said[0], own)
                    and len({_meant(word, own) for word in said} - {""}) == len(own)
                ):
                    found.append((kind, name))
        if len(found) != 1 or any(part.isdecimal() for part in runs(found[0][1])):
            return None
        kind, name = found[0]
        size = len(self.groups[kind][name])
        return (
            Name("area", name, frozenset(self.card.areas[name]), size)
            if kind == "area"
            else Name("site", name, self.sites[name], size)
        )

    def _one_group(self, kind: str, names: list[str], words: Sequence[Spoken], position: int, end: int) -> Name:
        said = words[max(0, position - 2) : end]
        several = end < len(words) and phrase_at(EXCLUDING, words, end) > 0  # "TQ excl. TQ-105"
        several |= any(word.key in _EACH or singular(word.key) != word.key for word in said)
        if len(names) > 1 and not several:
            raise AmbiguousNameError(names)
        is_all = singular(words[position].key) in WHOLES and is_whole(words[max(0, position - 3) : position])
        if is_all and len(self.groups[kind][names[0]]) > 1 == end - position:
            raise AmbiguousNameError((*names, self.card.name))  # "the whole park": the north park, or the network?
        cells: frozenset[str] = frozenset()
        for name in names:
            cells |= frozenset(self.card.areas[name]) if kind == "area" else self.sites[name]
        return Name("area" if kind == "area" else "site", names[0], cells, end - position)

    def _abbreviated(self, words: Sequence[Spoken], position: int) -> Name | None:
        head = words[position].key
        if len(head) < 2 or not head.isalpha():
            return None
        best = self._one_of(self._shortened(head, ""), 1) if len(head) > 2 else None
        tail = ""
        for end in range(position + 1, min(position + 4, len(words))):
            key = SPELLED_LETTERS.get(words[end].key, words[end].key)
            if not (key.isdecimal() or len(key) == 1):
                break
            tail += folded(key)
            candidates = self._shortened(head, tail)
            if tail and self._is_written_id(words, position, end):
                candidates = [name for name in candidates if _is_like(folded(name.name).removesuffix(tail), head)]
            best = self._one_of(candidates, end + 1 - position) or best
        return best or self._area_beginning(head)

    def _is_written_id(self, words: Sequence[Spoken], position: int, last: int) -> bool:
        """Whether words are one piece with a sign that ids have: "murmel@2050" is no shortened mure@2050."""
        said = words[position + 1 : last + 1]
        return all(word.glued for word in said) and any(word.key in self.signs for word in said)

    def _area_beginning(self, word: str) -> Name | None:
        """Return the only area whose one word begins with `word`: "the river" of the riverbank."""
        areas = [area for area, own in self.groups["area"].items() if len(own) == 1 and min(own).startswith(word)]
        return Name("area", areas[0], frozenset(self.card.areas[areas[0]])) if len(areas) == 1 and len(word) > 4 else None

    def _one_of(self, candidates: list[Name], words: int) -> Name | None:
        """Return the only candidate, or the only site of which all are."""
        sites = [name for name in candidates if name.kind == "site"]
        if len(candidates) == 1 or len(sites) == 1:
            name = candidates[0] if len(candidates) == 1 else sites[0]
            return Name(name.kind, name.name, name.cells, words)
        return None

    def _shortened(self, head: str, tail: str) -> list[Name]:
        """Return sites and cells that `head` abbreviates, or that abbreviate it, and that end with `tail`."""
        found = []
        for key, name in self.by_form.items():
            own = key.removesuffix(tail)
            if (
                name.kind == "area"
                or not key.endswith(tail)
                or own[:1] != head[0]
                or (tail[:1].isdecimal() and own[-1:].isdecimal())
            ):
                continue
            if (len(head) > 2 and own.startswith(head)) or (tail and len(own) > 1 and own.isalpha() and _is_within(own, head)):
                found.append(name)
        return found

    def _family(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the cells that share a word of their ids, or the one that alone has it."""
        word = words[position].key
        found = self.families.get(word) or self.by_word.get(singular(word)) or self.by_word.get(word)
        return Name(found.kind, found.name, found.cells) if found else None

    def _ground(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the only area that is a stadium or the like if the word is another one for it: "the ground"."""
        areas = [area for area, own in self.groups["area"].items() if own & GROUNDS]
        if words[position].key not in GROUNDS - self.group_words or len(areas) != 1:
            return None
        if is_whole(words[max(0, position - 3) : position]):
            raise AmbiguousNameError((*areas, self.card.name))
        return Name("area", areas[0], frozenset(self.card.areas[areas[0]]))


def _meant(word: str, own: frozenset[str]) -> str:
    """Return the word of a name that `word` is, shortens or misspells; empty if there is none."""
    if word in own:
        return word
    for right in sorted(own):
        is_short = (
            len(word) > 1 and len(word) < len(right) and (right.startswith(word) or (len(word) > 2 and _shortens(word, right)))
        )
        if is_short or is_misspelled(word, right) or (len(word) > 2 and sorted(word) == sorted(right)):
            return right
    return ""


def _is_like(own: str, word: str) -> bool:
    """Whether one of two words begins the other, or misspells it."""
    return own.startswith(word) or word.startswith(own) or is_misspelled(word, own)


def _shortens(word: str, right: str) -> bool:
    return word[0] == right[0] and word[-1] == right[-1] and _is_within(word, right)


def is_whole(words: Sequence[Spoken]) -> bool:
    """Whether words before a name say that all of something is meant."""
    return any(word.key in ("whole", "entire", "everywhere", "anywhere") for word in words)


def _is_within(short: str, long: str) -> bool:
    """Whether the letters of `short` stand in `long` in this order."""
    letters = iter(long)
    return all(letter in letters for letter in short)
