"""Words that would matter and are part of what a KPI or attribute is called: "people who can't get on", "p95"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.readers.accounts.clauses import clause_at
from agents.readers.spanned_text import SpannedText

Span = tuple[int, int]

_REJECTED: Final = re.compile(
    r"""\b(?:ca\s*n['’]?t|can\s*not|could\s*n['’]?t|could\s+not|are\s+not\s+able\s+to|do\s*n['’]?t|do\s+not)\s+(?:even\s+)?
    (?:(?:get|log|dial)\s+(?:on|in|online|a\s+connection|connected)|connect|join|attach|register)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ALONE: Final = re.compile(r"\balone\b", re.IGNORECASE)
_TH: Final = r"(?:st|nd|rd|th)?[\s-]*(?:percentile|pctl?|%-?ile)"
_PERCENTILES: Final = {
    ".P95": re.compile(rf"\b(?:p[\s.-]?95|95{_TH}|ninety[\s-]fifth\s+percentile)\b", re.IGNORECASE),
    ".P05": re.compile(rf"\b(?:p[\s.-]?0?5|0?5{_TH}|fifth\s+percentile)\b", re.IGNORECASE),
}
_LEFT: Final = re.compile(r"\b(?:leav\w*|left|let|lets)\b", re.IGNORECASE)


def words_of_names(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield words that belong to the name of an item, and the item: as many as there are items of that name, or none."""
    text = spanned.text
    rejected = [match.span() for match in _REJECTED.finditer(text)]
    goals = [number for number, one in enumerate(spanned.items, 1) if one.item.name == "RRC.ConnEstabFailRate"]
    if len(rejected) <= len(goals):
        yield from ((span, f"name of target {number}") for span, number in zip(rejected, goals, strict=False))
    alone = [match.span() for match in _ALONE.finditer(text) if not _is_left(text, match.span())]
    shares = [number for number, one in enumerate(spanned.items, 1) if one.item.name == "rRMPolicyDedicatedRatio" and one.amount]
    if len(alone) <= len(shares):
        yield from ((span, f"name of edit {number}") for span, number in zip(alone, shares, strict=False))
    yield from _percentiles(spanned)


def _percentiles(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    for ending, pattern in _PERCENTILES.items():
        found = [match.span() for match in pattern.finditer(spanned.text)]
        goals = [number for number, one in enumerate(spanned.items, 1) if one.item.name.endswith(ending)]
        if len(found) <= len(goals):
            yield from ((span, f"name of target {number}") for span, number in zip(found, goals, strict=False))


def _is_left(text: str, span: Span) -> bool:
    """Whether it is "leave it alone"."""
    return bool(_LEFT.search(text, clause_at(text, *span)[0], span[0]))
