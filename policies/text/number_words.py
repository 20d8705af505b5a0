"""Numbers written as words: the one list of them, which readings of texts add their misspellings and by-names to."""

from __future__ import annotations

from typing import Final

_TO_NINE = "zero one two three four five six seven eight nine"
_TO_NINETEEN = f"{_TO_NINE} ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

ONES: Final[dict[str, int]] = {word: value for value, word in enumerate(_TO_NINETEEN.split())}
TENS: Final[dict[str, int]] = {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
DIGITS: Final = tuple(_TO_NINE.split())
NUMBER_WORDS: Final[dict[str, int]] = {**ONES, **TENS, "hundred": 100}


def number_word(value: int) -> str:
    """Return the word for `value`; raises KeyError if it is not in the table."""
    return {value: word for word, value in NUMBER_WORDS.items()}[value]
