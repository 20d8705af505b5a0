"""Words of directions and comparisons with two or more letters in a wrong order, as fast fingers type them: "rasie", "udner"."""

from __future__ import annotations

import re
from typing import Final

_VERBS: Final = ("raise", "lower", "reduce", "increase", "decrease", "improve", "exceed")
_PLACES: Final = ("below", "under", "beneath", "above", "over", "least", "most", "more", "less", "fewer", "higher", "minus")
_WORDS: Final = (
    *_VERBS,
    *(f"{verb}s" for verb in _VERBS),
    *_PLACES,
    "raised",
    "lowered",
    "reduced",
    "increased",
    "better",
    "worse",
)
_WORD: Final = re.compile(r"[a-z]{4,}", re.IGNORECASE)


def _letters(word: str) -> tuple[str, str]:
    return word[0], "".join(sorted(word))


# A word that spells another of them with the same letters stays what it is.
_OF_LETTERS: Final = {_letters(word): word for word in _WORDS}
_KNOWN: Final = frozenset(_WORDS)


def unscrambled(words: str) -> str:
    """Return the words with those put right that have the letters of a direction or comparison, the first one at its place."""
    return _WORD.sub(_right, words)


def _right(match: re.Match[str]) -> str:
    word = match[0].casefold()
    known = _OF_LETTERS.get(_letters(word))
    return match[0] if known is None or word in _KNOWN else known
