"""The words of a place, and what stands at a position of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agents.reading.antecedents import PlaceError
from agents.reading.name import Name
from agents.reading.names import Names, is_count_of
from agents.reading.place_words import (
    ALL,
    ASLEEP,
    EXCLUDED,
    EXCLUDING,
    FILLERS,
    INCLUDED,
    INCLUDING,
    INSTEAD,
    JOINING,
    KEYWORDS,
    NONE,
    ONE_BACK,
    OTHERS,
    REST,
    SEVERAL_BACK,
    SITES,
    SITES_BACK,
    phrase_at,
)
from agents.reading.placing.role_words import is_role
from agents.reading.spoken import ONES, SPELLED_LETTERS, is_misspelled, spoken, with_hundreds

_CLASS: Final = re.compile(r"\w\[[^\]]*\]\w")  # "S[1-3]C1"
_FILLING_NOUNS: Final = ("cells", "sectors", "carriers", "stations", "network")
_PARTS: Final = frozenset(("half", "third", "second", "first", "quarter", "most", "part", "last", "any", "either", "another"))
_NUMBER_OF: Final = re.compile(  # "cell no. 2"
    r"\b(cells?|sites?|sectors?|gnbs?|stations?|masts?|carriers?|antennas?)( no\b)([. ])(?=\s?\w)", re.IGNORECASE
)
_NUMBER: Final = re.compile(rf"\bno\.(?=\s?(?:\d|(?:{'|'.join(ONES)})\b))", re.IGNORECASE)  # "lynx no. 2"
_UNLIKE: Final = frozenset(  # of these words no name is an apposition
    (
        *("non", "nicht", "nie", "niet", "ikke", "inte", "pas", "ni", "oder", "ou", "o", "sondern", "pero", "mais"),
        *("maybe", "perhaps", "possibly", "probably", "presumably"),
        *("hors", "fuera", "fora", "fuori", "utom", "undtagen", "unntatt", "paitsi", "kecuali", "oprócz", "kromě", "hariç"),
        *(
            "poza",
            "osim",
            "sino",
            "kein",
            "keine",
            "keinen",
            "aucun",
            "aucune",
            "ningún",
            "ninguna",
            "nessun",
            "nessuna",
            "nenhum",
        ),
        *("nenhuma", "geen", "ingen", "inga"),
    )
)
_THERE: Final = ("ther", "theer", "tehre", "htere")
_KEY: Final = re.compile(r"(?<![^\W_])(?:in|out|not|left)(?:_[^\W\d_]+)+(?=\s*[:=])")
_PREPOSITIONS: Final = frozenset(
    ("in", "on", "at", "of", "to", "from", "within", "inside", "belong", "belongs", "belonging", "the", "site", "cell")
)
_DESCRIBED: Final = frozenset(
    (
        "cell",
        "cells",
        "sector",
        "sectors",
        "carrier",
        "carriers",
        "one",
        "1",
        "ones",
        "pair",
        "capacity",
        "site",
        "sites",
        "layer",
    )
)
_REMARKED: Final = frozenset(("cell", "sector", "carrier", "antenna"))
_CLOSING: Final = frozenset((",", ";", ".", ")", "…", "since", "because", "as"))


class PlacePhrase:
    """A phrase that names a place, word by word; misspelled words of exclusion are corrected."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        if _CLASS.search(text):
            raise PlaceError(f"{text!r} has a pattern that is not understood")
        self.words = [replace(word, key=self.keyword(word.key)) for word in with_hundreds(spoken(_parted(text)))]
        for index in range(1, len(self.words)):
            if self.is_at(index, "em") and self.is_at(index - 1, "of"):
                self.words[index] = replace(self.words[index], key="them")  # no letter m

    def keyword(self, key: str) -> str:
        """Return the word of exclusion or the like that a word misspells, unless it is near to a name."""
        if key in _THERE:
            return "there"
        if len(key) < 6 or key in KEYWORDS or key in FILLERS or self.names.corrected(key) != key:
            return key
        return next((right for right in KEYWORDS if is_misspelled(key, right)), key)

    def is_at(self, position: int, *keys: str) -> bool:
        """Whether one of these words stands at a position."""
        return 0 <= position < len(self.words) and self.words[position].key in keys

    def has(self, *keys: str) -> bool:
        """Whether one of these words is in the phrase."""
        return any(word.key in keys for word in self.words)

    def is_name_at(self, position: int) -> bool:
        """Whether a name stands in full at a position."""
        return position < len(self.words) and self.names.full_at(self.words, position) is not None

    def name_behind(self, position: int) -> Name | None:
        """Return the name that stands in full behind a position and brackets."""
        after = position + 1
        while self.is_at(after, "(", "[", "{", "'", '"'):
            after += 1
        return self.names.full_at(self.words, after) if after < len(self.words) else None

    def name_behind_preposition(self, position: int) -> Name | None:
        """Return the name that stands in full behind a position and words such as "in the" or "belonging to"."""
        after = position + 1
        while self.is_at(after, *_PREPOSITIONS):
            after += 1
        return self.name_behind(after - 1)

    def is_sign_of_id(self, position: int) -> bool:
        """Whether a sign that can leave something out begins the part of an id: "A~1, ~2" where ids have a "~"."""
        is_glued = position + 1 < len(self.words) and self.words[position + 1].glued
        return self.words[position].key in self.names.signs and is_glued and self.name_behind(position) is None

    def is_same_place(self, position: int) -> bool:
        """Whether a word is the place of "the same place", not one that is called so."""
        return self.is_at(position - 1, "same") and self.is_at(position, "place", "spot", "location", "area", "zone", "part")

    def has_relative(self, position: int) -> bool:
        """Whether a relative clause begins before a position: "cells which are", "any site that lies"."""
        return any(self.is_at(at, "which", "that") for at in range(1, position))

    def is_described_by(self, position: int) -> bool:
        """Whether "spare" is not an order but tells of cells: "the two spare cells", "both spares"."""
        return self.is_at(position, "spare") and self.is_at(position + 1, *_DESCRIBED)

    def is_spare_of_names(self, position: int) -> bool:
        """Whether "spare" or "spares" only tells of the cells that are named behind it: "the spare ones, S8C1 and S8C2"."""
        if not (self.is_described_by(position) or self.is_at(position, "spares")):
            return False
        after = position + 1 + self.is_at(position, "spare")
        return self.is_name_at(after + self.is_at(after, ",", ":", "("))

    def is_full_at(self, position: int, name: Name) -> bool:
        """Whether a name stands in full at a position."""
        found = self.names.full_at(self.words, position)
        return found is not None and found.cells == name.cells

    def is_part_at(self, position: int, name: Name) -> bool:
        """Whether the part of a cell on the site of a name stands at a position: C2 of "S1C1C2"."""
        site = next(iter(self.names.sites_of(name.cells)), "")
        found = self.names.at(self.words, position, [site])
        return found is not None and found.kind == "cell" and self.names.sites_of(found.cells) == {site}

    def is_glued(self, position: int) -> bool:
        """Whether a letter or number stands at a position right behind another."""
        is_inside = 0 < position < len(self.words) and self.words[position].glued
        return is_inside and self.words[position].is_word and self.words[position - 1].is_word and not self._is_plural(position)

    def _is_plural(self, position: int) -> bool:
        """Whether a letter is the s of a plural: "the S8s"."""
        is_last = position + 1 == len(self.words) or not (self.words[position + 1].glued and self.words[position + 1].is_word)
        return self.is_at(position, "s") and is_last

    def written_at(self, position: int) -> str:
        """Return what is written in one piece around a position."""
        start = end = position
        while self.is_glued(start):
            start -= 1
        while self.is_glued(end + 1):
            end += 1
        return self.text[self.words[start].start : self.words[end].end]

    def form_of(self, position: int, name: Name) -> str:
        """Return how a name is written: "full" or behind a sign, by a "word", or as a part by its letters and numbers, "a0"."""
        is_behind_sign = not self.words[position].is_word  # "roc47/48"
        if is_behind_sign or (name.kind in ("cell", "site") and self.is_full_at(position, name)):
            return "full"
        said = [word.key for word in self.words[position : position + name.words] if word.is_word]
        if all(key.isalpha() and len(key) > 2 and key not in SPELLED_LETTERS for key in said) and name.kind in ("cell", "family"):
            return "word"
        return "".join("0" if key.isdecimal() else "a" for key in said)

    def goes_on_at(self, position: int) -> bool:
        """Whether a name or an exclusion stands at a position."""
        is_exclusion = position < len(self.words) and bool(phrase_at(EXCLUDING, self.words, position))
        return is_exclusion or self.is_name_at(position)

    def begins_line(self, position: int) -> bool:
        """Whether a line begins at a position."""
        return position > 0 and "\n" in self.text[self.words[position - 1].end : self.words[position].start]

    def is_before_word(self, position: int) -> bool:
        """Whether a word that is no number or "and" follows."""
        following = self.words[position + 1 : position + 2]
        return bool(following) and following[0].is_word and not following[0].key.isdecimal() and following[0].key not in JOINING

    def is_numbered(self, position: int) -> bool:
        """Whether a number names a sector: one that the site does not have."""
        return (
            self.words[position].key.isdecimal()
            and position > 0
            and self.words[position - 1].key in ("sector", "carrier", "antenna", "cell", "sectors")
        )

    def is_of_each(self, position: int) -> bool:
        """Whether "each" counts the names behind it: "sector 1 of each"."""
        nouns = ("cell", "sector", "carrier", "antenna", "cell's")
        is_noun = any(self.is_at(position + ahead, *nouns) for ahead in (1, 2, 3))  # "of each cell in A", "of each A cell"
        return self.words[position].key == "each" and position > 0 and self.words[position - 1].key == "of" and not is_noun

    def is_count_of_last(self, position: int) -> bool:
        """Whether a number counts the cells of what is named before: "S2 … any of the three"."""
        return is_count_of(self.words, position)

    def is_across(self, position: int) -> bool:
        """Whether a word is behind "across" or "throughout"."""
        return any(word.key in ("across", "throughout") for word in self.words[max(0, position - 2) : position])

    def is_called_asleep(self, position: int) -> bool:
        """Whether "sleeping" or the like stands before a position."""
        before = [word.key for word in self.words[max(0, position - 2) : position] if word.key not in ("cell", "cells")]
        return bool(before) and before[-1] in ASLEEP

    def is_apposed(self, position: int) -> bool:
        """Whether a word says more of cells that are named behind it: "the indoor cells S1C1 and S1C2", "its twin S1C1"."""
        if position and self.is_at(position - 1, "its", "their") and self.is_name_at(position + 1):
            name = self.names.full_at(self.words, position + 1)
            return self.words[position].key.isalpha() and name is not None and name.kind == "cell"
        after = position + 2
        if self.words[position].key in _UNLIKE:
            return False
        if self.is_at(position + 1, *SITES) and self.is_name_at(after) and self.words[position].key not in _PARTS:
            site = self.names.full_at(self.words, after)
            return self.words[position].key.isalpha() and site is not None and site.kind == "site"  # "the rig site S1"
        if not self.words[position].key.isalpha() or not self.is_at(position + 1, "cell", "cells", "sector", "sectors"):
            return False
        is_bracketed = self.is_at(after, "(")
        after += is_bracketed
        name = self.names.full_at(self.words, after) if after < len(self.words) else None
        return name is not None and (name.kind == "cell" or (is_bracketed and name.kind == "site"))

    def back(self, position: int) -> str:
        """Return the word that refers to a place before, "site" if to the site of it, empty if there is none."""
        if self._is_last_of_them(position):
            return ""
        if self.is_at(position, "either") and not any(word.is_word for word in self.words[position + 1 :]):
            return "both"  # "in either"
        if self.is_at(position - 1, "either") and self.is_at(position, *SITES, "cell", "sector", "1"):
            return "both"
        is_last = self.is_at(position, "last") and self.is_at(position - 1, "the", "that", "this")
        return "last" if is_last and self._is_one_of_them(position + 1) else self._word_back(position)

    def _word_back(self, position: int) -> str:
        key, before = self.words[position].key, self.words[position - 1].key if position else ""
        if key in ONE_BACK and before == "of" and position > 1 and self.words[position - 2].key in ALL:
            return "there"  # "all of it"
        if self.is_at(position + 1, "of", "in", "on", "at", "which", "that", "with", "belonging") and key in (
            "those",
            "these",
            "that",
        ):
            return ""  # "those of A"
        if key == "first" and self.is_at(position + 1, "2", "3") and not self.is_before_word(position + 1):
            return "first"
        if key in SITES and before in ("that", "this", "the", "whole", "same", "its"):
            return "site"
        if self.is_of_sites_back(position):
            return "sites" if key in SITES_BACK else ""
        return key if key in ONE_BACK or key in SEVERAL_BACK else ""

    def _is_one_of_them(self, position: int) -> bool:
        """Whether "one" or "of them" stands at a position, and nothing behind it."""
        is_of_them = self.is_at(position, "of") and self.is_at(position + 1, "them", "these", "those")
        end = position + 2 if is_of_them else position + 1
        return (is_of_them or self.is_at(position, "1", "place")) and not (end < len(self.words) and self.words[end].is_word)

    def _is_last_of_them(self, position: int) -> bool:
        """Whether a word is the "that" or "them" of "that last one", "the last of them"."""
        return (self.is_at(position + 1, "last") and self._is_one_of_them(position + 2)) or (
            self.is_at(position - 2, "last") and self._is_one_of_them(position - 1)
        )

    def is_of_sites_back(self, position: int) -> bool:
        """Whether a word belongs to a plural that means sites before: "those sites", "their sites", "these three sites"."""
        return any(self.is_at(end, *SITES_BACK) and self._is_of_sites_before(end) for end in range(position, position + 3))

    def _is_of_sites_before(self, position: int) -> bool:
        """Whether "those" or the like stands before the plural at a position."""
        before = position - 1 - (position > 0 and self.words[position - 1].key.isdecimal())
        return self.is_at(before, "those", "these", "their", "both", "same")

    def number_before(self, position: int) -> int:
        """Return the number that counts what stands at a position, 0 if there is none; "both" is two."""
        key = self.words[position - 1].key if position else ""
        return 2 if key == "both" else int(key) if key.isdecimal() else 0

    def pronoun_before(self, position: int) -> str:
        """Return the pronoun that is left out here, behind a comma: "that" of ", that cell excepted"; empty if there is none."""
        before = position - 1 - self.is_at(position - 1, "cell", "1", "site", "sector", "cells", "sites", "2")
        is_pronoun = self.is_at(before, "that", "this", "it", "those", "these", "them") and self.is_at(before - 1, ",", "(", "…")
        return self.words[before].key if is_pronoun else ""

    def closes(self, position: int, length: int, near: Sequence[str]) -> bool:
        """Whether "not" or "out" belongs to the name before it: nothing that it could exclude follows."""
        first, after = self.words[position].key, position + length
        if first == "no" and self.words[position - 1].key in (",", "…"):
            return False
        if phrase_at(EXCLUDING, self.words, position) > length:
            return False  # "apart from", not "apart"
        if first in ("excluded", "excepted", "exempt", "exempted", "spared") or length > 2:
            return True
        if first in ("out", "aside") and self.is_at(after, ",", ";") and self.has("rest", "others", "other", "remaining"):
            return True  # "A1 out, rest of A in"
        rest = [
            word
            for word in self.words[after:]
            if word.is_word and (word.key.isdecimal() or word.key not in FILLERS or self._is_part(word.key, near))
        ]
        if first in ("not", "neither") and self.is_at(after, ",", ";"):
            return True
        return not rest or (first not in ("not", "out", "apart", "aside") and self.words[after].key in _CLOSING)

    def _is_part(self, key: str, near: Sequence[str]) -> bool:
        """Whether a letter is a cell of the site named last: the N of "A-S, not N"."""
        return len(key) == 1 and key != "a" and bool(self.names.suffixed(key, near[-1:]))

    def remark(self, position: int) -> int:
        """Return the number of words of a remark in brackets that names nothing: "(test cell)", "(kiosk)" behind a cell, or 0."""
        end = next((at for at in range(position + 1, len(self.words)) if self.words[at].key == ")"), position)
        said = self.words[position + 1 : end]
        is_of_cell = len(said) > 1 and said[-1].key in _REMARKED
        if not 0 < len(said) < 5 or not (is_of_cell or is_role(said[-1].key)) or not all(word.key.isalpha() for word in said):
            return 0
        is_plain = not any(self._says_something(at) for at in range(position + 1, end - is_of_cell))
        return end + 1 - position if is_plain else 0

    def _says_something(self, position: int) -> bool:
        """Whether a word of a place stands at a position, not one that only describes it."""
        return self.has_meaning(position) or bool(self.names.at(self.words, position))

    def has_meaning(self, position: int) -> bool:
        """Whether a word stands at a position that takes in, takes out, counts or refers to a place."""
        key = self.words[position].key
        tables = (EXCLUDED, EXCLUDING, INCLUDED, INCLUDING, INSTEAD, NONE, REST)
        if key in (*ALL, *ASLEEP, *ONE_BACK, *SEVERAL_BACK, *OTHERS, *JOINING, *_PARTS, *_UNLIKE, "only", "next"):
            return key != "the"
        return any(phrase_at(table, self.words, position) for table in tables)

    def void(self, position: int, length: int, *, is_open: bool) -> int:
        """Return the number of words that say that nothing is left out ("none excluded", "excluded: none"), 0 if they do not.

        is_open: an exclusion stands before them, and no name yet.
        """
        after = position + length
        while after < len(self.words):
            if excluded := phrase_at(EXCLUDED, self.words, after):
                return after + excluded - position
            if self.words[after].key not in FILLERS or self.words[after].key.isdecimal():
                break
            after += 1
        is_last = position + length == len(self.words) or not self.words[position + length].is_word
        is_void = is_open and (is_last or self.begins_line(position + length))
        return length if is_void else 0

    def aside(self, position: int) -> int:
        """Return the number of words of what is said between "with the exception" and "of" about why, without a name in it."""
        if self.words[position - 1].key != "exception" or not self.is_at(position, ","):
            return 0
        for end in range(position + 1, len(self.words) - 1):
            if self.words[end].key == "," and self.words[end + 1].key == "of":
                return end - position + 1
            if self.names.full_at(self.words, end):
                break
        return 0


def is_nearly_filler(word: str) -> bool:
    """Return whether a word is one that means nothing, misspelled."""
    is_swapped = len(word) > 4 and any(sorted(word) == sorted(filler) for filler in FILLERS)
    return is_swapped or any(word[0] == noun[0] and is_misspelled(word, noun) for noun in _FILLING_NOUNS)


def _parted(phrase: str) -> str:
    """Return a phrase with the words of a key such as "out_of_scope" apart, each where it was."""
    phrase = re.sub(r"\bw/o\b", "bar", phrase, flags=re.IGNORECASE)  # as long, so that words stay where they are
    phrase = re.sub(r"\bw/out\b", "minus", phrase, flags=re.IGNORECASE)
    phrase = _NUMBER.sub("n  ", phrase)
    phrase = _NUMBER_OF.sub(lambda match: f"{match[1]} n {match[3]}", phrase)
    phrase = re.sub(r"\b(x)[ -](ray)\b", r"\1\2 ", phrase, flags=re.IGNORECASE)
    return _KEY.sub(lambda match: match.group().replace("_", " "), phrase)
