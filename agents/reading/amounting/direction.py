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
    r"|up(?! to\b)|longer|greater|larger|higher|louder|stronger|above|over|plus|exceed\w*|extra)\b",
    re.IGNORECASE,
)
_FALLS: Final = re.compile(
    r"\b(?:fall(?:s|en|ing)?|fell|drop\w*|sink\w*|sank|decreas\w*|declin\w*|shr[iu]nk\w*|dip(?:s|ped|ping)?|reduc\w*|down|cuts?|cutting"
    r"|less|lower(?:s|ed|ing)?|fewer|shorter|smaller|quieter|softer|weaker|below|under|minus|trim\w*|shav\w*|sav(?:e|es|ed|ing))\b",
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


class DirectionError(Exception):
    """The words of a change contradict each other."""


_UPTILT: Final = re.compile(r"\bup-?\s?tilt\w*", re.IGNORECASE)
_DOWNTILT: Final = re.compile(r"\bdown-?\s?tilt\w*", re.IGNORECASE)
_SIGN: Final = r"(?<![\w.,])%s\s*\.?\d"
_MORE_TILT: Final = re.compile(
    rf"\b(?:more|plus|add\w*|increas\w*|enlarg\w*|gain\w*|further|steeper|on\s+top)\b|\+=|{_SIGN % '[+]'}", re.IGNORECASE
)
_LESS_TILT: Final = re.compile(
    rf"\b(?:less|minus|decreas\w*|diminish\w*|reduc\w*|back|take\s+off|off)\b|-=|{_SIGN % '[-−]'}", re.IGNORECASE
)
# Of a downtilt these are of its value; of a tilt or a beam nobody knows.
_RAISED: Final = re.compile(r"\b(?:rais(?:e|es|ed|ing)|another|higher)\b", re.IGNORECASE)
_LOWERED: Final = re.compile(r"\blower(?:s|ed|ing)?\b", re.IGNORECASE)
# These say nothing of the value beside "up" or "down": "a degree further up", "half a degree up again", "back up".
_EMPHASIS: Final = re.compile(r"\b(?:more|further|another|back|extra)\b", re.IGNORECASE)
_UP: Final = re.compile(r"\b(?:up(?!\s+to\b)|upwards?|skywards?|towards?\s+the\s+sky)\b", re.IGNORECASE)
_DOWN: Final = re.compile(r"\b(?:down(?!\s+to\b)|downwards?|towards?\s+the\s+ground)\b", re.IGNORECASE)
_DENIED_SKY: Final = re.compile(
    r"\b(?:not|never|rather\s+than|instead\s+of)\s+(?:further\s+)?(?:up|down)(?:wards?)?\b", re.IGNORECASE
)
_LESS_SKY: Final = re.compile(r"\bless\s+(?:far\s+)?(?:up|down)(?:wards?)?\b", re.IGNORECASE)
_UP_OR_DOWN: Final = re.compile(r"\b(?:up|down)\s*(?:or|/)\s*(?:up|down|dn)\b", re.IGNORECASE)
# Of the words beside an amount, those that say how the tilt is to move: "tilt S3C1 down | by another degree".
_TILTING: Final = re.compile(r"\b(?:(?:down|up)?-?tilt\w*|tip(?:s|ped|ping)?|lean\w*)\b(?P<words>[^.,;:\n]*)$", re.IGNORECASE)


def direction_of_tilt(amount: str, words: str) -> int:
    """Return +1 if a tilt is to become more (further down), -1 if less, 0 if the amount and the words beside it do not say which.

    Where the downtilt is named, "up" and "down" can be of its value, else of the beam: a degree up is a tilt less, and so is
    "uptilt". Raises DirectionError if the words say both: "up by -1 degree", "a degree less, further down".
    """
    is_up, is_down = bool(_UPTILT.search(f"{words} {amount}")), bool(_DOWNTILT.search(f"{words} {amount}"))
    if is_up and is_down:
        return 0
    amount = _DOWNTILT.sub("tilt", _UPTILT.sub("tilt", amount))
    if is_up:
        return -_turn_of_value(amount) or -1
    sky = _direction_in_sky(amount)
    if not sky and not _turn_of_value(amount) and (beside := _TILTING.search(words)):
        sky = _direction_in_sky(beside["words"])
    if is_down and (turn := _turn_of_value(amount) or bool(_RAISED.search(amount)) - bool(_LOWERED.search(amount))):
        return turn
    if is_down and sky > 0:
        raise DirectionError("down can be less of the downtilt, or further down")
    if is_down:
        return -sky  # "the downtilt up by a degree"
    if not sky:
        return _turn_of_value(amount)
    turn = _turn_of_value(_EMPHASIS.sub(" ", amount if not _LESS_SKY.search(amount) else _LESS_SKY.sub(" ", amount)))
    if turn and turn != sky:
        raise DirectionError("it says both, more tilt and less")
    return sky


def _turn_of_value(words: str) -> int:
    return bool(_MORE_TILT.search(words)) - bool(_LESS_TILT.search(words))


def _direction_in_sky(words: str) -> int:
    """Return +1 for down, as a greater tilt looks further down, -1 for up, 0 if the words say neither or both."""
    plain = _DENIED_SKY.sub(" ", words)
    if _UP_OR_DOWN.search(plain):
        return 0
    turn = bool(_DOWN.search(plain)) - bool(_UP.search(plain))
    return -turn if _LESS_SKY.search(plain) else turn


_RIGHT: Final = re.compile(
    r"\b(?:to\s+(?:the\s+|its\s+)?right|rightwards?|clockwise"
    r"|(?:degrees?|deg)\s+(?:further\s+|more\s+)?right(?!\s+(?:now|away|over|then|into)\b))\b",
    re.IGNORECASE,
)
_LEFT: Final = re.compile(
    r"\b(?:to\s+(?:the\s+|its\s+)?left|leftwards?|(?:counter|anti)[\s-]?clockwise"
    r"|(?:degrees?|deg)\s+(?:further\s+|more\s+)?left(?!\s+(?:over|out)\b))\b",
    re.IGNORECASE,
)
_PLUS: Final = re.compile(rf"\bplus\b|{_SIGN % '[+]'}", re.IGNORECASE)
_MINUS: Final = re.compile(rf"\bminus\b|{_SIGN % '[-−]'}", re.IGNORECASE)


def direction_of_azimuth(amount: str, words: str) -> int:
    """Return +1 for a turn to the right (clockwise), -1 for one to the left, 0 if the words say neither.

    Raises DirectionError if they say both: "minus 5 degrees to the right".
    """
    said = amount if _LEFT.search(amount) or _RIGHT.search(amount) else f"{words} … {amount}"
    right, left = bool(_RIGHT.search(_LEFT.sub(" ", said))), bool(_LEFT.search(said))
    more, less = bool(_PLUS.search(amount)), bool(_MINUS.search(amount))
    if (right or more) and (left or less):
        raise DirectionError("it says both, to the right and to the left")
    return (right or more) - (left or less)


def direction_of_edit(words: str, attribute: str) -> int:
    """Return +1 for a rise of the attribute's value, -1 for a fall, 0 if the words state neither, or both.

    A greater tilt looks further down, so "up" and "down" say nothing of its value.
    """
    words = unscrambled(words)
    return 0 if attribute == "digitalTilt" else bool(_RISES.search(words)) - bool(_FALLS.search(words))
