"""References of which the network keeps nothing ("the season average", "the last derby"): it keeps yesterday and last week."""

from __future__ import annotations

import re
from typing import Final

from agents.reading.amounting.amounts import AmountError

_WEEKDAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH: Final = r"(?:january|february|march|april|june|july|august|september|october|november|december)"
_OCCASION: Final = (
    r"(?:game|match|derby|concert|race|event|season|month|year|quarter|summer|winter|spring|autumn|weekend|time|night"
    rf"|{_WEEKDAY})"
)
_OTHER: Final = re.compile(
    rf"""\b(?:
    same\s+{_WEEKDAY} | (?:on|than|of|against|with|vs)\s+{_WEEKDAY}
    | (?:last|previous)\s+(?:[\w'’]+\s+){{0,2}}?{_OCCASION}
    | (?:at|during|than|with|of)\s+(?:the|our)\s+last\s+(?!week|wk|weak|wek|few|7\b|seven\b)\w+
    | (?:minutes?|hours?|days|weeks|months?|years?|seasons?)\s+ago | (?:two|2|three|3)\s+(?:days|weeks)\s+(?:ago|before)
    | day\s+before\s+yesterday | week\s+before\s+(?:last|that) | before\s+(?:the|our|we|they|it)\b
    | season\w* | month\w* | year(?:ly)? | annual\w* | quarterly | (?:19|20)\d\d
    | (?<!on\ )average | usual\w* | normal\w* | typical\w* | forecast | record
    | (?:in|of|since|than)\s+{_MONTH} | (?:in|of|since)\s+may(?=\W*$)
    | (?:pre|post)-(?!sent)\w+ | baseline(?!\s*[:=]) | benchmark\w* | reference\s+(?:day|week|period|run)
    | christmas | xmas | easter | ramadan | new\s+year
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def check_reference(words: str) -> None:
    """Raise AmountError if words compare with a time of which nothing is kept."""
    if _OTHER.search(words):
        raise AmountError(f"{words!r} compares with another time than now, yesterday or last week")
