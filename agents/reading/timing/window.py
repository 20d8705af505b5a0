"""From the words of a time to a window: "from half an hour before the match till it ends", "midnight to five", "0100-0345z".

The clock is the network's; a time of day is its next occurrence. A time that could be two, such as "from 8 to 10" without morning
or evening, is not guessed: `TimeError`.
"""

from __future__ import annotations

import re
from typing import Final

from agents.reading.site_card import SiteCard
from agents.reading.timing.clock_window import ClockWindow
from agents.reading.timing.event_window import EventWindow
from agents.reading.timing.moments import Event, TimeError, Window
from agents.reading.timing.time_reader import items_of

_LATEST: Final = re.compile(r"\b(?:not?\s+later\s+than|by)\b", re.IGNORECASE)
_STARTING: Final = re.compile(
    r"\b(?:from|between|since|starting|beginning|after|for|now|once|during|until|till)\b", re.IGNORECASE
)

# It only points back to the time that is said elsewhere: "sleep S1 tonight; meanwhile …".
_POINTING_BACK: Final = re.compile(r"\b(?:meanwhile|meantime|in\s+the\s+mean\s?(?:time|while))\b", re.IGNORECASE)


def is_deadline(phrase: str) -> bool:
    """Whether a phrase says when something is to be done at the latest: "no later than four"; with a start it is an end."""
    return bool(_LATEST.search(phrase)) and not _STARTING.search(phrase)


def window_of(phrase: str, card: SiteCard) -> Window:
    """Return start and end of the time that a phrase names, once or in each of its pieces; raises TimeError."""
    phrase = _without_pointing_back(phrase)
    pieces = [piece for piece in phrase.split(" … ") if piece.strip()]
    try:
        return _window_of(phrase, card)
    except TimeError:
        if len(pieces) < 2 or len(windows := {_window_of(piece, card) for piece in pieces}) > 1:
            raise
    return windows.pop()


def _without_pointing_back(phrase: str) -> str:
    """Return the pieces of a phrase that say more than that it is the time of another piece; all of them if none does."""
    pieces = [piece for piece in phrase.split(" … ") if re.search(r"\w", _POINTING_BACK.sub("", piece))]
    return " … ".join(pieces) or phrase


def _window_of(phrase: str, card: SiteCard) -> Window:
    items = items_of(phrase, card)
    has_event = any(isinstance(item, Event) for item in items)
    start, end = (EventWindow if has_event else ClockWindow)(items, card.now).read()
    if end <= start:
        raise TimeError("it ends before it starts")
    if end <= card.now:
        raise TimeError("it is over")
    return start, end
