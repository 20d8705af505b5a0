"""The names of a network, to be looked up: cells, sites and areas by the forms that a text may use."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from rapidfuzz import fuzz, process

from agents.reading.name import Name, content, folded, runs, word_parts
from agents.reading.place_words import FILLERS, PLAIN
from agents.reading.site_card import SiteCard


class NameTable:
    """The names of a network. `order`: the ids of its cells as the card has them."""

    def __init__(self, card: SiteCard) -> None:
        self.card = card
        self.order = tuple(cell.id for cell in card.cells)
        self.site_of = {cell.id: cell.site for cell in card.cells}
        self.all = frozenset(self.order)
        self.asleep = frozenset(cell.id for cell in card.cells if cell.asleep)
        sites = dict.fromkeys(self.site_of.values())
        self.sites = {site: frozenset(cell for cell in self.order if self.site_of[cell] == site) for site in sites}

    @cached_property
    def layers(self) -> dict[str, frozenset[str]]:
        """The cells of each kind, macro or capacity; none if the card does not tell several kinds apart."""
        kinds = {cell.kind for cell in self.card.cells if cell.kind}
        of_kind = {kind: frozenset(cell.id for cell in self.card.cells if cell.kind == kind) for kind in kinds}
        return of_kind if len(of_kind) > 1 else {}

    @cached_property
    def neighbours(self) -> dict[str, frozenset[str]]:
        """The neighbours of each cell; none if the card does not know them."""
        return {cell.id: frozenset(cell.neighbours) for cell in self.card.cells if cell.neighbours}

    @cached_property
    def wholes(self) -> frozenset[frozenset[str]]:
        """The cells of each site and area."""
        return frozenset((*self.sites.values(), *(frozenset(cells) for cells in self.card.areas.values())))

    @cached_property
    def by_form(self) -> dict[str, Name]:
        """All names by their form without signs and case; a cell goes before a site, a site before an area."""
        table = {folded(area): Name("area", area, frozenset(cells)) for area, cells in self.card.areas.items()}
        table |= {folded(site): Name("site", site, cells) for site, cells in self.sites.items()}
        return table | {folded(cell): Name("cell", cell, frozenset({cell})) for cell in self.order}

    @cached_property
    def by_runs(self) -> dict[tuple[str, ...], Name]:
        """Sites and cells by their runs of letters and digits, without leading zeros; only what one name has."""
        table: dict[tuple[str, ...], list[Name]] = {}
        for name in self.by_form.values():
            if name.kind != "area":
                table.setdefault(runs(name.name), []).append(name)
        return {key: names[0] for key, names in table.items() if len(names) == 1}

    @cached_property
    def by_number(self) -> dict[str, list[Name]]:
        """Sites and cells by the digits of their name; a cell only if they stand in one piece: "tower 12" is no S1C2."""
        numbers: dict[str, list[Name]] = {}
        for name in self.by_form.values():
            digits = "".join(part for part in folded(name.name) if part.isdecimal())
            is_parted = name.kind == "cell" and digits not in runs(name.name) and digits not in folded(name.name)
            if digits and name.kind != "area" and not is_parted:
                numbers.setdefault(digits, []).append(name)
        return numbers

    def sites_numbered(self, number: str) -> list[Name]:
        """Return the sites with this number, without leading zeros, in their name."""
        return [
            name
            for digits, names in self.by_number.items()
            if (digits.lstrip("0") or "0") == number
            for name in names
            if name.kind == "site"
        ]

    @cached_property
    def by_word(self) -> dict[str, Name]:
        """Cells by a word of their id that is in no other cell's."""
        words: dict[str, list[str]] = {}
        for cell in self.order:
            for word in word_parts(cell):
                words.setdefault(word, []).append(cell)
        return {word: Name("cell", cells[0], frozenset(cells)) for word, cells in words.items() if len(cells) == 1}

    @cached_property
    def families(self) -> dict[str, Name]:
        """Cells by the letters with which their ids begin, where several begin so: DOOR of DOOR-A and DOOR-B."""
        heads: dict[str, list[str]] = {}
        for cell in self.order:
            if (head := runs(cell)[0]).isalpha():
                heads.setdefault(head, []).append(cell)
        return {head: Name("family", head, frozenset(cells)) for head, cells in heads.items() if 1 < len(cells) < len(self.order)}

    @cached_property
    def groups(self) -> dict[str, dict[str, frozenset[str]]]:
        """The words of each area and site."""
        return {"area": {area: content(area) for area in self.card.areas}, "site": {site: content(site) for site in self.sites}}

    @cached_property
    def group_words(self) -> frozenset[str]:
        """All words of areas and sites."""
        return frozenset().union(*(own for group in self.groups.values() for own in group.values()))

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The words of all areas, sites and cells as they are written."""
        return frozenset(
            part for name in (*self.order, *self.sites, *self.card.areas) for part in (*runs(name), *word_parts(name))
        )

    @cached_property
    def signs(self) -> frozenset[str]:
        """The signs within ids, but no dash: those tie the parts of a name and leave nothing out, the "~" of "A~1"."""
        return frozenset(letter for name in self.order for letter in name if not letter.isalnum()) - set("-–− ")

    @cached_property
    def network_words(self) -> frozenset[str]:
        """Words for the network: its own name, "the whole park", and what every network is called; not the "and" in it."""
        own = (part for part in runs(self.card.name) if len(part) > 2 and not (len(part) == 3 and part in FILLERS))
        return frozenset(own) | {"network", "net", "netw"}

    @cached_property
    def network_name(self) -> tuple[str, ...]:
        """The words of the network's own name if it has several."""
        words = runs(self.card.name)
        return words if len(words) > 1 else ()

    @cached_property
    def _vocabulary(self) -> tuple[str, ...]:
        return tuple({part for name in self.by_form.values() for part in runs(name.name) if len(part) > 3})

    def corrected(self, word: str) -> str:
        """Return the word of a name that `word` misspells, else `word`."""
        if len(word) < 4 or word in self._vocabulary or word in PLAIN:
            return word
        if word.endswith("is") and f"{word[:-2]}y" in self._vocabulary:
            return f"{word[:-2]}y"  # a plural: the quais
        match = process.extractOne(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=80 if len(word) > 5 else 88)
        if match and abs(len(match[0]) - len(word)) <= 2:
            return match[0]
        swapped = [right for right in self._vocabulary if sorted(right) == sorted(word)]
        return swapped[0] if len(swapped) == 1 else word

    def suffixed(self, suffix: str, sites: Iterable[str]) -> frozenset[str]:
        """Return the cells of these sites whose id ends with this part."""
        among = set(sites)
        bare = suffix.lstrip("0") or suffix
        return frozenset(
            cell
            for cell in self.order
            if self.site_of[cell] in among
            and (folded(cell).removeprefix(folded(self.site_of[cell])) == suffix or runs(cell)[-1] == bare)
        )

    def nth(self, number: int, site: str) -> frozenset[str]:
        """Return the cell of a site that is the so many-th, if its cells are numbered in their order: KIR-040, KIR-160."""
        parts = [runs(cell) for cell in self.order if self.site_of[cell] == site]
        numbers = [int(one[-1]) for one in parts if one[-1].isdecimal()]
        is_numbered = len({one[:-1] for one in parts}) == 1 and len(numbers) == len(parts) and numbers == sorted(set(numbers))
        cells = [cell for cell in self.order if self.site_of[cell] == site]
        return frozenset(cells[number - 1 : number]) if is_numbered and number > 0 else frozenset()

    def highest(self, site: str) -> frozenset[str]:
        """Return the cell of a site with the highest number, none if its cells are not told apart by numbers alone."""
        numbers = {cell: runs(cell) for cell in self.sites[site]}
        is_numbered = len({one[:-1] for one in numbers.values()}) == 1 and all(one[-1].isdecimal() for one in numbers.values())
        return frozenset(sorted(numbers, key=lambda cell: int(numbers[cell][-1]))[-1:]) if is_numbered else frozenset()

    def sites_of(self, cells: Iterable[str]) -> frozenset[str]:
        """Return the sites on which these cells stand."""
        return frozenset(self.site_of[cell] for cell in cells)

    def rest_of_sites(self, cells: frozenset[str]) -> frozenset[str]:
        """Return all cells of the sites on which these cells stand."""
        return frozenset().union(*(self.sites[self.site_of[cell]] for cell in cells))
