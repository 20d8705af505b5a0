"""What the words of a place mention, and the cells that they mean together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.name import Name
from agents.reading.names import Names
from agents.reading.placing.place_groups import PlaceGroups
from agents.reading.spoken import Spoken


@dataclass
class Mentions:
    """The names of a place and the words beside them: "all", what refers back, and what asks for sleeping cells."""

    words: list[Spoken]
    names: Names
    antecedents: Antecedents
    groups: PlaceGroups = field(default_factory=PlaceGroups)
    back: list[str] = field(default_factory=list)  # words that refer to a place before
    all: bool = False
    rest: bool = False
    rest_behind: bool = False  # "the rest" stands behind names
    rest_of: bool = False
    asleep: bool | None = None
    without_asleep: bool = False
    is_back_joined: bool = False  # "there and in A"
    is_alternative: bool = False  # "A or B": one of them
    sites_back: int = 0  # how many "those three sites" are, 0 if it is not said
    others: int = 0  # how many "the other one" or "the other two" are, 0 if it is not said
    sleepers: int = 0  # how many "the two sleeping cells" are, 0 if it is not said
    counts: list[tuple[int, Name]] = field(default_factory=list)  # "two cells of" and the name behind it

    def cells(self) -> frozenset[str]:
        """Return the cells that are meant, empty if none is left; raises PlaceError."""
        also, out, left_out = self.groups.union("also"), self.groups.union("out"), self.groups.left_out()
        if self.without_asleep:
            left_out |= self.names.asleep - also
        cells = (self._taken(also, out) | also) - left_out
        if self.asleep and self.groups.has_none_of(self.names.asleep):
            raise PlaceError("it is not certain whether only its sleeping cells are meant")
        if self.asleep is not None:
            cells = (cells & self.names.asleep if self.asleep else cells - self.names.asleep) | (also - left_out)
        self._check_counts(cells)
        self._check_others(cells)
        self._check_sleepers((self.groups.union("in", "also", "out") or self.names.all) & self.names.asleep, cells)
        return cells

    def _check_sleepers(self, of_names: frozenset[str], cells: frozenset[str]) -> None:
        """Raise PlaceError for a number of sleeping cells that there are not, nor in what is named, nor in what is meant."""
        numbers = (len(self.names.asleep), len(of_names), len(cells & self.names.asleep))
        if self.sleepers and self.sleepers not in numbers:
            raise PlaceError(f"{len(self.names.asleep)} cells are asleep, not {self.sleepers}")

    def _check_others(self, cells: frozenset[str]) -> None:
        """Raise PlaceError unless "the other one" is one cell."""
        if self.others and len(cells) != self.others:
            raise PlaceError(f"which {'is the other one' if self.others == 1 else f'are the other {self.others}'} is not certain")
        self.others = 0

    def _check_counts(self, cells: frozenset[str]) -> None:
        """Raise PlaceError for a number of cells that a site or area does not have, nor what is taken of it."""
        for count, name in self.counts:
            if count not in (len(name.cells), len(name.cells & cells)):
                raise PlaceError(f"{name.name} has {len(name.cells)} cells, not {count}")

    def rest_of_name(self, name: Name) -> Name:
        """Return what no other item names of a place; raises PlaceError."""
        left = self.antecedents.rest(name.cells) - self.groups.union("in", "out")
        if left == name.cells and not self.others:
            raise PlaceError(f"nothing else of {name.name} is named")
        if left != name.cells:
            self._check_others(left)
        return Name(name.kind, name.name, left)

    def between(self, first: Name, last: Name) -> Name:
        """Return the cells from the first to the last, in the order of the card; raises PlaceError if it is not one of names."""
        order = list(self.names.order if first.kind == "cell" else self.names.sites)
        start, end = sorted((order.index(first.name), order.index(last.name)))
        between = order[start : end + 1]
        if first.kind == "site":
            return Name("range", last.name, frozenset().union(*(self.names.sites[site] for site in between)))
        if self.names.site_of[first.name] != self.names.site_of[last.name]:
            raise PlaceError(f"{first.name} to {last.name} are cells of several sites")
        return Name("range", last.name, frozenset(between))

    def _taken(self, also: frozenset[str], out: frozenset[str]) -> frozenset[str]:
        if taken := self.groups.union("in"):
            if self.rest_behind and not out:
                raise PlaceError("it is not certain whether what is named is meant, or the rest")
            return taken | self.referred(self.back) if self.is_back_joined else taken
        if self._refers(also | out):
            return self.referred(self.back)
        if self.rest or self.rest_of:
            rest = self.antecedents.rest(self.names.all)
            if rest == self.names.all:
                raise PlaceError("nothing else is named")
            return rest - also
        if self.all or (out and not also) or self.asleep is not None:
            return self.names.all
        if also:
            return frozenset()
        raise PlaceError("what it refers to is not named" if self.back else "it names no cell, site or area of the network")

    def _refers(self, named: frozenset[str]) -> bool:
        """Whether the words mean a place before; "all" with a pronoun means all of it."""
        back, antecedents = set(self.back), self.antecedents
        if not named and back & {"count", "site", "sites"}:
            return True
        if not antecedents.before:
            return not self.all and bool(back & {"both", "pair"}) and len(antecedents.elsewhere) == 2
        return bool(back) and (not self.all or bool(back & {"them", "these", "those", "there", "site"}))

    def referred(self, words: Sequence[str]) -> frozenset[str]:
        """Return the places before to which words refer; raises PlaceError."""
        back, antecedents = set(words), self.antecedents
        if back & {"site", "sites"}:
            places = antecedents.on_sites(self.names, self.sites_back) if "sites" in back else antecedents.one()
            sites = self.names.rest_of_sites(places)
            return sites - places if self.rest_of or self.rest else sites
        if count := 0 if back & {"both", "pair"} else self._counted():
            return antecedents.first(count) if "first" in back else antecedents.last(count)
        if back & {"both", "pair", "neither"} or {"former", "latter"} <= back:
            return antecedents.both(self.names.wholes)
        if back & {"them", "these", "those", "they", "their"}:
            return antecedents.several()
        if back & {"former", "last"}:
            return antecedents.former() if "former" in back else antecedents.last_one()
        return antecedents.it() if back == {"it"} else antecedents.one()

    def _counted(self) -> int:
        """Return the number of "all three" or "those two", 0 if there is none."""
        pairs = zip(self.words, self.words[1:], strict=False)
        return next(
            (
                int(one.key)
                for word, one in pairs
                if word.key in ("all", "these", "those", "them", "first", "same") and one.key in "2345"
            ),
            0,
        )
