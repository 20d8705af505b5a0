"""Names of a network as people write them: in full, shortened, spelled out, misspelled or spoken.

A name is looked up word by word without signs and case. Found are, in this order: names in full ("S2C1", "s 2 c 1", "two one
seven" of cell 217), names with a wildcard ("S2C*"), the last part of a cell near its site ("S2C1 and 2"), the part of an id that
only one cell has ("9A" of TR9A), some words of an area ("the pad" of the de-icing pad), and abbreviations ("roc47", "trailer ten").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz, process

from agents.reading.site_card import SiteCard
from agents.reading.spoken import SPELLED_LETTERS, Spoken, singular, spoken

_LONGEST: Final = 8  # words of a name in full
# Words around names that name nothing themselves.
FILLERS: Final = frozenset(
    "the a an of in at on to for from by under over with within across around along inside throughout near up down my our your its their his"
    " her these those which who are was be cell cells cel cels sector sectors carrier carriers area areas zone zones region gnb gnbs node nodes"
    " nodes station stations street side just only per into onto as target targets place name id scope where when while sit sits belong belongs"
    " belonging do does part parts piece having has have located lying ones hold unit units antenna antennas mast masts people users customers"
    " guys visitors thing things anything and plus or nor neither then pair trio together 2 3 4 5 single is it both out network networks"
    " between through used include includes site sites teh everything well namely particular sake lot means among them n s so number"
    " that we if you operate thrown end cells'".split()
)
_BETWEEN: Final = frozenset({"of", "the", "in", "at", "on", "with", "-", "'"})
_PAUSES: Final = frozenset(",;()[]=<>+&→") | {"->"}
_SUFFIX_NEEDS: Final = frozenset({",", "and", "+", "/", "&", ";", "or", "n", "to", "-", "not", "excluded", "excepted", ""})


@dataclass(frozen=True)
class Name:
    """A name of the network, and the cells that it stands for; `words` of the text are used for it."""

    kind: str
    name: str
    cells: frozenset[str]
    words: int = 1


class AmbiguousName(Exception):
    """Words that several names of the network share."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


def folded(name: str) -> str:
    """Return a name without signs and case."""
    return re.sub(r"[\W_]", "", name.casefold())


def parts(name: str) -> list[str]:
    """Return the runs of letters and of digits of a name."""
    return re.findall(r"[^\W\d_]+|\d+", name.casefold())


class Names:
    """The names of a network."""

    def __init__(self, card: SiteCard) -> None:
        self.card = card
        self.order = tuple(cell.id for cell in card.cells)
        self.site_of = {cell.id: cell.site for cell in card.cells}
        self.all = frozenset(self.order)
        self.asleep = frozenset(cell.id for cell in card.cells if cell.asleep)
        self.sites = {
            site: frozenset(cell for cell in self.order if self.site_of[cell] == site) for site in dict.fromkeys(self.site_of.values())
        }

    @cached_property
    def _table(self) -> dict[str, Name]:
        table = {folded(site): Name("site", site, cells) for site, cells in self.sites.items()}
        table |= {folded(area): Name("area", area, frozenset(cells)) for area, cells in self.card.areas.items()}
        return table | {folded(cell): Name("cell", cell, frozenset({cell})) for cell in self.order}

    @cached_property
    def _numbers(self) -> dict[str, list[Name]]:
        """Sites and cells by the digits of their name."""
        numbers: dict[str, list[Name]] = {}
        for name in self._table.values():
            digits = "".join(part for part in parts(name.name) if part.isdigit())
            if digits and name.kind != "area":
                numbers.setdefault(digits, []).append(name)
        return numbers

    @cached_property
    def _vocabulary(self) -> tuple[str, ...]:
        return tuple({part for name in self._table.values() for part in parts(name.name) if len(part) > 3})

    @cached_property
    def _groups(self) -> dict[str, dict[str, frozenset[str]]]:
        """The words of each area and site."""
        return {
            "area": {area: _content(area) for area in self.card.areas},
            "site": {site: _content(site) for site in self.sites},
        }

    @cached_property
    def network_words(self) -> frozenset[str]:
        """Words of the network's own name: "the whole campus"."""
        return frozenset(part for part in parts(self.card.name) if len(part) > 2)

    def corrected(self, word: str) -> str:
        """Return the word of a name that `word` misspells, else `word`."""
        if len(word) < 4 or word in self._vocabulary:
            return word
        match = process.extractOne(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=80 if len(word) > 5 else 88)
        return match[0] if match and abs(len(match[0]) - len(word)) <= 2 else word

    def at(self, words: Sequence[Spoken], position: int, near: Sequence[str]) -> Name | None:
        """Return the name that begins at a position; `near`: the sites named before, the last one last.

        Raises AmbiguousName.
        """
        if not words[position].is_word:  # only ".2" behind "pier" may begin with a sign
            is_part = position + 1 < len(words) and words[position + 1].glued and words[position].key in "./_"
            return self._part_near(words, position, near) if is_part else None
        found = (
            self._wildcard(words, position)
            or self._full(words, position)
            or self._part_near(words, position, near)
            or self._unique_part(words, position)
        )
        if found is None and words[position].key not in FILLERS:
            found = self._group(words, position) or self._abbreviated(words, position)
        return self._with_cell_of_site(found, words, position) if found else None

    def _full(self, words: Sequence[Spoken], position: int) -> Name | None:
        start = position + (words[position].key in ("site", "cell") and position + 1 < len(words))
        best, plain, spelled = None, "", ""
        for end in range(start, min(start + _LONGEST, len(words))):
            key = words[end].key
            if key in _PAUSES:
                break
            plain, spelled = plain + folded(key), spelled + SPELLED_LETTERS.get(key, folded(key))
            if key in ("dot", "slash", "dash", "underscore") and end > start:
                plain, spelled = plain.removesuffix(key), spelled.removesuffix(key)
                continue
            name = self._table.get(plain) or (self._table.get(spelled) if end > start else None)
            if name and len(name.name) > 1 and words[end].is_word:
                best = Name(name.kind, name.name, name.cells, end + 1 - position)
        return best

    def _wildcard(self, words: Sequence[Spoken], position: int) -> Name | None:
        prefix = ""
        for end in range(position, min(position + _LONGEST, len(words))):
            if words[end].key == "*":
                cells = frozenset(cell for cell in self.order if folded(cell).startswith(prefix))
                return Name("wildcard", f"{prefix}*", cells, end + 1 - position) if prefix and cells else None
            if end > position and not words[end].glued:
                return None
            prefix += folded(words[end].key)
        return None

    def _suffixed(self, suffix: str, sites: Iterable[str]) -> frozenset[str]:
        """Return the cells of these sites whose id ends with this part."""
        return frozenset(
            cell
            for cell in self.order
            if self.site_of[cell] in set(sites)
            and (folded(cell).removeprefix(folded(self.site_of[cell])) == suffix or parts(cell)[-1] == suffix)
        )

    def _part_near(self, words: Sequence[Spoken], position: int, near: Sequence[str]) -> Name | None:
        for length in (3, 2, 1):
            suffix = "".join(SPELLED_LETTERS.get(word.key, folded(word.key)) for word in words[position : position + length])
            following = words[position + length].key if position + length < len(words) else ""
            if not near or not suffix or (suffix == "a" and following not in _SUFFIX_NEEDS):
                continue
            cells = self._suffixed(suffix, near[-1:]) or self._suffixed(suffix, near)
            if len(cells) == 1:
                return Name("cell", next(iter(cells)), cells, length)
        return None

    def _unique_part(self, words: Sequence[Spoken], position: int) -> Name | None:
        for length in (4, 3, 2, 1):
            if position + length > len(words):
                continue
            key = "".join(SPELLED_LETTERS.get(word.key, folded(word.key)) for word in words[position : position + length])
            cells = [cell for cell in self.order if len(key) > 1 and not key.isalpha() and _ends_with(folded(cell), key)]
            if len(cells) == 1:
                return Name("cell", cells[0], frozenset(cells), length)
            numbered = self._numbers.get(key, [])
            candidates = [name for name in numbered if name.kind == "site"] or numbered
            if len(candidates) == 1:
                return Name(candidates[0].kind, candidates[0].name, candidates[0].cells, length)
        return None

    def _group(self, words: Sequence[Spoken], position: int) -> Name | None:
        """Return the area or site that some of its words name."""
        used: list[tuple[str, int]] = []
        known = frozenset().union(*(own for group in self._groups.values() for own in group.values()))
        for end in range(position, min(position + 6, len(words))):
            word = singular(self.corrected(words[end].key))
            if word in known:
                used.append((word, end + 1))
            elif not used or words[end].key not in _BETWEEN:
                break
        while used:
            said = frozenset(word for word, _ in used)
            for kind in ("area", "site"):
                matching = [name for name, own in self._groups[kind].items() if own and said <= own]
                exact = [name for name in matching if self._groups[kind][name] == said]
                if kind == "area" and not exact and said in self._groups["site"].values():
                    continue
                if matching:
                    return self._one_group(kind, exact or matching, words, position, used[-1][1])
            used.pop()
        return None

    def _one_group(self, kind: str, names: list[str], words: Sequence[Spoken], position: int, end: int) -> Name:
        said = words[max(0, position - 2) : end]
        several = any(word.key in ("2", "both", "all", "every", "3") or singular(word.key) != word.key for word in said)
        if len(names) > 1 and not several:
            raise AmbiguousName(names)
        if _is_whole(said) and len(self._groups[kind][names[0]]) > 1 == end - position:
            raise AmbiguousName((*names, self.card.name))  # "the whole valley": the upper valley, or the network?
        table = self.card.areas if kind == "area" else self.sites
        return Name(kind, names[0], frozenset(cell for name in names for cell in table[name]), end - position)

    def _abbreviated(self, words: Sequence[Spoken], position: int) -> Name | None:
        head = words[position].key
        if len(head) < 2 or not head.isalpha():
            return None
        tail = ""
        candidates: list[Name] = self._shortened(head, "")
        best = Name(candidates[0].kind, candidates[0].name, candidates[0].cells, 1) if len(candidates) == 1 and len(head) > 2 else None
        for end in range(position + 1, min(position + 4, len(words))):
            key = SPELLED_LETTERS.get(words[end].key, words[end].key)
            if not (key.isdigit() or len(key) == 1):
                break
            tail += folded(key)
            candidates = self._shortened(head, tail)
            sites = [name for name in candidates if name.kind == "site"]
            if len(candidates) == 1 or len(sites) == 1:
                name = candidates[0] if len(candidates) == 1 else sites[0]
                best = Name(name.kind, name.name, name.cells, end + 1 - position)
        return best

    def _shortened(self, head: str, tail: str) -> list[Name]:
        """Return sites and cells that `head` abbreviates, or that abbreviate it, and that end with `tail`."""
        found = []
        for key, name in self._table.items():
            own = key.removesuffix(tail)
            if name.kind == "area" or not key.endswith(tail) or own[:1] != head[0] or (tail[:1].isdigit() and own[-1:].isdigit()):
                continue
            if (len(head) > 2 and own.startswith(head)) or (tail and len(own) > 1 and own.isalpha() and _is_within(own, head)):
                found.append(name)
        return found

    def _with_cell_of_site(self, found: Name, words: Sequence[Spoken], position: int) -> Name:
        """Return the cell if the words go on with its part: "lecture two", "ward west four"."""
        end = position + found.words
        sites = {self.site_of[cell] for cell in found.cells}
        if found.kind not in ("site", "area") or end >= len(words) or len(sites) > 1:
            return found
        end += words[end].key in ("dot", "slash", "dash") and end + 1 < len(words)
        part = SPELLED_LETTERS.get(words[end].key, folded(words[end].key))
        cells = self._suffixed(part, sites) if part else frozenset()
        return Name("cell", next(iter(cells)), cells, end + 1 - position) if len(cells) == 1 else found


def _is_whole(words: Sequence[Spoken]) -> bool:
    return any(word.key in ("whole", "entire") for word in words[:-1])


def _content(name: str) -> frozenset[str]:
    return frozenset(singular(word.key) for word in spoken(name) if word.is_word and not word.key.isdigit())


def _ends_with(cell: str, key: str) -> bool:
    """Whether an id ends with `key` at the border of a part."""
    before = cell.removesuffix(key)
    return before != cell and not (before[-1:].isdigit() and key[0].isdigit())


def _is_within(short: str, long: str) -> bool:
    """Whether the letters of `short` stand in `long` in this order."""
    letters = iter(long)
    return all(letter in letters for letter in short)
