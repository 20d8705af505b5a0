"""Words that name one KPI or attribute and no other: where such words stand and no item has that name, a reader misheard.

The table is derived from the texts of all hands (`training/llm/writing/telling.py`). It only raises doubt: it never names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

TELLING_WORDS: Final = Path(__file__).parent.parent / "data" / "telling_words.toml"
LONGEST: Final = 3  # words of a phrase
_WORD: Final = re.compile(r"[^\W_](?:[\w.'’-]*\w)?")

Span = tuple[int, int]


def phrases_in(text: str) -> Iterator[tuple[str, Span]]:
    """Yield all phrases of up to `LONGEST` words with where they stand, in lower case and with single spaces."""
    words = list(_WORD.finditer(text.casefold()))
    for length in range(1, LONGEST + 1):
        for first in range(len(words) - length + 1):
            part = words[first : first + length]
            yield " ".join(word[0] for word in part), (part[0].start(), part[-1].end())


def misheard(
    text: str, names: Sequence[str], own: Sequence[Span], table: Mapping[str, str] | None = None
) -> Iterator[tuple[Span, str]]:
    """Yield where words of a name stand that none of the items has, and that name.

    names: of the items. own: where the reading's places, amounts, window and condition stand; words in them name nothing.
    """
    for phrase, (start, end) in phrases_in(text):
        name = (telling_words() if table is None else table).get(phrase)
        if name is not None and name not in names and not any(max(start, one[0]) < min(end, one[1]) for one in own):
            yield (start, end), name


@cache
def telling_words() -> Mapping[str, str]:
    """Return the name that each phrase tells."""
    raw = tomllib.loads(TELLING_WORDS.read_text(encoding="utf-8"))["words"]
    return {phrase: name for name, phrases in raw.items() for phrase in phrases}
