"""What a "what if" supposes and where its effect is looked for: "would S1 cope | if S1C3 were locked"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

Span = tuple[int, int]

_SUPPOSING: Final = re.compile(
    r"\b(?:what\s+if|if|in\s+case(?:\s+of)?|when|(?<!happen\s)(?<!happens\s)with|suppose|supposing|supposed|assum(?:e|ed|ing)|imagin(?:e|ed|ing)|provided|given)\b",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    r"[.!?](?=\s|$)|[;\n]|,(?!\d)|:(?=\s)|\s[-–—]+\s|\s*(?:=>|->|→)\s*"
    r"|\s(?=(?:if|in\s+case|when|(?<!happen\s)(?<!happens\s)with|suppose|supposing|assuming|given)\b)|\s(?=(?:would|will|how|what|do|does)\b)",
    re.IGNORECASE,
)
# Words with which a part asks what comes of it.
_ASKING: Final = re.compile(
    r"""\b(?:would|will|what|how|does|do|did|could|can|might|which|whether|is|are|impact|effects?|influence|consequences?|becomes?
    |happens?|cope|notice|suffer|estimate|estimation|predict|forecast|expect|show|tell|calculate|compute|report)\b|\?""",
    re.IGNORECASE | re.VERBOSE,
)


def suppositions(text: str) -> Iterator[Span]:
    """Yield the words that suppose something: "if", "in case"."""
    yield from (match.span() for match in _SUPPOSING.finditer(text))


def observed_parts(text: str, supposed: Sequence[Span]) -> Iterator[Span]:
    """Yield the parts of a text that ask for an effect: they suppose nothing themselves. supposed: the words of the edits."""
    start = 0
    for match in [*_PART.finditer(text), None]:
        end = match.start() if match else len(text)
        part = text[start : match.end() if match else end]
        is_asking = _ASKING.search(part) and not _SUPPOSING.search(part)
        if is_asking and not any(max(start, one[0]) < min(end, one[1]) for one in supposed):
            yield start, end
        start = match.end() if match else end
