"""Words of a text with numbers as digits, however they are written: "forty two", "one eight two", "4,5"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

_UNITS: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen".split()
    )
} | {"oh": 0}
_TENS: Final = {word: value for value, word in zip(range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True)}
_TENS_MISSPELLED: Final = {"fourty": 40, "ninty": 90}
SPELLED_LETTERS: Final = {
    word: word[0]
    for word in "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra"
    " tango uniform victor whiskey xray yankee zulu".split()
} | {"alfa": "a"}
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
        words.append(Spoken(_digits(word), match.start(), match.end(), glued, written=word.isdigit()))
    return _joined(words, text)


def _digits(word: str) -> str:
    return str(_UNITS[word]) if word in _UNITS else word


def _joined(words: list[Spoken], text: str) -> list[Spoken]:
    joined: list[Spoken] = []
    position = 0
    while position < len(words):
        word, position = words[position], position + 1
        tens = _TENS.get(word.key) or _TENS_MISSPELLED.get(word.key)
        if tens is None:
            joined.append(word)
            continue
        end, units = word.end, 0
        after = position + (position < len(words) and words[position].key == "-")
        if after < len(words) and words[after].key in "123456789" and not text[words[after].start].isdigit():
            end, units, position = words[after].end, int(words[after].key), after + 1
        joined.append(replace(word, key=str(tens + units), end=end))
    return joined


def singular(word: str) -> str:
    """Return the singular of a regular plural."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
