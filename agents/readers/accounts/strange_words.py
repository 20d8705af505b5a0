"""Words for what a network does not have, in clauses that ask for nothing: "the uplink was noisy", "not the uplink"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.readers.accounts.accounted_words import AccountedWords
from agents.readers.accounts.clauses import clause_at, is_telling

_WISHING: Final = re.compile(
    r"""\b(?:should|must|shall|needs?|wants?|keep|keeps|least|most|below|above|under|over|better|best|less|more|lower|higher|too|also
    |as\s+well|same|likewise|reduce\w*|increase\w*|improve\w*|max\w*|min\w*|please|pls|let|get|make|wish\w*|like|ask\w*|may|can|could
    |will|would)\b|\d|[<>%?]""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE: Final = r"\W*(?:(?:and|but)\s+)?"
_TROUBLE: Final = r"\W+(?:noise(?:\s+rise)?|interference|problems?|issues?|trouble|complaints?)"


def is_beside(text: str, start: int, end: int, accounted: Sequence[AccountedWords]) -> bool:
    """Whether the clause of these words holds nothing of the request and wishes for nothing."""
    first, last = clause_at(text, start, end)
    if any(not one.is_idle and one.overlaps(first, last) for one in accounted) or text[last : last + 1] == "?":
        return False
    clause, word = text[first:last], re.escape(text[start:end])
    if re.fullmatch(
        rf"{_BARE}(?:not\s+(?:the\s+)?{word}|(?:the\s+)?{word}\s+(?:as\s+is|stays|unchanged)|{word}{_TROUBLE})\W*",
        clause,
        re.IGNORECASE,
    ):
        return True
    return is_telling(clause) and not _WISHING.search(clause)
