"""Names of a network as people write them: in full, shortened, spelled out, misspelled or spoken.

A name is looked up word by word without signs and case. Found are, in this order: names with a wildcard ("S2C*"), a sector of a
site ("sector 2 of S2"), names in full ("S2C1", "s 2 c 1", "two one seven" of cell 217), the last part of a cell near its site
("S2C1 and 2"), the part of an id that only one cell has ("9A" of MX9A), some words of an area ("the hall" of the town hall),
and abbreviations ("mil47" of Millbrook47).
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from agents.reading.name import AmbiguousNameError, Name, folded, key_of, runs
from agents.reading.partial_names import PartialNames, is_whole
from agents.reading.place_words import ASLEEP, FILLERS, SITES
from agents.reading.spoken import SPELLED_LETTERS, Spoken, singular

_LONGEST: Final = 8  # words of a name in full
_SWAPPED: Final = 4  # letters of the part of a name in which some may have changed places
_PAUSES: Final = frozenset((*",;()[]=<>+&→…", "->"))
_SUFFIX_NEEDS: Final = frozenset((",", "and", "+", "/", "&", ";", "or", "n", "to", "-", "not", "excluded", "excepted", ""))
_SMALL: Final = ("a", "in", "on", "at")  # words that are hardly ever a part of an id
_SECTOR: Final = frozenset(("sector", "cell", "carrier", "antenna", "number", "no"))
_SECTORS: Final = frozenset(("sectors", "cells", "carriers", "antennas"))
_SITE_LISTS: Final = frozenset(("sites", "stations", "masts", "gnbs"))
_RANGE: Final = frozenset(("to", "through", "thru", "till", "until", "hasta", "até", "bis", "tot"))
_OWN_NAME: Final = frozenset(("cell", "cells", "no"))
_ORDINALS: Final = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6"}
_LAYERS: Final = {"capacity": "capacity", "booster": "capacity", "macro": "macro"}
_LAYER_NOUNS: Final = frozenset(("cell", "sector", "carrier", "antenna", "site", "station", "node", "layer"))
_SPARE_NOUNS: Final = ("cells", "sectors", "carriers", "ones", "pair", "spares")
_COUNTS_BEFORE: Final = {"both": 2, **{str(count): count for count in range(2, 10)}}
_PAIR: Final = 2
_MOST_COUNTED: Final = 10
_SIGNS: Final = ("dot", "slash", "dash", "underscore")


class Names(PartialNames):
    """The names of a network, found in a text."""

    def at(self, words: Sequence[Spoken], position: int, near: Sequence[str] = (), said: Sequence[str] = ()) -> Name | None:
        """Return the name that begins at a position, None if there is none.

        near: the sites named before, the last one last. said: sites of which the text spoke elsewhere, for "sector 2" alone.
        Raises AmbiguousNameError.
        """
        if sites := self._listed_sites(words, position) or self._layer(words, position):
            return sites
        if not words[position].is_word:
            return self._part_near(words, position, near) if self._is_part_behind_sign(words, position) else None
        if sector := self._sector(words, position, near, said) or self._parts_of_site(words, position):
            return sector
        found = self._wildcard(words, position) or self._full(words, position) or self._part_near(words, position, near)
        found = found or self._unique_part(words, position)
        if found is None and not self._means_nothing(words[position].key) and not self._is_of_network(words[position].key):
            found = self._group_or_abbreviated(words, position) or self._family(words, position)
            found = found or self._ground(words, position)
        self._check_network(found, words, position)
        return self._with_cell_of_site(found, words, position) if found else None

    def _check_network(self, found: Name | None, words: Sequence[Spoken], position: int) -> None:
        """Raise AmbiguousNameError for "the whole town" where a site is called so, and the network as well."""
        is_shared = words[position].key in self.network_words and len(self.network_name) > 1
        is_site = found is not None and found.kind == "site" and found.words == 1
        if found and is_site and is_shared and is_whole(words[max(0, position - 3) : position]):
            raise AmbiguousNameError((found.name, self.card.name))

    def _group_or_abbreviated(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the area or site of some words, or the cell that they abbreviate with their number: "cathedral 1" for CATH-1."""
        group, short = self._group(words, position), self._abbreviated(words, position)
        is_cell = short and short.kind == "cell" and group and group.words < short.words and short.cells < group.cells
        return short if is_cell else group or short

    def _means_nothing(self, word: str) -> bool:
        """Whether a word names nothing; "tower" does if it is a word of a name of the network, "and" does not."""
        return word in FILLERS and (len(word) < 5 or word not in self.group_words)

    def _is_of_network(self, word: str) -> bool:
        """Whether a word is one of the network's own name and of no other: the park, where the cells at the parking are near."""
        return word in self.network_words and word not in self.own_words

    def full_at(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the name that stands at a position in full, or with all words of an area, or "the capacity cells"."""
        if not words[position].is_word:
            return None
        return self._full(words, position) or self._loose_group(words, position) or self._layer(words, position)

    def _layer(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the cells of a kind: "the capacity cells", "every macro site", "both boosters"."""
        key = words[position].key
        kind = _LAYERS.get(singular(key), "")
        if spare := self._spare(words, position):
            return spare
        if not (cells := self.layers.get(kind)) or singular(key) in self.own_words:
            return None
        end = position + 1
        end += end < len(words) and key == "capacity" and singular(words[end].key) == "booster"
        noun = words[end].key if end < len(words) else ""
        is_noun = singular(noun) in _LAYER_NOUNS
        is_plural = noun in ("layer", *_SECTORS, "sites", "stations", "nodes") or (words[end - 1].key in ("boosters", "macros"))
        is_each = position > 0 and words[position - 1].key in ("every", "each", "any")
        is_whole = is_plural or ((is_noun or kind == key) and (is_each or len(cells) == 1) and is_noun)
        return Name("layer", kind, cells, end + is_noun - position) if is_whole else None

    def _spare(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the cells of "both spare cells": the capacity cells, or where the card tells none the two that sleep.

        None for an order to spare what follows, and where the cells are named behind it.
        """
        key, before = words[position].key, words[position - 1].key if position else ""
        end = position + 1 + (key == "spare")
        if key not in ("spare", "spares") or "spare" in self.own_words or end > len(words):
            return None
        noun = words[end - 1].key
        after = end + (end < len(words) and words[end].key in (",", ":", "("))
        is_told = after < len(words) and words[after].is_word and self._full(words, after) is not None
        is_counted = before in _COUNTS_BEFORE
        is_pointed = is_counted or before in ("the", "our", "all", "your", "my") or (not before and end == len(words))
        if noun not in _SPARE_NOUNS or is_told or not is_pointed:
            return None
        cells = self.layers.get("capacity") or (self.asleep if len(self.asleep) == _PAIR else frozenset[str]())
        is_number = not is_counted or _COUNTS_BEFORE[before] == len(cells)
        return Name("layer", "spare", cells, end - position) if len(cells) > 1 and is_number else None

    def is_unknown_layer(self, words: Sequence[Spoken], position: int) -> bool:
        """Whether cells of a kind are named that the card does not tell apart, or of which it is not certain which is meant."""
        noun = words[position + 1].key if position + 1 < len(words) else ""
        kind = singular(words[position].key)
        return kind in _LAYERS and kind not in self.own_words and (singular(noun) in _LAYER_NOUNS or kind == "booster")

    def _listed_sites(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the cells of "sites two and three" or "site five six and seven": each number is that of one site."""
        if words[position].key not in (*_SITE_LISTS, "site"):
            return None
        numbers, used = _listed(words, position + 1)
        if len(numbers) < 2 or words[position].key == "site":
            numbers, used = self._numbers_said(words, position)
        if len(numbers) < 2:
            return None
        named = [self.sites_numbered(number) for number in numbers]
        if any(len(sites) != 1 for sites in named):
            return None
        sites = [one[0] for one in named]
        return Name("family", sites[-1].name, frozenset().union(*(site.cells for site in sites)), used)

    def _numbers_said(self, words: Sequence[Spoken], position: int) -> tuple[list[str], int]:
        """Return the numbers of "site five six and seven", and how many words they are with the noun; none if they can be one.

        "Site one two and three" is no list where there is a site 12, nor where the first site has the cells 2 and 3.
        """
        numbers, end, is_ended = list[str](), position + 1, False
        while end < len(words) and words[end].key.isdecimal() and not is_ended:
            numbers.append(words[end].key)
            is_ended = len(numbers) > 1 and words[end - 1].key in ("and", "&", "+")
            end += 1
            is_joined = end + 1 < len(words) and words[end].key in (",", "and", "&", "+") and words[end + 1].key.isdecimal()
            if is_joined and not is_ended:
                end += 1
            elif end < len(words) and (words[end].written or words[end - 1].written):
                break
        firsts = self.sites_numbered(numbers[0]) if numbers else []
        is_one = any(self.sites_numbered("".join(numbers[:count])) for count in range(2, len(numbers) + 1))
        is_cell = any(self.suffixed(number, [site.name for site in firsts]) for number in numbers[1:])
        is_list = is_ended and len(numbers) > 2 and not is_one
        sites = [self.sites_numbered(number) for number in numbers]
        if is_list and is_cell and words[position].key == "site" and all(len(one) == 1 for one in sites):
            raise AmbiguousNameError((sites[0][0].name, ", ".join(one[0].name for one in sites)))
        is_list &= not is_cell
        return (numbers, end - position) if is_list else ([], 0)

    def _sector(self, words: Sequence[Spoken], position: int, near: Sequence[str], said: Sequence[str]) -> Name | None:
        """Return the cells of "sectors 1 and 2 of S3", "the third cell of site ten", or "sector 2" of the site before."""
        keys = [word.key for word in words[position : position + 3]]
        before = words[position - 1].key if position else ""
        if keys[0] == "last" and keys[1:2] and keys[1] in _SECTOR:
            return self._last_sector(words, position, near)
        ordinal = _ORDINALS.get(keys[0]) if before != "every" else None
        if ordinal and len(keys) == 1 and near and before == "the":
            return self._one(self.suffixed(ordinal, near[-1:]), 1)  # "all but the second"
        if ordinal and before == "the" and keys[1:] == ["of", "the"] and [one.key for one in words[position + 3 :]] == ["site"]:
            return self._numbered([ordinal], 4, words, position, near, said)
        if ordinal and before == "the" and (name := self._cell_of_counted(words, position, ordinal, near)):
            return name
        if ordinal and keys[1:2] and (keys[1] in _SECTOR or is_pronoun(words, position + 1)):
            numbers, used = [ordinal], 2
        elif keys[0] in (*_SECTOR, *_SECTORS):
            numbers, used = _listed(words, position + 1)
        else:
            return None
        return self._numbered(numbers, used, words, position, near, said) if numbers else None

    def _parts_of_site(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the cells of "K2 and K3 of 2058", which are named before their site."""
        parts: list[str] = []
        end = position
        while end < len(words) and words[end].is_word:
            start = end
            end += 1
            while end < len(words) and words[end].glued and words[end].is_word:
                end += 1
            parts.append(key_of(words[start:end]))
            if not (end < len(words) and words[end].key in (",", "and", "&", "+")):
                break
            end += 1
        site, used = self._site_behind(words, end)
        if site is None or not all(any(one.isdecimal() for one in part) and part[0].isalpha() for part in parts):
            return None
        found = [self.suffixed(part, [site]) for part in parts]
        if not all(len(cells) == 1 for cells in found):
            return None
        cells = frozenset[str]().union(*found)
        return Name("cell" if len(cells) == 1 else "range", next(iter(cells)), cells, end + used - position)

    def _cell_of_counted(self, words: Sequence[Spoken], position: int, number: str, near: Sequence[str]) -> Name | None:
        """Return the cells of "the first S8 cell" or, of all sites named before, "the third cells"."""
        if words[position + 1 : position + 2] and words[position + 1].key in _SECTORS:
            is_last = position + 2 == len(words) or not words[position + 2].is_word
            cells = self.suffixed(number, near) if is_last and len(near) > 1 else frozenset[str]()
            return Name("range", ", ".join(sorted(cells)), cells, 2) if len(cells) == len(set(near)) > 1 else None
        behind = position + 1
        site = (self._full(words, behind) or self._group(words, behind)) if behind < len(words) else None
        end = position + 1 + site.words if site and site.kind == "site" else len(words)
        if site is None or end >= len(words) or words[end].key not in ("cell", "sector", "carrier", "antenna"):
            return None
        return self._one(self.suffixed(number, [site.name]) or self.nth(int(number), site.name), site.words + 2)

    def _last_sector(self, words: Sequence[Spoken], position: int, near: Sequence[str]) -> Name | None:
        """Return the cell with the highest number of the site that follows, else of the one named before."""
        site, used = self._site_behind(words, position + 2)
        sites = [site] if site else near[-1:]
        return self._one(self.highest(sites[0]), 2 + used) if sites else None

    def _numbered(
        self, numbers: list[str], used: int, words: Sequence[Spoken], position: int, near: Sequence[str], said: Sequence[str]
    ) -> Name | None:
        """Return the cells of these numbers on the site that follows, else on the one named before."""
        site, used_by_site = self._site_behind(words, position + used)
        if site is None and not near and (words[position].key in _OWN_NAME or position + used < len(words)):
            return None  # "cell 217" names the cell itself; behind "sector 2" a site may follow
        sites = [site] if site else list(near[-1:] or (said if len(set(said)) == 1 else ()))
        found = [self.suffixed(number, sites) for number in numbers]
        if words[position].key in _ORDINALS and len(sites) == 1:
            found = [cells or self.nth(int(number), sites[0]) for cells, number in zip(found, numbers, strict=True)]
        if not all(len(cells) == 1 for cells in found):
            return None
        cells = frozenset[str]().union(*found)
        return Name("cell" if len(cells) == 1 else "range", next(iter(cells)), cells, used + used_by_site)

    def _one(self, cells: frozenset[str], words: int) -> Name | None:
        return Name("cell", next(iter(cells)), cells, words) if len(cells) == 1 else None

    def _site_behind(self, words: Sequence[Spoken], position: int) -> tuple[str | None, int]:
        if position >= len(words) or words[position].key not in ("of", "at", "on", "in", "from"):
            return None, 0
        skipped = 1
        while position + skipped < len(words) and words[position + skipped].key in ("the", "site", "station", "gnb", "mast"):
            skipped += 1
        if position + skipped >= len(words):
            return None, 0
        start = position + skipped
        name = (
            self._full(words, start)
            or self._unique_part(words, start)
            or self._group(words, start)
            or self._abbreviated(words, start)
        )
        if name is None or len(sites := {self.site_of[cell] for cell in name.cells}) != 1 or name.kind == "cell":
            return None, 0
        after = start + name.words
        if after + 1 < len(words) and words[after].key in ("and", "&", "+") and self._full(words, after + 1):
            return None, 0  # "sector 1 of S1 and S2"
        return next(iter(sites)), skipped + name.words

    def _full(self, words: Sequence[Spoken], position: int) -> Name | None:
        start = position + (words[position].key in ("site", "cell") and position + 1 < len(words))
        best, plain, spelled = None, "", ""
        said: list[str] = []  # the runs; a sign between two numbers keeps them apart
        for end in range(start, min(start + _LONGEST, len(words))):
            key = singular(words[end].key) if "'" in words[end].key or "’" in words[end].key else words[end].key
            if key in _PAUSES:
                break
            plain, spelled = plain + folded(key), spelled + SPELLED_LETTERS.get(key, folded(key))
            if key in _SIGNS and end > start:
                plain, spelled = plain.removesuffix(key), spelled.removesuffix(key)
                continue
            said += runs(SPELLED_LETTERS.get(key, key))
            name = self._said(plain, spelled, said, words[start : end + 1]) if words[end].is_word else None
            if name is None or (end == start and self._is_plural_of_several(key, name)):
                continue
            if len(name.name) > 1:
                best = Name(name.kind, name.name, name.cells, end + 1 - position)
        return best

    def _is_plural_of_several(self, word: str, name: Name) -> bool:
        """Whether a word is not the name that has its letters, but a plural: "gates" is not GATE-S where there is GATE-N, too."""
        parts = runs(name.name)
        others = [one for one in self.sites if one != name.name and runs(one)[0] == singular(word)]
        return len(parts) > 1 and parts[-1] == "s" and parts[0] == singular(word) and bool(others)

    def _said(self, plain: str, spelled: str, said: list[str], words: Sequence[Spoken]) -> Name | None:
        """Return the name of these words: by its runs if a sign parts two numbers ("hb1-1"), else without signs."""
        by_form = self.by_form.get(plain) or (self.by_form.get(spelled) if len(words) > 1 else None)
        by_runs = self.by_runs.get(tuple(said)) if len(said) > 1 else None
        is_parted = any(not one.is_word or one.key in _SIGNS for one in words[1:-1])
        return by_runs or by_form if is_parted else by_form or by_runs

    def _wildcard(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the cells of "S2C*" or "S*C1"; a "*" alone is none."""
        end = position + 1
        while end < min(position + _LONGEST, len(words)) and words[end].glued and words[end].key not in _PAUSES:
            end += 1
        pattern = "".join(word.key if word.key in "*?" else folded(word.key) for word in words[position:end])
        if "*" not in pattern or not pattern.strip("*?"):
            return None
        cells = frozenset(cell for cell in self.order if fnmatchcase(folded(cell), pattern))
        return Name("wildcard", pattern, cells, end - position) if cells else None

    def _part_near(self, words: Sequence[Spoken], position: int, near: Sequence[str]) -> Name | None:
        is_of_site = position > 0 and words[position - 1].key in (SITES | _SITE_LISTS) - {"number"}  # "site 2 and site 3"
        if is_of_site or _is_count(words, position) or is_pronoun(words, position):
            return None
        for length in (3, 2, 1):
            suffix = _part(words, position, length)
            following = words[position + length].key if position + length < len(words) else ""
            if not near or not suffix or (suffix in _SMALL and following not in _SUFFIX_NEEDS):
                continue
            cells = self.suffixed(suffix, near[-1:]) or self.suffixed(suffix, near)
            if len(cells) == 1:
                return Name("cell", next(iter(cells)), cells, length)
        return None

    def _unique_part(self, words: Sequence[Spoken], position: int) -> Name | None:
        if _is_count(words, position) or is_pronoun(words, position):
            return None
        for length in (4, 3, 2, 1):
            key = _part(words, position, length)
            cells = [cell for cell in self.order if len(key) > 1 and not key.isalpha() and _ends_with(cell, key)]
            if not cells and key and length == 3:
                cells = self._by_last_digits(words, position)
            if len(cells) == 1:
                return Name("cell", cells[0], frozenset(cells), length)
            is_counted = len(key) == 1 and not words[position].written and not _is_of_sites(words, position)
            numbered = [] if is_counted else self.by_number.get(key, [])
            if not numbered and _is_of_sites(words, position):
                numbered = self.sites_numbered(key)
            candidates = [name for name in numbered if name.kind == "site"] or numbered
            if len(candidates) == 1:
                return Name(candidates[0].kind, candidates[0].name, candidates[0].cells, length)
        return None

    def _is_part_behind_sign(self, words: Sequence[Spoken], position: int) -> bool:
        """Whether a sign begins the part of a name: ".2" behind "dock", but not ".." of a range."""
        following = words[position + 1 : position + 2]
        is_doubled = position > 0 and words[position - 1].key == words[position].key
        is_sign = words[position].key in "./_" or words[position].key in self.signs
        return bool(following) and following[0].is_word and following[0].glued and is_sign and not is_doubled

    def _by_last_digits(self, words: Sequence[Spoken], position: int) -> list[str]:
        """Return the cells with a long number of which the last three or more digits stand here: "207-3" of 41207-3."""
        head, sign, tail = words[position : position + 3]
        if not head.written or not tail.written or sign.is_word or not sign.glued or head.end - head.start < 3:
            return []
        parts = {cell: runs(cell) for cell in self.order}
        return [
            cell for cell, one in parts.items() if one[1:] == (tail.key,) and one[0].isdecimal() and one[0].endswith(head.key)
        ]

    def _with_cell_of_site(self, found: Name, words: Sequence[Spoken], position: int) -> Name:
        """Return the cell if the words go on with its part: "annex two", "annex west four"."""
        end = position + found.words
        sites = {self.site_of[cell] for cell in found.cells}
        if found.kind not in ("site", "area") or end >= len(words) or len(sites) > 1:
            return found
        if len(words[position].key) == found.words == 1 and words[end].glued:
            return found  # "K4": a part of the site's own number, or a cell of it?
        if swapped := self._swapped_part(words, end, sites):
            return Name("cell", next(iter(swapped)), swapped, end + 2 - position)
        end += words[end].key in ("dot", "slash", "dash") and end + 1 < len(words)
        part = key_of(words[end : end + 1])
        cells = self.suffixed(part, sites) if part else frozenset()
        return Name("cell", next(iter(cells)), cells, end + 1 - position) if len(cells) == 1 else found

    def _swapped_part(self, words: Sequence[Spoken], sign: int, sites: set[str]) -> frozenset[str]:
        """Return the only cell of these sites whose last part has the letters that stand behind a sign in another order."""
        behind = words[sign + 1 : sign + 2]
        if words[sign].is_word or not words[sign].glued or not behind or not behind[0].glued or len(behind[0].key) < _SWAPPED:
            return frozenset()
        said = sorted(behind[0].key)
        cells = [cell for site in sites for cell in self.sites[site] if sorted(folded(cell).removeprefix(folded(site))) == said]
        return frozenset(cells) if len(cells) == 1 and behind[0].key.isalpha() else frozenset()


def _listed(words: Sequence[Spoken], position: int) -> tuple[list[str], int]:
    """Return the numbers or letters of a list ("1 and 2", "a, b"), and how many words the list and the one before it are."""
    numbers: list[str] = []
    end = position
    while end < len(words):
        key = SPELLED_LETTERS.get(words[end].key, words[end].key)
        is_article = key == "a" and end + 1 < len(words) and words[end + 1].key not in ("of", "on", "at", "and", *_PAUSES)
        if not (key.isdecimal() or (len(key) == 1 and key.isalpha() and key != "n" and not is_article)):
            break
        numbers.append(key)
        end += 1
        if end + 1 < len(words) and words[end].key in ("and", ",", "&", "+") and words[end + 1].key.isdecimal():
            end += 1
        else:
            break
    return numbers, end - position + 1


def _part(words: Sequence[Spoken], position: int, length: int) -> str:
    """Return so many words as one part of a name; empty if there are fewer, or a sign that parts names is among them."""
    said = words[position : position + length]
    is_one = len(said) == length and said[-1].is_word and not any(word.key in _PAUSES for word in said)
    return key_of(said) if is_one else ""


def _is_count(words: Sequence[Spoken], position: int) -> bool:
    """Whether a number counts what follows: "the two towers"."""
    if not words[position].key.isdecimal() or words[position].glued:
        return False
    if position + 1 < len(words) and words[position + 1].key in (*_SECTORS, "sites", "stations"):
        return True
    if not position:
        return False
    if is_count_of(words, position):
        return True
    before, is_followed = words[position - 1].key, position + 1 < len(words) and words[position + 1].is_word
    is_number = is_followed and words[position + 1].key.isdecimal()  # "the five ten" of cell 510
    return before in ("all", "these", "those", "last", "first") or (is_followed and before in ("the", "other") and not is_number)


def is_count_of(words: Sequence[Spoken], position: int) -> bool:
    """Whether a number that ends the words counts what is named before: "any of the three", "one of those two"."""
    is_end = not any(word.is_word for word in words[position + 1 : position + 2])
    is_number = words[position].key.isdecimal() and 1 < int(words[position].key) < _MOST_COUNTED
    of, article = ([word.key for word in words[max(0, position - 2) : position]] + ["", ""])[:2]
    return is_number and is_end and of == "of" and article in ("the", "those", "these")


def _is_of_sites(words: Sequence[Spoken], position: int) -> bool:
    """Whether a number is that of a site: "site two", "sites two to five"."""
    before = [word.key for word in words[max(0, position - 2) : position]]
    is_range = len(before) == 2 and before[1] in _RANGE and before[0].isdecimal()
    return bool(before) and (before[-1] in SITES | _SITE_LISTS or is_range)


def is_pronoun(words: Sequence[Spoken], position: int) -> bool:
    """Whether "one" stands for a noun: "the same one", "that one"."""
    return (
        position > 0
        and words[position].key == "1"
        and not words[position].written
        and words[position - 1].key in ("same", "that", "this", "which", "such", "last", "only", "other", *ASLEEP, *_ORDINALS)
    )


def _ends_with(cell: str, key: str) -> bool:
    """Whether an id ends with `key` at the border of a part."""
    if not folded(cell).endswith(key):
        return False
    start = len(cell)
    while len(folded(cell[start:])) < len(key):
        start -= 1
    before, first = cell[start - 1 : start], cell[start]
    is_camel = before.islower() and first.isupper()
    return not ((before.isdecimal() and first.isdecimal()) or (before.isalpha() and first.isalpha() and not is_camel))
