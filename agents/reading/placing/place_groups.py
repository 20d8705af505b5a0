"""The names of a place in their order, each taken in, taken in whatever else holds, or taken out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from agents.reading.name import Name

Sign = Literal["in", "also", "out"]


@dataclass(frozen=True)
class Group:
    """A name that was read. link: what stands before it: "", "and", "," or "…".

    shared_with: the group before, if both are one by what they share; own: then the name by itself; is_loose: other words,
    which are not known, stand between them.
    """

    sign: Sign
    name: Name
    link: str
    shared_with: Group | None = None
    is_loose: bool = False
    own: Name | None = None

    @property
    def named(self) -> Name:
        """The name by itself."""
        return self.own or self.name


class PlaceGroups:
    """Groups in their order."""

    def __init__(self) -> None:
        self._groups: list[Group] = []

    def __len__(self) -> int:
        return len(self._groups)

    @property
    def last(self) -> Group | None:
        """The last group, None if there is none."""
        return self._groups[-1] if self._groups else None

    def union(self, *signs: Sign) -> frozenset[str]:
        """Return the cells of all groups of these signs."""
        return frozenset().union(*(group.name.cells for group in self._groups if group.sign in signs))

    def is_list_from(self, index: int) -> bool:
        """Whether the groups from an index on are one list, joined by "and"."""
        later = self._groups[index:]
        return bool(later) and not later[-1].shared_with and all(group.link == "and" for group in later[1:])

    def has_loose_site(self) -> bool:
        """Whether a site stands apart from a range that it is of: in "A1-A7 … A5" it can be left out or meant alone."""
        return any(
            group.is_loose and group.sign == "in" and group.named.kind == "site" and group.shared_with.named.kind == "range"
            for group in self._groups
            if group.shared_with
        )

    def has_part_of_layer(self) -> bool:
        """Whether some cells of a layer are named behind it, but not all: of "the capacity cells, A1" A2 may be meant or not."""
        taken = [group.named for group in self._groups if group.sign == "in"]
        for index, name in enumerate(taken):
            if name.kind == "layer":
                parts = frozenset[str]().union(*(one.cells for one in taken[index + 1 :] if one.cells <= name.cells))
                if parts and parts != name.cells and not self._groups[-1].shared_with:
                    return True
        return False

    def is_pair(self, *, is_between: bool) -> bool:
        """Whether two cells and nothing else are taken in, side by side or parted by a comma, or by any word behind "between"."""
        taken = [group for group in self._groups if group.sign != "out"]
        is_two = len(taken) == 2 == len({group.named.name for group in taken if group.named.kind == "cell"})
        return is_two and (is_between or taken[1].link in ("", ","))

    def has_none_of(self, cells: frozenset[str]) -> bool:
        """Whether a name that is taken in has none of these cells, and others have."""
        taken = [bool(group.name.cells & cells) for group in self._groups if group.sign == "in"]
        return any(taken) and not all(taken)

    def sites_in(self) -> frozenset[str]:
        """Return the sites that are taken in by their names."""
        return frozenset(group.named.name for group in self._groups if group.sign != "out" and group.named.kind == "site")

    def left_out(self) -> frozenset[str]:
        """Return the cells that are taken out, but not those that are taken in again: by a later name, or by one within it."""
        out: set[str] = set()
        for index, group in enumerate(self._groups):
            if group.sign == "out":
                also = [
                    other.name.cells
                    for position, other in enumerate(self._groups)
                    if other.sign == "also" and (position > index or other.name.cells < group.name.cells)
                ]
                out |= group.name.cells.difference(*also)
        return frozenset(out)

    def whole(self) -> frozenset[str]:
        """Return the cells of the names of which a part is taken in: those of A in "of A only A1"."""
        shared = (group.shared_with for group in self._groups if group.sign == "in")
        return frozenset().union(*(group.name.cells for group in shared if group))

    def named(self, *signs: Sign) -> tuple[frozenset[str], ...]:
        """Return the places of these signs, in order."""
        return tuple(group.named.cells for group in self._groups if group.sign in signs)

    def append(self, sign: Sign, name: Name, link: str) -> None:
        """Add a name; right behind another one it means what both share, if anything."""
        last = self.last
        is_part = last is not None and last.name.kind == "site" and link == "," and name.cells < last.name.cells  # "S3, sector 2"
        is_beside = last and last.sign == sign != "also" and (link in ("", "…") or is_part)
        shared = last.name.cells & name.cells if last and is_beside else None
        if last and shared:
            both = Name("shared", name.name, shared)
            self._groups[-1] = Group(sign, both, last.link, shared_with=last, own=name, is_loose=link == "…")
        else:
            self._groups.append(Group(sign, name, link))

    def replace_last(self, name: Name) -> None:
        """Give the last group another name."""
        self._groups[-1] = replace(self._groups[-1], name=name)

    def pop(self) -> Group:
        """Take the last name away; what it was joined with stays."""
        last = self._groups.pop()
        if last.shared_with is None or last.own is None:
            return last
        self._groups.append(last.shared_with)
        return Group(last.sign, last.own, "")

    def turn_last(self, sign: Sign) -> None:
        """Give the last name another sign; what it was joined with keeps its own."""
        self._groups.append(replace(self.pop(), sign=sign))

    def turn_list(self, sign: Sign, *, all_names: bool = False) -> None:
        """Give the last name and those that "and" joins to it another sign, or all.

        What a name of the list shares with the one before it is parted again: of "A (A1 and A2 left out)" A stays.
        """
        self.turn_last(sign)
        for index in range(len(self._groups) - 1, 0, -1):
            if not all_names and self._groups[index].link != "and":
                break
            before = self._groups[index - 1]
            if before.shared_with and before.own and not all_names:
                self._groups[index - 1 : index] = [before.shared_with, Group(sign, before.own, "")]
                break
            self._groups[index - 1] = replace(before, sign=sign)

    def turn_since(self, count: int, last: Group | None, sign: Sign) -> None:
        """Give all names behind the first `count` another sign; `last` was the last of those when they were read."""
        self._groups[count:] = [replace(group, sign=sign) for group in self._groups[count:]]
        shared = self._groups[count - 1]
        if last and shared is not last and shared.own:
            self._groups[count - 1 : count] = [last, Group(sign, shared.own, "")]

    def is_repeated(self, everything: frozenset[str]) -> bool:
        """Whether the list that ends here, joined by commas, has names before the last one that are parts of a name before.

        Of "A, A1, A2 left out" A1 would be said for nothing if it were not left out, too. everything: what "all" means before.
        """
        index = len(self._groups) - 1
        while index > 0 and self._groups[index].link == "and":
            index -= 1
        last = self._groups[index]
        if not index or last.link != "," or last.sign != "in":
            return False
        before = self._groups[index - 1]
        earlier = everything.union(*(group.name.cells for group in self._groups[: index - 1] if group.sign == "in"))
        whole = before.shared_with.name.cells if before.shared_with else earlier
        return before.sign == "in" and before.named.cells < whole and last.named.cells < whole
