"""The direction that the words of a relative amount state: "may not fall more than 5 %" is a fall, "20 % better" a gain."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.amounting.numbers import numbers_of
from agents.reading.amounting.swapped_letters import unscrambled
from agents.reading.amounting.unit_words import simplified
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


# A plain change is what is to be reached; one of these words makes it what may happen at most, or turns it round.
_PLAIN: Final = re.compile(
    r"(?:%|\bper\s?cent|\bpct)\s+(?:less|fewer|lower|more|higher|better|worse)\b"
    r"|\b(?:minus|plus|down|up|less|lower|fewer|more|higher)\b",
    re.IGNORECASE,
)
_LIMITING: Final = re.compile(
    r"\b(?:no|not|never|nor|nobody|without|cannot|most|max\w*|least|min\w*|up\s+to|tops|utmost|outside|may|can|might|allow\w*|tolerat\w*"
    r"|accept\w*|within|only|cap\w*|limit\w*|below|under|above|over|exceed\w*|or|if|los\w+|giv\w+|cost|worse\w*)\b|n['’]t\b|[<>≤≥]",
    re.IGNORECASE,
)


def is_plain_change(words: str) -> bool:
    """Whether words state a change that is to be reached, so that its direction is the side of the bound: "30 % more"."""
    return bool(_PLAIN.search(unscrambled(words))) and not _LIMITING.search(unscrambled(words))


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


# "by half a percent", "2 % less", "down 5 ms"; "by maximally 9 %", "5 % or less" and "4 Mbit/s up" are bounds.
_BY: Final = re.compile(r"\b(?:by|down|up)(?:\s+(?:a|an|another|some|about|around|roughly|further))*\s*$", re.IGNORECASE)
_AT_LEAST: Final = re.compile(r"\W*(?:(?:at\s+(?:least|most)|about|around|a|another)\s+)?", re.IGNORECASE)
_LESS: Final = re.compile(
    r"\s*(?:(?:of\s+)?an?\s+)?(?:%|‰|(?!(?:or|and|not?)\b)[^\W\d]+(?:/s)?)\s+"
    r"(?:less|lower|fewer|more|higher|better|faster|shorter|longer)\W*$",
    re.IGNORECASE,
)


def is_by(words: str) -> bool:
    """Whether the only number of an amount is the size of a change, and not what is to be reached."""
    plain = simplified(words)
    numbers = numbers_of(plain)
    if len(numbers) != 1 or numbers[0].value <= 0:
        return False
    before, after = plain[: numbers[0].start], plain[numbers[0].end :]
    return bool(_BY.search(before) or (_AT_LEAST.fullmatch(before) and _LESS.match(after)))


_UPTILT: Final = re.compile(r"\bup-?\s?tilt\w*", re.IGNORECASE)
_DOWNTILT: Final = re.compile(r"\bdown-?\s?tilt\w*", re.IGNORECASE)
_MORE_TILT: Final = re.compile(r"\b(?:more|plus|add\w*|increas\w*|further|steeper|on\s+top)\b|\+\s*\.?\d", re.IGNORECASE)
_LESS_TILT: Final = re.compile(r"\b(?:less|minus|decreas\w*|reduc\w*|back|take\s+off|off)\b|(?<!\w)[-−]\s*\.?\d", re.IGNORECASE)
_SKY: Final = re.compile(r"\b(?:up|upwards?|down|downwards?)\b", re.IGNORECASE)


def direction_of_tilt(amount: str, words: str) -> int:
    """Return +1 if a tilt is to become more (further down), -1 if less, 0 if the amount and the words beside it do not say which.

    "Uptilt" is less of it; "up" and "down" alone are left to the reader.
    """
    is_up, is_down = bool(_UPTILT.search(f"{words} {amount}")), bool(_DOWNTILT.search(f"{words} {amount}"))
    if is_up and is_down:
        return 0
    turn = bool(_MORE_TILT.search(amount)) - bool(_LESS_TILT.search(amount))
    if is_up:
        return -turn or -1
    return turn if is_down or not _SKY.search(amount) else 0


def direction_of_edit(words: str, attribute: str) -> int:
    """Return +1 for a rise of the attribute's value, -1 for a fall, 0 if the words state neither, or both.

    A greater tilt looks further down, so "up" and "down" say nothing of its value.
    """
    words = unscrambled(words)
    return 0 if attribute == "digitalTilt" else bool(_RISES.search(words)) - bool(_FALLS.search(words))
