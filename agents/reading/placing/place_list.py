"""The names of a place as they are read, and how each is joined to those before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.name import Name, folded, key_of
from agents.reading.names import Names
from agents.reading.place_words import ALL, EXCLUDED, JOINING, NETWORKS, PARTING, phrase_at
from agents.reading.placing.mentions import Mentions
from agents.reading.placing.place_groups import Group, Sign
from agents.reading.placing.place_phrase import PlacePhrase

_RANGE: Final = frozenset(("-", "–", "to", "through", "thru", "till", "until", "hasta", "até", "bis", "tot"))
# Before a number they are no part of a name: "cell2".
_GENERIC: Final = frozenset(
    ("cell", "cells", "sector", "sectors", "site", "sites", "gnb", "enb", "node", "carrier", "antenna", "mast")
)
_NONE_BUT: Final = re.compile(
    r"\W*(?:in |on |at )?(?:nothing|none|nobody|no one|nowhere|no(?: other)? (?:cell|site|sector)s?|not (?:one|a single) cell)"
    r"(?: \w+)? (?:but|except|save|besides|other than|else than|apart from|outside|bar)\b(?!.*\bexc(?:ept|lud)ed\b)",
    re.IGNORECASE,
)
_ADJECTIVES: Final = frozenset(
    ("north", "south", "east", "west", "upper", "lower", "inner", "outer", "old", "new", "big", "small")
)
_COUNTS: Final = {str(count): count for count in range(2, 100)} | {"both": 2, "pair": 2, "trio": 3}


@dataclass
class PlaceList:
    """Names taken in, taken in whatever else holds, or taken out; and what stands between the last name and the next."""

    text: str
    names: Names
    antecedents: Antecedents
    is_relation: bool
    exclusion: str = ""  # the last word that takes out what follows
    near: list[str] = field(default_factory=list)  # sites, the last one last
    unused: list[str] = field(default_factory=list)
    sign: Sign = "in"
    is_fresh: bool = False  # an exclusion has no name yet
    none_at: int | None = None  # the first group behind "no cell of": an exclusion behind it takes nothing out
    is_not_only: bool = False  # "not only" has no "but" yet
    part: Name | None = None  # a part of what is left out, left out by itself: "without A but A1"
    is_name_missing: bool = False  # "and the cells" of what?
    is_doubtful: bool = False  # "except A, B": both, or B but not A?
    is_asleep_last: bool = False  # the last name is before "sleeping"
    is_back_open: bool = False  # "there" has no name behind it yet
    bracket: tuple[int, Group | None] | None = None  # how many names, and the last of them, stand before the bracket that is open
    with_before: tuple[int, Group | None] | None = None  # how many names, and the last of them, stand before "with"
    about: Name | None = None  # "the A cells of B": A, which may hold for what follows
    form: str = ""  # how the last name is written
    is_of_kind: bool = False  # "one" behind the last name can stand for a noun: "the north one"
    is_all_apart: bool = False  # a comma parts "all" from the names behind it
    is_corrected: bool = False  # a name was taken back
    is_or: bool = False  # "or" stands before the next name
    end: int = 0  # behind the last name
    link: str = ","  # what stands between the last name and here: "", "and", "," or "…"

    def __post_init__(self) -> None:
        self.phrase = PlacePhrase(self.text, self.names)
        self.words = self.phrase.words
        self.said = Mentions(self.words, self.names, self.antecedents)

    def add(self, position: int, name: Name) -> None:
        """Join a name that stands at a position to those before it; raises PlaceError."""
        self._check_whole(position, name)
        self._check_correction(name)
        sites = sorted(self.names.sites_of(name.cells))
        if name.kind != "area" or len(sites) == 1:
            self.near = [site for site in self.near if site not in sites] + sites
        if self.said.rest_of:
            name = self._rest_of(name)
        if name.kind == "cell" and self.phrase.is_called_asleep(position):
            self.said.asleep, self.said.without_asleep = None, False
        self.said.is_back_joined |= self.is_back_open and self.link == "and" and self.sign == "in"
        self.is_back_open = self.is_asleep_last = False
        is_turned = self.phrase.is_at(position - 1, "from", "for") and not self.link  # "to A from B"
        if self.is_relation and self.said.groups and (self.link == "…" or is_turned):
            raise PlaceError("it is not certain which is the source and which the target")
        last = self.said.groups.last
        if last and self.sign == "in" and not self.is_relation and self._is_added(position, name):
            self.link = "and"
        if last:
            self._check_between(position, last.named, name)
        if last and self._is_range(position, last.named, name):
            self.said.groups.replace_last(self._shared_range(last, name))
        else:
            self._turn_behind_exclusion(name)
            self._turn_within_exclusion(position, name)
            self._check_list(name)
            self._check_layer(name)
            self._check_number(position, name)
            self._check_digit(position, name)
            self._check_beside(position, name)
            self._check_part(position, name)
            self._note_count(position, name)
            link = "" if last and self._restricts(position, last, name) else self.link
            name = self._distributed(name)
            self.said.groups.append(self.sign, name, link)
            if (added := self.said.groups.last) and added.shared_with:
                self.about = added.shared_with.name
        self.said.is_alternative |= self.is_or and self.sign == "in" and last is not None and last.sign == "in"
        self.is_or = False
        self.form = self.phrase.form_of(position, name)
        said = self.names.corrected(self.words[position].key)
        self.is_of_kind = self.phrase.is_at(position - 1, "the", "that", "this") or said in _ADJECTIVES
        self.end = position + name.words
        self.link, self.is_fresh, self.is_name_missing = "", False, False

    def _rest_of(self, name: Name) -> Name:
        """Return the rest of a name: "the other A cells"; raises PlaceError."""
        self.said.rest_of = False
        if self.begins_with_exclusion():
            self.sign, self.link = "in", "…"  # "not A1, the other A cells"
        elif self.link == "…" and self.said.groups.union("in") & name.cells and self.sign == "in":
            raise PlaceError(f"it is not certain whether what is named before is of the others of {name.name}")
        return self.said.rest_of_name(name)

    def _check_between(self, position: int, last: Name, name: Name) -> None:
        """Raise PlaceError if it is not certain what the words between two names mean: "A a B", "S2 to 3", "A1, that is A2"."""
        is_same = self.phrase.is_at(position - 2, "that") and self.phrase.is_at(position - 1, "is")
        if is_same and self.end < position - 1 and last.kind == name.kind == "cell" and last.name != name.name:
            raise PlaceError(f"it is not certain whether {last.name} or {name.name} is meant")
        is_to = self.end < position and self.phrase.is_at(position - 1, "a", "al", "à", "au")
        if is_to and last.kind == name.kind and not self.link:
            raise PlaceError("it is not certain whether the cells between are meant too")
        is_of_site = last.kind == "site" and name.cells < last.cells
        if is_of_site and self.phrase.is_at(position - 1, *_RANGE - {"-"}) and self.words[position].key.isdecimal():
            raise PlaceError(f"it is not certain whether {self.words[position].key} is a cell of {last.name} or a site")

    @property
    def is_none_but(self) -> bool:
        """Whether the words are "nothing but A" or the like: only A, or all but A, by what is said of it."""
        return bool(_NONE_BUT.match(self.text))

    @property
    def is_alternative(self) -> bool:
        """Whether one of several places is meant: "A or B", "either of A and B"."""
        is_either = self.phrase.has("either")
        return (self.said.is_alternative or is_either) and not self.phrase.has("both", "neither")

    def is_minus(self, position: int) -> bool:
        """Whether a dash is a minus: "all - A", "B (-B1)", "A + B - B1"; raise PlaceError for "B - B1", which can be B1 alone."""
        sign, last, name = self.words[position], self.said.groups.last, self.phrase.name_behind(position)
        if self.phrase.is_at(position - 1, "("):
            return True
        if sign.glued or sign.key == "–" or last is None:
            return last is None and self.said.all and not sign.glued and sign.key != "–"
        if name is None or not name.cells < self.said.groups.union("in"):
            return False
        if sign.key == "−" or self.phrase.is_at(position + 1, "{"):
            return True
        is_set = any(word.key == "+" for word in self.words)
        is_part = name.kind == "cell" and last.named.kind != "cell" and not self.words[position + 1].glued
        if is_part and not is_set:
            raise PlaceError(f"it can be {name.name} or what is left without it")
        return is_part

    def check_no(self, position: int) -> None:
        """Raise PlaceError for "no estádio" and "S1 e no S2", where "no" can be "in the"."""
        if not self.phrase.is_at(position, "no") or not (position == 0 or self.phrase.is_at(position - 1, "e")):
            return
        name = self.names.at(self.words, position + 1, self.near) if position + 1 < len(self.words) else None
        if name and not self.phrase.is_at(position + 1 + name.words, "cell", "sector", "cells", "sectors"):
            raise PlaceError("no can be in another language")

    def excluding_sign(self, position: int) -> int:
        """Return 1 for "!A1", and for "neither", "forget" or the like before a part of what is taken in; else 0."""
        name = self.phrase.name_behind(position)
        if self.phrase.is_at(position, "!"):
            return int(name is not None and self.words[position + 1].glued)
        if self.phrase.is_at(position, "neither"):
            name = self.phrase.name_behind_preposition(position)
            if name and not self.said.groups and self.phrase.has_relative(position):
                return 1  # "cells that lie neither in A nor in B"
        taken = self.said.groups.union("in", "also") or (self.names.all if self.said.all else frozenset())
        return int(self.phrase.is_at(position, *PARTING) and name is not None and name.cells < taken)

    def is_of_network(self, position: int) -> bool:
        """Whether a word says of all of the network what it is or has: "toda la red", "all twelve sites"."""
        key, before = self.words[position].key, {word.key for word in self.words[max(0, position - 2) : position]}
        if key in NETWORKS or (key == "red" and before & {"toda", "todo", "la"}):
            return self.said.all
        if not key.isdecimal() or not before & ALL:
            return False
        nouns = self.words[position + 1].key if position + 1 < len(self.words) else ""
        size = {"sites": len(self.names.sites), "stations": len(self.names.sites), "cells": len(self.names.order)}.get(nouns)
        return size == int(key)

    def begins_with_exclusion(self) -> bool:
        """Whether the words began with an exclusion, and nothing else has been named."""
        return (
            self.sign == "out"
            and not self.said.all
            and not self.is_fresh
            and bool(self.said.groups)
            and not self.said.groups.union("in", "also")
        )

    def _turn_behind_exclusion(self, name: Name) -> None:
        """Take in what stands behind an exclusion with which the words begin."""
        out = self.said.groups.union("out")
        if not self.begins_with_exclusion() or self.link == "and":
            return
        if self.link in ("", "…") or out < name.cells:
            self.sign = "in"
        else:
            self.is_doubtful = True

    def _turn_within_exclusion(self, position: int, name: Name) -> None:
        """Take in a part of what is left out: "without A, with A1"; raise PlaceError if it is not certain."""
        last = self.said.groups.last
        if self.sign != "out" or last is None or last.sign != "out" or not name.cells < last.name.cells:
            return
        if self.is_fresh or self.phrase.is_at(position - 2, "together", "along"):
            self.part = name
        elif self.phrase.is_at(position - 1, "with"):
            self.sign = "also"

    def _check_whole(self, position: int, name: Name) -> None:
        """Raise PlaceError for a name that is only a part of what is written: S11 of "S11C2", PL-58 of "PL-58N", K4 of "K4P2"."""
        end = position + name.words
        is_full = self.phrase.is_full_at(position, name)
        if self.phrase.is_glued(end) and not (is_full and self.phrase.is_part_at(end, name)):
            raise PlaceError(f"{self.phrase.written_at(end)} is no name of the network")
        self._check_family(position, name)
        is_glued = self.phrase.is_glued(position) and self.words[position - 1].key not in _GENERIC
        if is_glued and position != self.end:
            raise PlaceError(f"{self.phrase.written_at(position)} is no name of the network")

    def _check_family(self, position: int, name: Name) -> None:
        """Raise PlaceError if a sign ties the head of ids to a name that is not one of them: "cb-Remise", "cb/ob-Weir"."""
        last, sign = self.said.groups.last, self.phrase.is_at(position - 1, *"-_.#:/") and self.words[position - 1]
        if not last or not sign or position - 1 != self.end or not sign.glued or not self.words[position].glued:
            return
        is_listed = sign.key == "/" and name.kind != "cell"
        if last.named.kind == "family" and not is_listed and not last.name.cells & name.cells:
            raise PlaceError(f"{last.named.name}{sign.key}{name.name} is no name of the network")

    def _shared_range(self, last: Group, name: Name) -> Name:
        """Return the cells from the last name to this one; of "the A cells from B to C" those that A has."""
        between = self.said.between(last.named, name)
        return replace(between, cells=between.cells & last.shared_with.name.cells) if last.shared_with else between

    def _check_layer(self, name: Name) -> None:
        """Raise PlaceError for a part of what a layer or the neighbours of a cell are, or a layer that is one, behind a comma."""
        last = self.said.groups.last
        if last is None or last.sign != self.sign or self.link not in ("and", ","):
            return
        if last.named.kind == "neighbours" and name.kind == "cell" and name.name != last.named.name:
            raise PlaceError(f"it is not certain whether {name.name} or its neighbours are meant")
        if self.link == "," and name.kind == "layer" and name.cells < last.name.cells:
            raise PlaceError(f"it is not certain whether only the {name.name} cells of {last.named.name} are meant")

    def _restricts(self, position: int, last: Group, name: Name) -> bool:
        """Whether "only" beside a name makes it a part of the one before: "A, the upper cells only"; raises PlaceError."""
        after = position + name.words
        after += self.phrase.is_at(after, *_GENERIC)
        before = position - 1 - self.phrase.is_at(position - 1, "the")
        is_only = self.phrase.is_at(after, "only", "alone") or self.phrase.is_at(before, "only", "just", "solely")
        if not is_only or self.sign != last.sign or self.sign == "out" or not last.name.cells & name.cells:
            return False
        others = self.said.groups.sites_in() - {self.names.site_of[cell] for cell in name.cells}
        if others and name.kind == "cell" and not self.phrase.is_full_at(position, name):
            raise PlaceError(f"it is not certain whether only {name.name} is meant, or such a cell of each site")
        return self.link == ","

    def _distributed(self, name: Name) -> Name:
        """Return the part of a name that it shares with what "the A cells of B and C" is about."""
        about = self.about
        if (
            about is None
            or self.sign != "in"
            or self.link not in ("and", ",")
            or name.kind != "site"
            or not name.cells & about.cells
        ):
            self.about = None
            return name
        if not self.phrase.has("of", "on", "at", "in", "from"):
            raise PlaceError(f"it is not certain whether all of {name.name} is meant")
        return replace(name, cells=name.cells & about.cells)

    def _is_added(self, position: int, name: Name) -> bool:
        """Whether a name goes on with what is named: "the hall … with A1", but not "the hall with A1 left out"."""
        is_out = any(phrase_at(EXCLUDED, self.words, index) for index in range(position + name.words, len(self.words)))
        return self.phrase.is_at(position - 1, "with") and not is_out

    def _check_correction(self, name: Name) -> None:
        """Raise PlaceError for "A no B" where B is no part of A: nothing is left out of A by it, so A can be taken back."""
        taken = self.said.groups.union("in", "also")
        if self.exclusion == "no" and self.is_fresh and taken and not self.said.all and not taken & name.cells:
            raise PlaceError(f"with no before it, {name.name} can be what is meant instead")

    def _check_beside(self, position: int, name: Name) -> None:
        """Raise PlaceError for two names side by side that share nothing, of which one is said by a word or in another form."""
        last = self.said.groups.last
        if last is None or self.link or self.is_fresh or last.sign != self.sign:
            return
        form = self.phrase.form_of(position, name)
        is_number = form == "0" and not self.phrase.is_before_word(position)
        if is_number and name.kind != "cell" and (last.named.kind != "site" or self.phrase.is_at(position - 1, "number")):
            raise PlaceError(f"{last.named.name} has no {self.words[position].key}")
        if last.name.cells & name.cells:
            return
        if "layer" in (last.named.kind, name.kind):
            raise PlaceError(f"{last.named.name} and {name.name} have no cell in common")
        if last.named.kind == "site" and name.kind == "cell" and form not in ("full", "word"):
            raise PlaceError(f"{last.named.name} has no {self.phrase.words[position].key}")
        is_list = "area" not in (last.named.kind, name.kind) and (self.form.endswith(form) or "full" in (form, self.form))
        if not is_list or "word" in (form, self.form):
            raise PlaceError(f"it is not certain whether {last.named.name} or {name.name} is meant")

    def _note_count(self, position: int, name: Name) -> None:
        """Note the number of "two cells of S1" or "the two S1 cells"."""
        before = [word.key for word in self.words[max(0, position - 4) : position]]
        nouns = [key for key in before if key not in ("of", "the", "in", "at", "on")]
        is_noun_behind = (
            self.phrase.is_at(position + name.words, "cells", "sectors") or "of" in before[-2:] or "pair" in nouns[-1:]
        )
        counted = nouns[-2:-1] if nouns[-1:] in (["cells"], ["sectors"]) else nouns[-1:] if is_noun_behind else []
        if name.kind == "layer":
            counted = nouns[-1:]
        if name.kind in ("site", "area", "layer") and counted and counted[0] in _COUNTS:
            self.said.counts.append((_COUNTS[counted[0]], name))

    def _check_digit(self, position: int, name: Name) -> None:
        """Raise PlaceError for a single digit that only a cell of another site has: the 4 of "A~1 and 4" where A has no 4."""
        last, word = self.said.groups.last, self.words[position]
        is_digit = name.kind == "cell" and name.words == 1 and word.key.isdecimal() and len(word.key) == 1
        if last and is_digit and not name.cells & self.names.rest_of_sites(last.named.cells) and len(folded(name.name)) > 1:
            raise PlaceError(f"{last.named.name} has no {word.key}")

    def _check_number(self, position: int, name: Name) -> None:
        """Raise PlaceError for "S2 and 3": the third cell of S2, which is in S2, or S3?"""
        last = self.said.groups.last
        end = position + name.words
        is_and = self.phrase.text[self.words[end - 1].start :][:2] in ("e ", "y ") and self.phrase.is_name_at(end)
        if is_and and name.kind == "cell" and (name.words > 1 or last):
            raise PlaceError(f"{self.words[end - 1].key} can be a part of {name.name} or an and")
        is_bare = self.words[position].key.isdecimal() and not self.words[position].glued and name.words == 1
        is_bare |= name.words == 2 and self.phrase.is_at(position, "sector", "cell", "carrier", "antenna")
        is_within = last is not None and last.sign == self.sign and last.named.kind == "site" and name.cells < last.named.cells
        if is_bare and is_within and self.link == "and" and name.kind == "cell":
            raise PlaceError(f"{self.words[position].key} can be a cell of {last.named.name if last else ''} or another site")

    def _check_part(self, position: int, name: Name) -> None:
        """Raise PlaceError for "S1 and S2 except C1": the first cell of S2, or of both?"""
        if self.sign != "out" or name.kind != "cell" or self.names.full_at(self.words, position):
            return
        part = folded(name.name).removeprefix(folded(self.names.site_of[name.name]))
        said = key_of([word for word in self.words[position : position + name.words] if word.is_word])
        if len(said) > len(part) and folded(name.name).endswith(said):
            return  # "N2" of Depot-N2, where the other sites have a 2 as well
        if len(self.names.suffixed(part, self.said.groups.sites_in()) - name.cells) > 0:
            raise PlaceError(f"{part} can be a cell of several sites")

    def _check_list(self, name: Name) -> None:
        """Raise PlaceError if it is not certain whether a name goes on with what stands before it."""
        last, taken = self.said.groups.last, self.said.groups.union("in")
        is_going_on = last is not None and self.sign == last.sign == "out" and not self.is_fresh and bool(taken)
        if is_going_on and last and last.name.cells & taken and not name.cells & taken:
            raise PlaceError(f"it is not certain whether {name.name} is left out too")
        if (
            last
            and last.named.kind == name.kind == "area"
            and not self.link
            and not last.name.cells & name.cells
            and self.sign == "in"
        ):
            raise PlaceError(f"it is not certain whether it is {last.named.name} or {name.name}")

    def _is_range(self, position: int, last: Name, name: Name) -> bool:
        before = [word.key for word in self.words[max(0, position - 2) : position]]
        is_minus = before[-1:] == ["-"] and self.sign == "out" and not self.words[position - 1].glued
        is_range = before == [".", "."] or bool(before and before[-1] in _RANGE and not is_minus)
        is_range &= before[-1:] != ["-"] or before[0] not in (*JOINING, "…", ";")  # "A-1, -3" is a list
        return is_range and last.kind == name.kind and name.kind in ("cell", "site")
