"""What a text says about time: the window, the event, and whether a change stays after the window."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from policies.intent import TimeWindow

_PERMANENT = re.compile(
    r"\b(?:permanently|for good|for ever|forever|indefinitely|until further notice|from (?:now|today) on(?:wards?)?|"
    r"(?:and\s+)?(?:keep|leave) (?:it|this|the change|that) (?:so |in place )?"
    r"(?:after(?:wards?)?(?: that)?|permanently|for good))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class When:
    """The window and event of a text, the assumptions made, and the text with those words blanked (same length).

    permanent: what is changed stays after the window. without_events: names of planned events that are left out of the forecast.
    attendance: visitors that the text states for an event.
    """

    rest: str
    window: TimeWindow | None = None
    event: str = ""
    areas: tuple[str, ...] = ()
    permanent: bool = False
    without_events: tuple[str, ...] = ()
    attendance: int | None = None
    assumptions: tuple[str, ...] = ()


def blank(text: str, match: re.Match[str]) -> str:
    """Return the text with the matched words replaced by as many spaces."""
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]


def read_permanence(when: When) -> When:
    """Find words that say that a change is to stay, such as "permanently" or "from now on"."""
    match = _PERMANENT.search(when.rest)
    return when if match is None else replace(when, rest=blank(when.rest, match), permanent=True)
