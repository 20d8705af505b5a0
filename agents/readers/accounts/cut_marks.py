"""Marks that cut words in two, and amounts with words that are none: what is left of a word or a name means something else.

What can be completed for certain has been completed before; here is what nobody can mean so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agents.readers.spanned_text import SpannedText
from policies.text.number_words import NUMBER_WORDS

Span = tuple[int, int]

_LATER: Final = re.compile(
    r"(?<!no\s)(?<!not\s)\b(?:later(?!\s+than)|afterwards?|soon|shortly|eventually|some\s?time|some\s?day|one\s+day|in\s+due\s+course"
    r"|tomorrow|tonight|tonite|tmrw|(?:this|in\s+the)\s+(?:morning|afternoon|evening))\b",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    rf"\d|\b(?:{'|'.join(word for word in NUMBER_WORDS if word not in ('one', 'a', 'oh'))})\b", re.IGNORECASE
)
_RANGE_BEFORE: Final = re.compile(r"(?<![\w.,:/-])\d+(?:\.\d+)?\s?%?[-–]$")
_RANGE_BEHIND: Final = re.compile(r"[-–]\d+(?:\.\d+)?(?![\w:/-])(?!\.\d)")
_EXTREME_OF: Final = re.compile(r"\b(?:near|close|towards?|possible|possibly|can|could)\b", re.IGNORECASE)
_LOCKING: Final = re.compile(
    r"\b(?:un)?(?:lock|block|bar)(?:s|ed|ing|red|ring)?\b|\badmin\w*|\bservice\b|\bstate\b|\b(?:shut|clos|seal|open)\w*",
    re.IGNORECASE,
)
_COUNTED: Final = "|".join(word for word, number in NUMBER_WORDS.items() if 1 <= number <= 9)
_PLAIN: Final = "|".join(word for word, number in NUMBER_WORDS.items() if 10 <= number <= 99)
_COUNT: Final = re.compile(rf"(?:{_COUNTED})(?=\s+(?:{_PLAIN})\b)|a(?=\s+max(?:imum)?\b|\s+min(?:imum)?\b)", re.IGNORECASE)


def cut_amounts(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield amounts that are a part of a word ("6" of S6), hold words of a time, or a number where there is only an extreme."""
    text = spanned.text
    for one in spanned.items:
        for start, end in one.amount:
            words = text[start:end]
            if _is_in_word(text, start) or _is_before_rest(text, end):
                yield (start, end), "it is a part of a word"
            if _is_end_of_range(text, start, end):
                yield (start, end), "it is one end of a range"
            if one.item.kind != "forbid" and _LATER.search(words):
                yield (start, end), "it holds words of a time"
            if one.item.comparison in ("min", "max") and _NUMBER.search(words) and not _EXTREME_OF.search(words):
                yield (start, end), f"it is heard as {one.item.comparison} without a number"


def _is_in_word(text: str, start: int) -> bool:
    return text[:start][-1:].isalnum() and text[start].isalnum()


def _is_before_rest(text: str, end: int) -> bool:
    """Whether letters go on behind an amount of digits that stands nowhere else: "6" of 6OP; "7mbps" is not cut in "7"."""
    return text[end - 1].isalpha() and text[end:][:1].isalpha()


def _is_end_of_range(text: str, start: int, end: int) -> bool:
    """Whether an amount is "80 %" or "60" of "60-80 %"; a name or a date can end with a number and a dash, too."""
    is_last = text[start].isdecimal() and _RANGE_BEFORE.search(text, 0, start)
    return bool(is_last or (text[end - 1].isdecimal() and _RANGE_BEHIND.match(text, end)))


def names_as_states(spanned: SpannedText, said: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    """Yield names ("lock c") whose words are the only ones for a lock that is heard. said: where the text names something."""
    if not any(one.item.name == "administrativeState" for one in spanned.items):
        return
    words = [match.span() for match in _LOCKING.finditer(spanned.text)]
    inside = [[name for name in said if name[0] <= start and end <= name[1]] for start, end in words]
    if words and all(inside):
        yield inside[0][0], "it is a name, and nothing else speaks of a lock"


def shared_ends(spanned: SpannedText, said: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    """Yield amounts whose first word can as well be the end of the name before: "from weir b | two fifty"."""
    text = spanned.text
    for place in (span for one in spanned.items for span in one.place):
        for start, end in (span for one in spanned.items for span in one.amount):
            match = _COUNT.match(text, start, end)
            is_next = match is not None and not text[place[1] : start].strip()
            if match and is_next and any(first < place[1] and last == match.end() for first, last in said):
                yield (start, end), "its first word can belong to the name before"
