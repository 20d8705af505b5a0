"""The direction that the words of a relative amount state: "may not fall more than 5 %" is a fall, "20 % better" a gain."""

from __future__ import annotations

import re
from typing import Final, Literal

from policies.kpi import KpiDefinition

_RISES: Final = re.compile(
    r"\b(?:ris(?:e|es|en|ing)|rose|grow\w*|grew|climb\w*|increas\w*|rais(?:e|es|ed|ing)|lift\w*|boost\w*|(?:creep\w*|push\w*) up"
    r"|up(?! to\b)|longer|greater|larger|higher|above|over|plus|exceed\w*|extra)\b",
    re.IGNORECASE,
)
_FALLS: Final = re.compile(
    r"\b(?:fall(?:s|en|ing)?|fell|drop\w*|sink\w*|sank|decreas\w*|declin\w*|shr[iu]nk\w*|dip(?:s|ped|ping)?|reduc\w*|down|cuts?|cutting"
    r"|less|lower(?:s|ed|ing)?|fewer|shorter|smaller|below|under|minus|trim\w*|shav\w*|sav(?:e|es|ed|ing))\b",
    re.IGNORECASE,
)
_BETTER: Final = re.compile(r"\b(?:better|improv\w*)\b", re.IGNORECASE)
_WORSE: Final = re.compile(r"\b(?:worse\w*|degrad\w*|deteriorat\w*)\b", re.IGNORECASE)
_FASTER: Final = re.compile(r"\b(?:faster|quicker)\b", re.IGNORECASE)
_SLOWER: Final = re.compile(r"\bslower\b", re.IGNORECASE)


def direction_of(words: str, kpi: KpiDefinition) -> Literal[-1, 0, 1]:
    """Return +1 for a rise, -1 for a fall, 0 if the words state neither, or both."""
    found = {1 if _RISES.search(words) else 0, -1 if _FALLS.search(words) else 0}
    if kpi.better != "neutral":
        gain = 1 if kpi.better == "higher" else -1
        found |= {gain if _BETTER.search(words) or _FASTER.search(words) else 0}
        found |= {-gain if _WORSE.search(words) or _SLOWER.search(words) else 0}
    found.discard(0)
    return found.pop() if len(found) == 1 else 0  # type: ignore[return-value]
