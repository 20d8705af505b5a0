"""Reads the words of a place from left to right."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from agents.reading.antecedents import PlaceError
from agents.reading.name import Name
from agents.reading.names import is_pronoun
from agents.reading.place_words import (
    ALL,
    ASLEEP,
    AWAKE,
    BESIDE,
    EMPHASIS,
    EXCLUDED,
    EXCLUDING,
    FILLERS,
    FOREIGN,
    INCLUDED,
    INCLUDING,
    INSTEAD,
    JOINING,
    NONE,
    ONE_BACK,
    OTHERS,
    PREMISES,
    REST,
    SEVERAL_BACK,
    TOWARDS,
    phrase_at,
)
from agents.reading.placing.descriptions import described
from agents.reading.placing.neighbours import NeighbourReader
from agents.reading.placing.place_phrase import is_nearly_filler
from agents.reading.placing.role_words import can_choose
from agents.reading.placing.site_parts import cell_told, parts_of_sites
from agents.reading.spoken import Spoken, singular

_PLACES_BACK: Final = frozenset(("there", "them", "those", "these", "both", "same"))
_NOUNS: Final = frozenset(
    ("cell", "cells", "sector", "sectors", "carrier", "carriers", "site", "sites", "area", "capacity", "tower", "mast", "station")
)
# What may stand between "the other" and what it is of.
_OTHERS: Final = frozenset(("1", "2", "3", "4", "cells", "cell", "sectors", "sector", "ones", "carrier", "carriers"))
_NUMBERING: Final = frozenset(("number", "nr", "no", "n"))
_RANGE: Final = frozenset(("-", "–", "to", "through", "thru", "till", "until"))


class PlaceReader(NeighbourReader):
    """Reads a phrase from left to right into groups of cells, each taken in, taken in whatever else holds, or taken out."""

    def cells(self) -> frozenset[str]:
        """Read the phrase and return its cells, empty if none is left."""
        position = 0
        while position < len(self.words):
            if self.is_relation and self.said.groups and self.words[position].key in TOWARDS:
                break  # the rest names the target
            position += self._read(position)
        if self.is_doubtful and not self.said.all:
            raise PlaceError("it is not certain whether the second place is left out too")
        if self.part:
            raise PlaceError(f"it is not certain whether {self.part.name} is left out too")
        if self.is_fresh and not self.said.without_asleep and self.said.asleep is None:
            raise PlaceError("it is not certain what is left out")
        if self.said.groups.has_part_of_layer() or self.said.groups.has_loose_site():
            raise PlaceError("it is not certain whether only those that are named are meant")
        self._check_one_family()
        if self.is_name_missing:
            raise PlaceError("what is named last is not known")
        return self.said.cells()

    @cached_property
    def _described(self) -> frozenset[int]:
        """Where words stand that only tell what is named behind them."""
        return described(self.phrase)

    @property
    def is_pair(self) -> bool:
        """Whether the words name two cells of a relation that nothing joins: source and target, or two sources?"""
        is_pair = self.said.groups.is_pair(is_between=self.phrase.has("between"))
        return self.is_relation and is_pair and not self.phrase.has(*TOWARDS)

    def _check_one_family(self) -> None:
        """Raise PlaceError for "ob side" behind "cb side of weir": the ob cells, or that of the site before?"""
        last, before = self.said.groups.last, self.antecedents.before
        if last is None or last.named.kind != "family" or last.shared_with or len(self.said.groups) > 1 or not before:
            return
        sites = self.names.sites_of(before[-1])
        is_plain = not self.said.all and not self.phrase.has("cells", "sectors", "sites", "ones")
        if (
            is_plain
            and len(sites) == 1
            and len(self.names.rest_of_sites(before[-1]) & last.name.cells) == 1 < len(last.name.cells)
        ):
            raise PlaceError(f"it is not certain whether all of {last.named.name} is meant, or that of {next(iter(sites))}")

    def _read(self, position: int) -> int:
        """Read what stands at a position; return how many words it takes."""
        if size := self._network_name_at(position):
            return self._read_all(size)
        length = self._read_heading(position) or self.read_neighbours(position) or self._read_emphasis(position)
        length = length or self._read_inclusion(position)
        length = length or self._read_bracket(position) or self._read_turn(position)
        return length or self._read_name_or_rest(position, self.words[position])

    def _network_name_at(self, position: int) -> int:
        """Return how many words of the network's own name stand here: all, or the last two or more: "the old town"; else 0."""
        own = self.names.network_name
        for first in range(len(own) - 1):
            size = len(own) - first
            if tuple(one.key for one in self.words[position : position + size]) == own[first:]:
                name = self.names.full_at(self.words, position) if first else None
                return size if name is None or name.words < size else 0
        return 0

    def _read_emphasis(self, position: int) -> int:
        """Read words that change nothing; return how many they are, 0 if there are none."""
        length = phrase_at(EMPHASIS, self.words, position)
        if length > phrase_at(EXCLUDED, self.words, position):
            self.is_not_only |= self.phrase.is_at(position, "not") and self.phrase.is_at(position + 1, "only", "just", "merely")
            return length
        if self.phrase.is_at(position, "only") and self.phrase.is_name_at(position + 1) and self._is_opposed():
            self.sign, self.link = "in", "…"
            return 1
        if not self.is_not_only or not self.phrase.is_at(position, "but"):
            return 0
        self.is_not_only, self.link = False, "and"  # "not only A but B"
        return 1

    def _read_inclusion(self, position: int) -> int:
        """Read words that take in whatever else holds; return how many they are, 0 if there are none."""
        length = phrase_at(INCLUDING, self.words, position)
        is_behind = not any(word.is_word for word in self.words[position + length :])
        if length and is_behind and self.said.groups:  # "A (A1 incl.)"
            self.said.groups.turn_last("also")
            return length
        if length:
            # "except for A, but including A1": all of the network but A, and A1
            self.said.all |= self.begins_with_exclusion() and self.phrase.is_at(position, "but", "yet", "though")
            self.sign = "also" if self.said.groups or self.said.all else self.sign
            return length
        length = phrase_at(INCLUDED, self.words, position)
        if not length:
            return 0
        if self.phrase.is_at(position + length, "as") and self.phrase.is_at(position, "as"):
            self.link = "and"  # "as well as"
            return length + 1
        if self.phrase.is_at(position + length - 1, "without"):
            self.sign = "also"
        elif self.phrase.is_at(position, "also", "likewise") and self.phrase.goes_on_at(position + length):
            if self.sign == "out" and not self.is_fresh and self.phrase.is_name_at(position + length):
                raise PlaceError("it is not certain whether what follows is left out too")
            self.link = "and"  # "the hall … also A1"
        elif self.is_asleep_last:
            self.said.asleep = None  # "S1, the sleeping cell included"
        elif self.said.groups and not (self.exclusion == "neither" and self.sign == "out"):  # "neither A1 nor A2 included"
            self.part = None
            (self.said.groups.turn_list if self.said.all else self.said.groups.turn_last)("also")
        return length

    def _read_turn(self, position: int) -> int:
        """Read words that turn the meaning of what was said; return how many they are, 0 if there are none."""
        if length := phrase_at(AWAKE, self.words, position):
            self._read_asleep(position, is_asleep=False)
        elif length := phrase_at(NONE, self.words, position):
            if void := self.phrase.void(position, length, is_open=self.sign == "out" and self.is_fresh):
                self.sign, self.is_fresh = "in", False
                return void
            self.none_at = len(self.said.groups)
            self.sign, self.link = ("out", self.link) if self.said.groups.union("in") else ("in", "…")
        elif (length := phrase_at(INSTEAD, self.words, position)) and self.said.groups:
            self.said.groups.pop()
            self.is_corrected = True
        elif self.is_corrected and self.phrase.is_at(position, "instead"):
            return 1
        return length

    def _read_heading(self, position: int) -> int:
        """Read words that point forward, "not included: A" or "excluded from it is A"; return how many they are, else 0."""
        words, is_first = self.words, position == 0 or not self.words[position - 1].is_word or self.phrase.begins_line(position)
        length = phrase_at(EXCLUDED, words, position)
        is_out = length > 0
        length = length or phrase_at(INCLUDED, words, position)
        after = position + length
        after += (
            2 if self.phrase.is_at(after, "from", "of", "in") and self.phrase.is_at(after + 1, *ONE_BACK, *SEVERAL_BACK) else 0
        )
        is_pointing = self.phrase.is_at(after, ":", "=") or (is_first and is_out and self.phrase.is_at(after, "is", "are"))
        if not length or not is_pointing or (is_first and self.phrase.is_at(position, "is", "are")):
            return 0
        if is_out:
            self.sign, self.is_fresh = "out", True
        else:
            self.sign, self.is_fresh = "also" if self.said.groups or self.said.all else "in", False
        return after + 1 - position

    def _read_name_or_rest(self, position: int, word: Spoken) -> int:
        words = self.words
        length = phrase_at(REST, words, position)
        said = self.antecedents.sites(self.names)
        name = self.names.at(words, position, self.near, said) if not length or word.key not in ALL else None
        name = self._parts_of_sites(position) or (None if self.phrase.is_same_place(position) else name)
        name = name or (cell_told(self.phrase, position, self.near[-1]) if self.near else None)
        if length and not (name and name.words > 1) and not self.phrase.is_at(position + 1, "than"):
            return self._read_rest(position, length)
        if name:
            self.add(position, name)
            return name.words
        if length := self._excluding_behind_sign(position) or self._read_excluded(position):
            return length
        length = phrase_at(EXCLUDING, words, position) or self.excluding_sign(position)
        if length and not self.phrase.is_described_by(position) and not self.phrase.is_sign_of_id(position):
            self.none_at = None  # "none but A excluded"
            is_but = word.key == "but" and length == 1
            self.check_no(position)
            if is_but and any(one.key == "neither" for one in words[:position]):
                raise PlaceError("it is not certain what is left out")
            is_opposed = is_but and (self.begins_with_exclusion() or (self.exclusion == "not" and not self.is_fresh))
            self.exclusion = word.key
            self.sign, self.is_fresh = ("in", False) if is_opposed else ("out", True)  # "not A but B"
            self.link = "…" if is_opposed else self.link
            return length + self.phrase.aside(position + length)
        if word.key == "neither" and self.said.groups:
            raise PlaceError("it is not certain what is left out")
        return self._read_word(position, word)

    def _parts_of_sites(self, position: int) -> Name | None:
        """Return the cells that "A and B but not the land sides" leaves out, None if nothing is left out of several sites."""
        if self.sign != "out" or not self.is_fresh:
            return None
        sites = self.names.sites_of(self.names.all if self.said.all else self.said.groups.union("in", "also"))
        return parts_of_sites(self.phrase, position, sites)

    def _read_excluded(self, position: int) -> int:
        """Read words that take out what stands before them; return how many they are, 0 if there are none."""
        length = phrase_at(EXCLUDED, self.words, position) if self.said.groups else 0
        if not length or not self.phrase.closes(position, length, self.near):
            return 0
        if self.phrase.is_at(position + length, "none", "nothing"):
            return length + 1
        if back := self.phrase.pronoun_before(position):  # "A, that cell excepted"
            self.said.back = [word for word in self.said.back if word != back]
            self.said.groups.append("out", Name("shared", back, self.said.referred([back])), ",")
            return length
        if self.is_asleep_last:  # "sleeping cells excluded"
            self.said.asleep, self.said.without_asleep = None, True
        elif self.none_at is not None and self.said.groups.is_list_from(self.none_at):  # "no cell of A is excluded"
            self.said.groups.turn_list("also")
            self.sign, self.none_at = "in", None
        elif not self.phrase.is_at(position, "neither") or self.said.groups.union("out"):
            self._leave_out_list(position, length)  # "not in A, in B neither"; "not A, B neither" is of both
        return length

    def _excluding_behind_sign(self, position: int) -> int:
        """Read "out of scope" before a part of what is named, "A, out of scope A1", "A exempt A1"; return how many words."""
        length, last = phrase_at(EXCLUDED, self.words, position), self.said.groups.last
        name = self.phrase.name_behind(position + length - 1) if length and last and last.sign == "in" else None
        if name is None or last is None or phrase_at(EXCLUDING, self.words, position) >= length:
            return 0
        is_of_last = name.cells < last.name.cells or (
            not self.words[position - 1].is_word and name.cells < self.said.groups.union("in")
        )
        if not is_of_last:
            return 0
        self.sign, self.is_fresh, self.exclusion = "out", True, self.words[position].key
        return length

    def _leave_out_list(self, position: int, length: int) -> None:
        """Leave out the last name, those that "and" joins to it, or the list of a bracket: "A (A1, A2 out of scope)"."""
        if self.with_before and self.phrase.is_at(position + length - 1, "exceptions"):
            self.said.groups.turn_since(*self.with_before, "out")  # "with A, B and C as the only exceptions"
            return
        groups, is_plain = self.said.groups, not self.phrase.is_at(position, "no", "not", "neither")
        if self.bracket and is_plain and self.phrase.is_at(position + length, ")") and len(groups) >= self.bracket[0]:
            groups.turn_since(*self.bracket, "out")
            return
        if groups.is_repeated(self.names.all if self.is_all_apart else frozenset()):
            raise PlaceError("it is not certain whether all of them are left out, or only the last one")
        groups.turn_list("out", all_names=self.said.all and self._are_those_meant())

    def _are_those_meant(self) -> bool:
        """Whether "those" means the names before: it does not in "those of A"."""
        return any(self.phrase.back(index) == "those" for index, word in enumerate(self.words) if word.key == "those")

    def _read_rest(self, position: int, length: int) -> int:
        after = position + length
        self.said.others = self._others(position, after)
        while after < len(self.words) and self.words[after].key in _OTHERS:
            after += 1
        if self.phrase.is_at(after, "of", "on", "in", "at") or self._is_group_at(after):
            self.said.rest_of = True
        elif self.sign == "out" and self.is_fresh and self.said.groups.union("in"):
            self._leave_others()
            return after - position
        elif self.sign == "out" or (self.said.groups.union("out") and not self.said.groups.union("in", "also")):
            self.said.all = True
        else:
            self.said.rest, self.said.rest_behind = True, bool(self.said.groups)
        return length

    def _leave_others(self) -> None:
        """Leave out all but what is named: "only A1 and A2, so without the other two"; raise PlaceError for another number."""
        taken, whole = self.said.groups.union("in"), self.said.groups.whole()
        count, self.said.others, self.is_fresh = self.said.others, 0, False
        if count and count not in (len(whole - taken), len(self.names.rest_of_sites(taken) - taken)):
            raise PlaceError(f"which {'is the other one' if count == 1 else f'are the other {count}'} is not certain")

    def _others(self, position: int, after: int) -> int:
        """Return how many "the other one" or "the other two cells" are, 0 if it is not said."""
        if not self.phrase.is_at(position, "other") or self.phrase.is_at(position - 1, "every", "any", "all", "each", "no"):
            return 0
        if after < len(self.words) and self.words[after].key.isdecimal():
            return int(self.words[after].key)
        return int(self.phrase.is_at(after, "cell", "sector", "carrier"))

    def _is_group_at(self, position: int) -> bool:
        """Whether the name of a site or area stands at a position: "the other S2 cells"."""
        name = self.names.full_at(self.words, position) if position < len(self.words) else None
        return name is not None and name.kind in ("site", "area")

    def _read_word(self, position: int, word: Spoken) -> int:
        key = word.key
        if (key in ALL and not self.phrase.is_of_each(position)) or key == "wide" or self._is_network(position):
            self._check_alone(position)
            self._read_all(1)
            is_counted = key in ALL and self.phrase.is_at(position + 1, "3", "4", "5")
            self.said.back += ["count"] * (is_counted and not self.phrase.is_at(position + 2, *ASLEEP))
        elif key in ASLEEP:
            self._read_asleep(position, is_asleep=ASLEEP[key])
        elif back := self.phrase.back(position):
            if back == "sites":
                self.said.sites_back = self.phrase.number_before(position)
            self._refer(position, back)
        elif key in "-−–" and self.is_minus(position):
            self.sign, self.is_fresh = "out", True
        elif key == "plus" and self.sign == "out" and not self.is_fresh:
            self.sign, self.link = "also", "and"
        elif key in JOINING and not self._is_dangling(position):
            self.is_all_apart |= key == "," and self.said.all and not self.said.groups
            self.is_or = key == "or"
            self.link = "and" if key != "," else self.link or ","
        elif key == "…" or self.phrase.text[word.start] in ";\n":
            self.link = "…"
            self.sign = "in" if self.sign == "out" and not self.is_fresh else self.sign
        elif word.is_word and not self._means_nothing(position, word) and not self._is_descriptive(position):
            self.unused.append(self.phrase.text[word.start : word.end])
        self._note(position)
        self._end_line(word)
        return 1

    def _note(self, position: int) -> None:
        """Note what "with" stands behind, and how many "any of the three" counts unless so many names or cells are before it."""
        last, taken = self.said.groups.last, self.said.groups.union("in", "also")
        if self.phrase.is_at(position, "with"):
            self.with_before = len(self.said.groups), last
        if not last or not self.phrase.is_count_of_last(position):
            return
        count = int(self.words[position].key)
        if count not in (len(self.said.groups), len(taken)):
            self.said.counts.append((count, last.named))

    def _is_descriptive(self, position: int) -> bool:
        """Whether a word only tells what is named behind it: "the pit sites Q1 to Q3", "the magazine gate M1-gate"."""
        key = self.words[position].key
        if not key.isalpha() or key in BESIDE or self.sign == "out":
            return False
        before, after = position - 1, position + 1
        if not self.phrase.is_at(before, "the", "2", "3", "4", "in", "at", "on", "for", "of"):
            return False
        name = self.names.full_at(self.words, after) if after < len(self.words) else None
        if self.phrase.is_at(after, *_NOUNS) and not (name and name.words > 1):
            after, name = after + 1, None
        name = name or (self.names.full_at(self.words, after) if after < len(self.words) else None)
        if name is not None and name.kind == "site" and can_choose(key) and not self.phrase.is_at(position + 1, "site", "sites"):
            return False  # "the indoor cells S3"
        is_cell = name is not None and name.kind == "cell" and self.phrase.is_at(before, "the")
        return name is not None and (is_cell or self.phrase.is_at(position + 1, "cells", "sites", "site", "cell"))

    def _read_bracket(self, position: int) -> int:
        """Read a remark in brackets behind a cell, "A1 (test cell)", or note what stands before a bracket; return the words."""
        if not self.phrase.is_at(position, "(", ")"):
            return 0
        last, is_open = self.said.groups.last, self.phrase.is_at(position, "(")
        if is_open and last and last.named.kind == "cell" and position == self.end and (length := self.phrase.remark(position)):
            return length
        self.bracket = (len(self.said.groups), last) if is_open and (last or self.said.all) else None
        return 1

    def _is_opposed(self) -> bool:
        """Whether "only" takes in what follows against what is left out: "not A, only B"; raises PlaceError."""
        if self.phrase.has("neither") and self.said.groups:
            raise PlaceError("it is not certain what is left out")
        return self.begins_with_exclusion()

    def _check_alone(self, position: int) -> None:
        """Raise PlaceError for a word of the network right behind a part of a name, as they can be one: "the car park"."""
        key = self.words[position].key
        is_part = self.form not in ("", "full") and position == self.end and self.said.groups.last is not None
        if is_part and key in self.names.network_words and not self.phrase.is_at(position + 1, "wide"):
            raise PlaceError(f"{self.words[position - 1].key} {key} is no name of the network")

    def _is_dangling(self, position: int) -> bool:
        """Whether a letter right behind a name joins nothing to it: the n of "PL 58 N"."""
        key = self.words[position].key
        is_letter = len(key) == 1 and key.isalpha() and key != "s"
        return is_letter and position == self.end and len(self.said.groups) > 0 and position + 1 == len(self.words)

    def _is_more_of_name(self, position: int) -> bool:
        """Whether a word goes on with the name before it, and no cell is called so: "one one four", "PL 58 N", "S3-7"."""
        word, is_behind = self.words[position], position == self.end and len(self.said.groups) > 0
        if self._is_dangling(position) or (is_behind and word.key.isdecimal() and self.words[position - 1].key.isdecimal()):
            return True
        is_listed = len(self.said.groups) > 0 and self.link in ("and", ",")
        return word.key.isdecimal() and (word.glued or (is_listed and not self.phrase.is_before_word(position)))

    def _is_number_of_name(self, position: int) -> bool:
        """Whether a number behind a name says which of its cells, and there is no such cell: "site A four", "A # 4"."""
        if not self.words[position].key.isdecimal() or self.phrase.is_before_word(position) or not self.said.groups:
            return False
        before = position
        while before > self.end and (not self.words[before - 1].is_word or self.words[before - 1].key in _NUMBERING):
            before -= 1
        signs = {word.key for word in self.words[before:position]}
        return before == self.end and not signs & {",", ";", "(", ")", "…", ":"}

    def _means_nothing(self, position: int, word: Spoken) -> bool:
        is_told = self.phrase.is_apposed(position) or position in self._described or self.phrase.is_spare_of_names(position)
        is_told |= self.phrase.is_same_place(position)
        if is_pronoun(self.words, position) or is_told or self.is_of_network(position):
            return True
        if self._is_letter_of_sector(position) or self._is_idle(position):
            return not self._is_letter_of_sector(position)
        if word.key in OTHERS and self.phrase.is_at(position - 1, "that", "this", "same") and len(self.said.groups) > 0:
            return not self.phrase.is_at(position + 1, "of")
        last = self.said.groups.last
        is_name = self._is_more_of_name(position)
        if word.key == "1" and not word.written and not self.link and last and last.name.kind == "area" and not is_name:
            return self.is_of_kind  # "the north one", not "pier one"
        is_end = word.key.isdecimal() and self.phrase.is_at(position - 1, *_RANGE) and not self.phrase.is_before_word(position)
        if is_name or is_end or self._is_number_of_name(position):
            return False
        # "All capacity cells but A1", where the card has no capacity cells, is not everything but A1.
        is_layer = self.names.is_unknown_layer(self.words, position)
        is_filler = word.key in FILLERS and not is_layer and not self.phrase.is_numbered(position)
        return is_filler or (not is_layer and is_nearly_filler(word.key))

    def _is_letter_of_sector(self, position: int) -> bool:
        """Whether an a is a letter: "sector A", which the site does not have; "the A sectors"."""
        is_of_one, is_of_several = (
            self.phrase.is_at(position - 1, "sector", "cell"),
            self.phrase.is_at(position + 1, "sectors", "cells"),
        )
        return self.phrase.is_at(position, "a") and (is_of_one or is_of_several)

    def _is_idle(self, position: int) -> bool:
        """Whether a word means nothing where it stands: "leave A out of it", "out at A", "the A stop", "am A"."""
        key, has_names = self.words[position].key, len(self.said.groups) > 0
        if key in ("keep", "keeps", "leave", "leaves", "leaving"):
            return self.phrase.has("out", "aside")
        is_out = key == "out" and not has_names and self.phrase.is_at(position + 1, "at", "in", "on", "by")
        is_stop = key == "stop" and position == self.end and has_names and not self.link
        return is_out or is_stop or (key in FOREIGN and self.phrase.is_name_at(position + 1))

    def _is_network(self, position: int) -> bool:
        """Whether a word means all of the network: its own name, "the whole campus", a "*" by itself."""
        key = self.words[position].key
        if key == "*":
            return position + 1 == len(self.words) or not self.words[position + 1].glued or not self.words[position + 1].is_word
        is_whole = self.said.all and not self.said.groups.union("in", "also")
        is_whole |= (
            self.phrase.is_at(position - 1, ":")
            or self.phrase.is_at(position + 1, "wide")
            or self.phrase.is_at(position + 2, "wide")
            or self.phrase.is_across(position)
        )
        is_own = key in self.names.group_words or singular(key) in self.names.group_words
        if self.phrase.is_at(position + 1, "cells", "sites", "network", "sectors") and f"{key}s" in self.names.network_words:
            return not is_own  # "all hospital cells" of the Hill Hospitals
        return key in self.names.network_words or (bool({key, singular(key)} & PREMISES) and not is_own and is_whole)

    def _refer(self, position: int, back: str) -> None:
        """Note a word that refers to a place before; behind an exclusion it takes that out, behind "and" it takes it in, too."""
        is_alone = position + 1 == len(self.words) or self.words[position + 1].key in (",", ";", ".", "…")
        if self.sign == "out" and self.is_fresh and back in _PLACES_BACK and is_alone:
            self.said.groups.append("out", Name("shared", back, self.said.referred([back])), self.link)
            self.is_fresh = False
            return
        if back in (*_PLACES_BACK, "it") and self.link != "and" and self.said.groups.union("in", "also"):
            return  # "A … there": the place that is just named
        self.said.back.append(back)
        self.said.is_back_joined |= back in _PLACES_BACK and self.link == "and" and len(self.said.groups) > 0 and is_alone
        self.is_back_open = back in _PLACES_BACK

    def _read_all(self, words: int) -> int:
        """Take in the network; what an exclusion with which the words begin leaves out came before."""
        if self.sign == "out" and self.link in (",", "…") and self.said.groups.union("out") and not self.is_fresh:
            self.sign = "in"
        self.said.all = self.said.all or self.sign != "out"
        return words

    def _end_line(self, word: Spoken) -> None:
        """Note that a line ends behind a word, and an exclusion with it; and that a noun behind "and" has no name yet."""
        self.is_name_missing |= self.link == "and" and len(self.said.groups) > 0 and word.key in _NOUNS
        rest = self.phrase.text[word.end :]
        if rest.lstrip(" ")[:1] == "\n" and self.sign == "out" and not self.is_fresh:
            self.sign, self.link = "in", "…"

    def _read_asleep(self, position: int, *, is_asleep: bool) -> None:
        before = [word.key for word in self.words[max(0, position - 2) : position]]
        if is_asleep and before and before[-1].isdecimal():
            self.said.sleepers = int(before[-1])
        if before in (["it", "is"], ["they", "are"], ["which", "is"], ["which", "are"]) and self.said.groups:
            return  # it says more of a cell that is named
        if before and before[-1] != "of" and "with" in before and (self.said.groups or self.said.all):
            raise PlaceError("it is not certain whether the others are meant too")
        if self.sign == "also" and is_asleep and not self.phrase.is_name_at(position + 1):
            return  # "S1 including the sleeping cell"
        if self.sign == "out" and is_asleep:
            self.said.without_asleep = True
        elif self.sign == "out":
            self.said.asleep = True  # "not in operation"
        else:
            self.said.asleep = is_asleep
            self.is_asleep_last = (bool(self.said.groups) or self.said.all) and self.said.asleep
