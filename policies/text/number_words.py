"""Numbers written as words."""

from __future__ import annotations

from typing import Final

_TO_TWELVE = "zero one two three four five six seven eight nine ten eleven twelve"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"

NUMBER_WORDS: Final[dict[str, int]] = {
    **{word: value for value, word in enumerate(_TO_TWELVE.split())},
    "fifteen": 15,
    **{word: 10 * value for value, word in enumerate(_TENS.split(), start=2)},
}


def number_word(value: int) -> str:
    """Return the word for `value`; raises KeyError if it is not in the table."""
    return {value: word for word, value in NUMBER_WORDS.items()}[value]
