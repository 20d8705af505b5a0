"""The clauses of a text: what is said beside a request ("the trams leave at nine, so …") is another clause than the request."""

from __future__ import annotations

import re
from typing import Final

_BREAK: Final = re.compile(
    r"""(?<!\bext)(?<!\bno)(?<!\bMr)(?<!\bDr)[.!?](?=\s|$)|[;\n()]|,(?!\d)|:(?=\s)|\s[-–—]+\s|—
    |\s(?=(?:so|because|but|and\s+(?:I|we|you|they|he|she|so|then))\s)|\s/\s""",
    re.VERBOSE,
)
_SENTENCE_BREAK: Final = re.compile(r"(?<!\bext)(?<!\bno)(?<!\bMr)(?<!\bDr)[.!?](?=\s|$)|[;\n]")
# Who tells of something: a clause with such words and without anything of the request is about something else.
_TELLING: Final = re.compile(
    r"""\b(?:I|Im|we|you|he|she|they|there|who|everyone|everybody|nobody|no\s+one|people|everything
    |is|are|was|were|am|been|has|have|had|will|would|can|could|may|might|do|does|did|let|lets)\b|['’](?:m|re|ve|ll|d)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def clause_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Return start and end of the clause in which the words from `start` to `end` stand."""
    return _between(_BREAK, text, start, end)


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Return start and end of the sentence in which the words from `start` to `end` stand."""
    return _between(_SENTENCE_BREAK, text, start, end)


def _between(breaks: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    first, last = 0, len(text)
    for match in breaks.finditer(text):
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last = match.start()
            break
    return first, last


def is_telling(words: str) -> bool:
    """Whether a clause has a subject or a verb of its own."""
    return bool(_TELLING.search(words))
