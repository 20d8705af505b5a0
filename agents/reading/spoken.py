"""Words of a text with numbers as digits, however they are written: "forty two", "one eight two", "4,5"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from policies.text import number_words

ONES: Final = {**number_words.ONES, "oh": 0, "nought": 0, "naught": 0, "niner": 9, "dozen": 12}
TENS: Final = {**number_words.TENS, "fourty": 40, "ninty": 90}
SPELLED_LETTERS: Final = {
    word: word[0]
    for word in (
        *(
            "alpha",
            "bravo",
            "charlie",
            "delta",
            "echo",
            "foxtrot",
            "golf",
            "hotel",
            "india",
            "juliet",
            "juliett",
            "kilo",
            "lima",
            "mike",
        ),
        *("november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray", "yankee"),
        *("juliett", "zulu", "alfa", "bee", "dee", "gee", "jay", "kay", "tee", "vee", "zed", "zee"),
    )
} | {"aitch": "h", "eff": "f", "ess": "s", "em": "m", "pee": "p"}
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[*→]|->|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word, number or sign of the text; `key` is its folded form, a number in digits.

    glued: nothing stands before it. written: the text has digits, not number words.
    """

    key: str
    start: int
    end: int
    glued: bool
    written: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is a word or a number, not a sign."""
        return self.key[0].isalnum()


def spoken(text: str) -> list[Spoken]:
    """Return the words of a text; tens and units of a spoken number are one word."""
    words: list[Spoken] = []
    for match in _TOKEN.finditer(text):
        glued = bool(words) and words[-1].end == match.start()
        word = match.group().casefold()
        is_alone = text.strip() == "OH"
        is_letters = word == "oh" and (
            (glued and words[-1].written) or (match.group() == "OH" and (is_alone or not text.isupper()))  # "6OH"
        )
        key = str(ONES[word]) if word in ONES and not is_letters else word
        words.append(Spoken(key, match.start(), match.end(), glued, written=word.isdecimal()))
    return _joined(words, text)


def _joined(words: list[Spoken], text: str) -> list[Spoken]:
    joined: list[Spoken] = []
    position = 0
    while position < len(words):
        word, position = words[position], position + 1
        tens = TENS.get(word.key)
        if tens is None:
            joined.append(word)
            continue
        end, units = word.end, 0
        after = position + (position < len(words) and words[position].key == "-")
        if after < len(words) and words[after].key in "123456789" and not text[words[after].start].isdecimal():
            end, units, position = words[after].end, int(words[after].key), after + 1
        joined.append(replace(word, key=str(tens + units), end=end))
    return joined


def with_hundreds(words: Sequence[Spoken]) -> list[Spoken]:
    """Return the words with "two hundred and forty" as one number, as a name may have it."""
    joined: list[Spoken] = []
    position = 0
    while position < len(words):
        word, position = words[position], position + 1
        if word.key.isdecimal() and 0 < int(word.key) < 100 and position < len(words) and words[position].key == "hundred":
            value, end, position = int(word.key) * 100, words[position].end, position + 1
            after = position + (position < len(words) and words[position].key == "and")
            if after < len(words) and words[after].key.isdecimal() and int(words[after].key) < 100 and not words[after].written:
                value, end, position = value + int(words[after].key), words[after].end, after + 1
            word = replace(word, key=str(value), end=end)
        joined.append(word)
    return joined


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """Return the singular of a regular plural or possessive."""
    word = word.removesuffix("'s").removesuffix("’s")
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def is_misspelled(word: str, right: str) -> bool:
    """Whether `word` is `right` with letters exchanged, or with one wrong, missing or too many; two of a long word."""
    if len(word) < 4 or len(right) < 4:
        return False
    if len(right) == 4 or len(word) == 4:
        return sorted(word) == sorted(right) or (
            word[0] == right[0] and len(word) != len(right) and OSA.distance(word, right) == 1
        )
    return OSA.distance(word, right) <= (2 if len(right) > 7 else 1)
