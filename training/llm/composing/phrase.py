"""A phrase: words with their marks, from a pattern with slots.

In a pattern `{k}` is a slot, `{a:maximum}` marked words, and what stands in square brackets is left out when a slot in it is
empty: "keep[ {s}] {k} {a}[ {p}]".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from training.llm.multiplying.segments import Segment

_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_SLOT: Final = re.compile(r"\{([a-zP]\d?)(?::([^{}]*))?\}")
Phrase = tuple[Segment, ...]


def phrase(pattern: str, words: Mapping[str, str], tags: Mapping[str, str] | None = None) -> Phrase:
    """Return a pattern with these words in its slots.

    tags: the mark of a slot where it is not the slot's own name in small letters.
    """
    own = tags or {}

    def kept(match: re.Match[str]) -> str:
        return match[1] if all(fixed or words.get(slot) for slot, fixed in _SLOT.findall(match[1])) else ""

    pattern, cut, position = _OPTIONAL.sub(kept, pattern), list[Segment](), 0
    for match in _SLOT.finditer(pattern):
        cut.append(Segment("", pattern[position : match.start()]))
        cut.append(Segment(own.get(match[1], match[1].lower()), match[2] or words[match[1]]))
        position = match.end()
    return tuple(segment for segment in (*cut, Segment("", pattern[position:])) if segment.words)


def slots_of(pattern: str) -> set[str]:
    """Return the slots that a pattern has, needed or not."""
    return {slot for slot, _ in _SLOT.findall(pattern)}


def capitalized(cut: Sequence[Segment]) -> Phrase:
    """Return a phrase that begins with a capital letter."""
    first, *others = cut
    return (first._replace(words=first.words[:1].upper() + first.words[1:]), *others)
