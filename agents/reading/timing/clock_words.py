"""Clocks and days as people write them, by the usual spelling: "19h30", "two two three zero", "vannacht", "now → 2300"."""

from __future__ import annotations

import re
from typing import Final

from policies.text.number_words import DIGITS

_FOREIGN: Final = {
    **dict.fromkeys(
        ("über nacht", "ueber nacht", "die ganze nacht", "de hele nacht", "toute la nuit", "tutta la notte"), "overnight"
    ),
    **dict.fromkeys(("vannacht", "stanotte", "heute nacht", "cette nuit"), "overnight"),
    **dict.fromkeys(("esta noche", "esta noite", "hoje à noite", "stasera", "ce soir", "heute abend", "vanavond"), "tonight"),
    **dict.fromkeys(("hoy", "hoje", "oggi", "heute", "vandaag", "aujourd'hui"), "today"),
    **dict.fromkeys(("demain", "domani", "morgen", "amanhã"), "tomorrow"),
    **dict.fromkeys(("hasta las", "hasta la", "hasta", "até às", "até as", "até", "tot", "fino alle", "fino a"), "until"),
    **dict.fromkeys(("desde las", "desde", "dalle", "vanaf", "depuis", "a partir das", "das", "de las", "ab", "von"), "from"),
    **dict.fromkeys(("às", "à", "a las"), "to"),
    **dict.fromkeys(("durante", "während", "tijdens", "pendant"), "during"),
    **dict.fromkeys(("entre las", "entre la", "entre"), "between"),
    **dict.fromkeys(("des", "dem"), "the"),
    **dict.fromkeys(("konzert", "konzerts", "konzertes", "concierto", "concerto"), "concert"),
    **dict.fromkeys(("y las", "y la", "e as", "et"), "and"),
    **dict.fromkeys(("minuit", "mitternacht", "mezzanotte", "medianoche", "middernacht", "meia-noite"), "midnight"),
    "ahora": "now",
}
_FOREIGN_WORD: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, _FOREIGN), key=len, reverse=True))})(?!\w)", re.IGNORECASE
)
_DIGITS: Final = {word: str(digit) for digit, word in enumerate(DIGITS)} | {"oh": "0", "niner": "9"}
_DIGIT: Final = "|".join(_DIGITS)
_FOUR_DIGITS: Final = re.compile(
    rf"\b(zero|oh|one|two)[\s-]({_DIGIT})[\s-](zero|oh|one|two|three|four|five)[\s-]({_DIGIT})\b(?![\s-](?:{_DIGIT})\b)",
    re.IGNORECASE,
)
_DURING: Final = re.compile(r"\b(?:for|next|last|first|during|another|of|in|within|coming)\s*$", re.IGNORECASE)
_STARTING: Final = ("from", "at", "since", "between")
_CLOCK: Final = re.compile(r"\d:\d\d|\b(?:from|between|since)\s+\d{1,2}\s?h\b|\bmidnight\b|\bnoon\b", re.IGNORECASE)
_H_MINUTES: Final = re.compile(r"(?<![\w:.])(\d{1,2})\s?h\s?(\d{2})(?!\d)", re.IGNORECASE)
_H_RANGE: Final = re.compile(
    r"(?<![\w:.])(\d{1,2})(?:\s?h)?\s*(-|–|to|till?|until|bis)\s*(\d{1,2})\s?h\b(?!\s*(?:\d|before|after|into|ahead|prior|long))",
    re.IGNORECASE,
)
_H: Final = re.compile(
    r"(?<![\w:.])(\d{1,2})\s?h\b(?!\s*(?:\d|before|after|into|ahead|prior|earlier|later|and\s+(?:a|\d+\s*m)|of the))",
    re.IGNORECASE,
)
# "no wake <20:00": a sign before a time of day is its end; behind another word it is a comparison of something else.
_BEFORE_CLOCK: Final = re.compile(
    r"^\s*(?:<\s*=?|≤)\s*(?=\d{1,2}:\d\d|\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b|[012]\d[0-5]\d\b(?!\s*\w)|noon\b|midnight\b)",
    re.IGNORECASE,
)
_AT: Final = re.compile(
    r"\b(from|at|since|as of|starting|ending|finishing|beginning|until|till?|to|by|before|after|and|between|no later than)\s*$"
    r"|[-–→]\s*$",
    re.IGNORECASE,
)


def with_clocks(text: str) -> str:
    """Return a phrase with its clocks in digits and its words in English."""
    text = _FOREIGN_WORD.sub(lambda match: _FOREIGN[match[0].casefold()], text)
    text = _FOUR_DIGITS.sub(lambda match: "".join(_DIGITS[digit.casefold()] for digit in match.groups()), text)
    text = re.sub(r"\b(?:de|da)\s+(?=\d|midnight\b)", "from ", text, flags=re.IGNORECASE)  # "de 23h à 5h"
    text = re.sub(r"\bnow\s*\+\s*(?=\d)", "next ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(?:from\s+)?now\s*(?:→|->|-|–|to|thru|through)\s*(?=\w)", "until ", text, flags=re.IGNORECASE)
    text = re.sub(r"\bbetween\s+now\s+(?:and|&)\s+(?=\w)", "until ", text, flags=re.IGNORECASE)
    text = _BEFORE_CLOCK.sub("until ", text)
    text = re.sub(
        r"^(\W*)(?:thru|through)\s+(?=(?:midnight|noon|midday)\b|.*\d(?:\d:?\d\d|\s?[ap]\.?m|\s?h)\b)",
        r"\1until ",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\b(?:final|closing)\s+(?=(?:\w+\s+)?(?:hours?|half|min\w*)\b)", "last ", text, flags=re.IGNORECASE)
    text = re.sub(r"\bopening\s+(?=(?:\w+\s+)?(?:hour|half|min\w*)\b|\w+\s+hours\b)", "first ", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)\s*uhr\b", "", text, flags=re.IGNORECASE)
    text = _H_RANGE.sub(lambda match: _hours(match, text), text)
    text = _H_MINUTES.sub(lambda match: _minutes(match, text), text)
    return _H.sub(lambda match: _hour(match, text), text)


def _hours(match: re.Match[str], text: str) -> str:
    """Return "12 to 14h" as two clocks of 24 hours, unless it can be how long something lasts."""
    first, last = int(match[1]), int(match[3])
    is_of_day = max(first, last) >= 10 or "0" in (match[1][0], match[3][0])  # "02-05h", and not "2-4h"
    is_clock = is_of_day and max(first, last) <= 24 and not _DURING.search(text[: match.start()])
    return f"{first:02}:00 {match[2]} {last:02}:00" if is_clock else match[0]


def _minutes(match: re.Match[str], text: str) -> str:
    """Return "19h30" as a clock, and "for 2h30" as a duration."""
    if _DURING.search(text[: match.start()]):
        return f"{int(match[1]) * 60 + int(match[2])} min"
    return f"{match[1]}:{match[2]}" if int(match[1]) <= 24 else match[0]


def _hour(match: re.Match[str], text: str) -> str:
    """Return "19h" as a clock behind "from", "until" or the like; in the morning only if nothing else tells that it is one."""
    before, hour = _AT.search(text[: match.start()]), int(match[1])
    is_clock = before is not None and hour <= 24 and (hour > 12 or str(before[1]).casefold() in _STARTING)
    is_clock |= before is not None and hour <= 24 and bool(_CLOCK.search(text[: match.start()]))
    return f"{hour:02}:00" if is_clock else match[0]
