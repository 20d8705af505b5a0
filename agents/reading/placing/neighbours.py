"""The neighbours of a cell as a place: "the neighbours of S4C3", "S4C3 and its neighbours", "the cells around S2C1"."""

from __future__ import annotations

from agents.reading.antecedents import PlaceError
from agents.reading.name import Name
from agents.reading.place_words import NEIGHBOURS, phrase_at
from agents.reading.placing.place_list import PlaceList


class NeighbourReader(PlaceList):
    """Reads words for the neighbours of cells, where the card knows them and the phrase is not about a relation itself."""

    def read_neighbours(self, position: int) -> int:
        """Read words for neighbours; return how many they are, 0 if there are none."""
        length = phrase_at(NEIGHBOURS, self.words, position)
        if not length or not self.names.neighbours or self.is_relation:
            return 0
        end = position + length
        if self.phrase.is_at(position - 1, "its"):
            last = self.said.groups.last
            self._append(position, end, last.named.cells if last else self.antecedents.it())
        elif self.phrase.is_at(position - 1, "their"):
            self._append(position, end, self.said.groups.union("in", "also") or self.antecedents.several())
        elif self._is_possessive(position):
            owner = self.said.groups.pop()
            self.link = owner.link
            self._append(position, end, owner.named.cells)
        else:
            return self._read_named(position, end)
        return length

    def _read_named(self, position: int, end: int) -> int:
        """Read the cell behind the words: "neighbours of S4C3", "cells around S2C1"."""
        is_around = phrase_at(NEIGHBOURS, self.words, position) > 1 and self.words[end - 1].key not in ("cells", "sectors")
        after = end
        while self.phrase.is_at(after, "of", "to", "around", "the", "cell", "both"):
            after += 1
        name = self.names.full_at(self.words, after) if after < len(self.words) else None
        if name is None or (after == end and not is_around) or (is_around and name.kind == "area"):
            return 0  # "the neighbour cells S2C1 and S2C2", "the cells around the stadium"
        self._append(position, after + name.words, name.cells)
        return after + name.words - position

    def _append(self, position: int, end: int, cells: frozenset[str]) -> None:
        """Join the neighbours of cells to what is named before; raises PlaceError if they are not those of single cells."""
        found = frozenset[str]().union(*(self.names.neighbours.get(cell, frozenset()) for cell in cells)) - cells
        is_one = len(cells) == 1 or self.phrase.is_at(position - 1, "their")
        if not is_one or not all(cell in self.names.neighbours for cell in cells):
            raise PlaceError("it is not certain of which cell the neighbours are meant")
        before = [word.key for word in self.words[max(0, position - 4) : position] if word.key not in ("of", "the", "all", "its")]
        if any(key.isdecimal() and int(key) != len(found) for key in before[-1:]):
            raise PlaceError(f"there are {len(found)} neighbours, not {before[-1]}")
        self.add(position, Name("neighbours", ", ".join(sorted(cells)), found, end - position))

    def _is_possessive(self, position: int) -> bool:
        """Whether the name before has the s of a possessive: "S4C3's neighbours"."""
        between = [word.key for word in self.words[self.end : position]]
        last = self.said.groups.last
        return last is not None and last.named.kind == "cell" and between in (["'", "s"], ["’", "s"], ["s"], ["'s"], ["'"])
