"""Words that name a slice which this network does not have: "the platinum slice" is none of eMBB, URLLC and mMTC."""

from __future__ import annotations

import re
from typing import Final

_OF_A_SLICE: Final = (
    r"e-?\s?mbb|u-?\s?rllc|m-?\s?mtc|u r l l c|m m t c|e m b b|iot|i o t|sensors?|meters?|machines?|m2m|mtc|massive"
    r"|broadband|video|streaming|mobile|smartphones?|phones?|latency|reliable|reliability|critical"
)
_POINTING: Final = (
    r"the|this|that|these|those|same|its|their|our|your|my|each|every|either|any|some|which|what|whose|per|one|two|three|all|both|other"
    r"|network|of|for|on|in|to|by|from|with|and|or|no|a|an|another|whole|entire|is|be|single|right|wrong|new|particular|as"
)
_BEFORE_SLICE: Final = re.compile(r"\b([^\W\d_]{2,})(?:['’]s?)?[\s-]+slices?\b(?!\s*:)", re.IGNORECASE)
_KNOWN: Final = re.compile(rf"(?:{_OF_A_SLICE}|{_POINTING})", re.IGNORECASE)
_NEAR: Final = re.compile(rf"\b(?:{_OF_A_SLICE})\b", re.IGNORECASE)
_FAR: Final = 24  # characters around the slice in which its kind may be said: "the safety slice, URLLC"


def unknown_slices_in(text: str) -> list[tuple[int, int]]:
    """Return where a text names a slice by a word that stands for none, and says nowhere near which one it is."""
    found = []
    for match in _BEFORE_SLICE.finditer(text):
        near = text[max(0, match.start() - _FAR) : match.start(1)] + " " + text[match.end() : match.end() + _FAR]
        if not _KNOWN.fullmatch(match[1]) and not _NEAR.search(near):
            found.append(match.span())
    return found


def names_slice(text: str) -> bool:
    """Whether a word that can stand for a slice is in the text."""
    return bool(_NEAR.search(text))
