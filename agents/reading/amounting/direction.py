"""The direction that the words of a relative amount state: "may not fall more than 5 %" is a fall, "20 % better" a gain."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.amounting.swapped_letters import unscrambled
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
_BETTER: Final = re.compile(r"\b(?:better|improv\w*|faster|quicker)\b", re.IGNORECASE)
_WORSE: Final = re.compile(r"\b(?:worse\w*|degrad\w*|deteriorat\w*|slower)\b", re.IGNORECASE)


def direction_of(words: str, kpi: KpiDefinition) -> int:
    """Return +1 for a rise, -1 for a fall, 0 if the words state neither, or both."""
    words = unscrambled(words)
    rises, falls = bool(_RISES.search(words)), bool(_FALLS.search(words))
    if kpi.better != "neutral":
        gains, losses = bool(_BETTER.search(words)), bool(_WORSE.search(words))
        is_rise = kpi.better == "higher"
        rises |= gains if is_rise else losses
        falls |= losses if is_rise else gains
    return rises - falls


def direction_of_edit(words: str, attribute: str) -> int:
    """Return +1 for a rise of the attribute's value, -1 for a fall, 0 if the words state neither, or both.

    A greater tilt looks further down, so "up" and "down" say nothing of its value.
    """
    words = unscrambled(words)
    return 0 if attribute == "digitalTilt" else bool(_RISES.search(words)) - bool(_FALLS.search(words))
