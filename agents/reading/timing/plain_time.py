"""The words of a time as they are meant: short, misspelled and foreign spellings, and dates with dots."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from agents.reading.site_card import NamedEvent, SiteCard
from agents.reading.spoken import Spoken, singular, spoken
from agents.reading.timing.clock_words import with_clocks
from agents.reading.timing.moments import TimeError
from agents.reading.timing.time_words import KNOWN, SHORT

_ZONE: Final = re.compile(
    r"\b(?:CES?T|EES?T|E[SD]T|P[SD]T|C[SD]T|M[SD]T|AK[SD]T|HST|BST|JST|SGT|MSK|GST|SAST|PKT|HKT|KST|AE[SD]T|AC[SD]T|AWST|NZ[SD]T|BRT|W[IA]B)\b"
    r"|\d\s?(?:h|hrs|hours|[ap]m)?\s?\(?(?:IST|WAT|CAT|EAT|AST|ADT|ICT|WES?T|MYT|PHT|TRT|ART|CLT|COT|PET|WITA?|NPT)\b"
    r"|(?<=:\d\d)\+(?!00:?00)\d\d:?\d\d\b|\b(?:UTC|GMT)\s*[+-]\s*(?!0+\b)\d+"
    r"|(?<=\d{4})[A-GIK-Y]\b"  # military: "2000L"
    r"|(?:\d|[ap]m|\b[Hh]|hrs|hours|o'clock|noon|midnight)\s*,?\s*\(?(?:local|LOCAL|Local)\b"
    r"|\b(?:local|LOCAL|Local)\s+(?:time|TIME|clock)\b|\b[Ll]ocally\b|\b(?:our|my|your|their)\s+time\b"
    r"|(?<=\d )[A-Z][a-z]+(?: [A-Z][a-z]+)? time\b"
)
_GAMES: Final = frozenset(
    ("match", "game", "fixture", "derby", "partido", "partita", "jogo", "spiel", "spiels", "spieles", "wedstrijd")
)
# It adds nothing to a time: "while the match is on, and not a minute longer".
_EMPHASIS: Final = re.compile(
    r",?\s*(?:(?:and|but)\s+)?\bnot\s+(?:even\s+)?(?:an?|one|1)\s+(?:single\s+)?(?:second|sec|minute|min|moment|hour)\s+"
    r"(?:longer|more|later|beyond|over|earlier|sooner|before)(?!\s*\w)",
    re.IGNORECASE,
)
# Hours of a house that no calendar has: "during the opening hours of the town hall".
_HOURS: Final = re.compile(
    r"\b(?:opening|closing|business|office|working|visiting|trading|shop|school|service|store|check-?in)\s+(?:hours|times)\b",
    re.IGNORECASE,
)
# "hr before kick-off", "1st half hr", "1/2 h"; behind a number it stands as it is: "2200 hrs".
_HALF: Final = re.compile(r"(?:(?<![\w/.,])1/2|(?<!\d)½|\bhalf)\s*-?\s*(?:an?\s+)?(?:h|hrs?|hour)\b\.?", re.IGNORECASE)
_HOUR: Final = re.compile(r"(?<![\d.,])(?<!\d )(?<!\d-)\bhrs?\b", re.IGNORECASE)
_IN_ALL_CASES: Final = re.compile(
    r",?\s*\bin\s+(?:both|each|either|all(?:\s+(?:two|three))?|every)(?:\s+of\s+(?:the|these|those))?\s+(?:cases?|instances?)\b",
    re.IGNORECASE,
)
# A date with dashes or slashes and its year last.
_DASHED: Final = re.compile(r"(?<![\w./-])(\d{1,2})([-/])(\d{1,2})\2((?:20)\d\d)(?![\d/-])")
# "under regattaen", "under the match": in words of time it stands for "during".
_UNDER: Final = re.compile(r"^\s*under\s+(?=[^\W\d])", re.IGNORECASE)
_ORDINALS: Final = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth"}
_ORDINAL: Final = re.compile(r"\b(1st|2nd|3rd|4th)(?=\s+(?:half|quarter|hours?|hrs?|\d+\s*(?:m|mins?|minutes?|h|hours?))\b)")
_LETTER: Final = re.compile(r"(?<![\w.,])(\d{1,2}(?::\d\d)?)([ap])(?:\.\s?m\b\.?|(?!\w))", re.IGNORECASE)  # "7:30p", "7p.m."
_GLUED: Final = re.compile(r"(?<=\d):\d\d(?!t\d)[^\W\d_]+", re.IGNORECASE)
_PLAYING: Final = re.compile(
    r"\b(?:while|when|as\s+long\s+as)\s+(?:they|(?:the|both)\s+(?:teams?|sides|players))\s*(?:['’]re|\s+are)?\s+play(?:ing)?\b(?=\W*$)",
    re.IGNORECASE,
)
_NEAR: Final = 60  # days ahead within which a date is meant that can be two
_POLITE: Final = re.compile(r"\b(?:bitte|please|pls|plz|por favor|per favore|s'il vous plaît)\b,?", re.IGNORECASE)


def plain(phrase: str, card: SiteCard) -> str:
    """Return a phrase with the usual spellings of clocks, durations and days; raises TimeError for another clock."""
    if zone := _ZONE.search(phrase):
        raise TimeError(f"{zone.group().lstrip('0123456789 (,')} is not the clock of the network")
    if (hours := _HOURS.search(phrase)) and not _is_event(hours[0], card):
        raise TimeError(f"{hours[0]} are not in the calendar")
    phrase = _UNDER.sub("during ", phrase)
    text = re.sub(r"\bb4\b", "before", _EMPHASIS.sub(" ", phrase), flags=re.IGNORECASE)
    text = _HALF.sub("half an hour", text)
    text = _HOUR.sub(lambda match: "hours" if match[0].casefold() == "hrs" else "hour", text)
    text = _IN_ALL_CASES.sub(" ", text)
    text = _ORDINAL.sub(lambda match: _ORDINALS[match[1]], text)
    text = _LETTER.sub(r"\1 \2m", text)
    text = re.sub(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b", r"\3-\2-\1", text)  # a date with dots has its day first
    text = re.sub(r"\b(\d{4})/(\d{1,2})/(\d{1,2})\b", r"\1-\2-\3", text)
    text = _DASHED.sub(lambda match: _day_first(match, card), text)
    text = with_clocks(_POLITE.sub(" ", text))
    text = re.sub(r"\bover\s?-?\s?(?:night|nigth|nihgt|nite)\b", "overnight", text, flags=re.IGNORECASE)
    text = re.sub(r"\barvo\b", "afternoon", text, flags=re.IGNORECASE)
    text = re.sub(r"\bas long as (.+?) (?:is|are|has|have) not (?:yet )?(over|finished|ended|done)\b", r"until \1 is over", text)
    text = re.sub(r"\b(?:2(?:nite|night|nyte?)|tngt|tnght|tonght)\b", "tonight", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(?:2mo?ro?w?|2mrw|tmrw|tmr|tmw)\b", "tomorrow", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d{4}) 2 (?=\d{4}\b)", " to ", text)
    text = re.sub(r"\b([ap]) m\b", r"\1m", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)\s*[zZ]\b|\b(?:utc|gmt)\b", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\bnot before\b", "from", text, flags=re.IGNORECASE)
    text = re.sub(r"\bno[t]? (?:later than|after)\b", "until", text, flags=re.IGNORECASE)
    text = re.sub(r"\bup to(?: and including)?\b", "until", text, flags=re.IGNORECASE)
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    text = re.sub(r"(\d)(am|pm|h|min|m|s)\b", r"\1 \2", text, flags=re.IGNORECASE)
    if letter := _GLUED.search(text):
        raise TimeError(f"{letter[0]} is not understood")
    return text


def _is_event(words: str, card: SiteCard) -> bool:
    """Whether an event of the calendar is called so: "visiting hours"."""
    said = {singular(word.key) for word in spoken(words)}
    return any(said <= event_words(event) for event in card.events)


def _day_first(match: re.Match[str], card: SiteCard) -> str:
    """Return a date with its year first; raises TimeError where the month can come first, too."""
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    days = {date(year, month, day) for day, month in ((first, second), (second, first)) if _is_date(year, month, day)}
    near = [day for day in days if len(days) == 1 or 0 <= (day - card.now.date()).days <= _NEAR]
    if len(near) != 1:
        raise TimeError(f"{match[0]}: day and month are not certain")
    return near[0].isoformat()


def _is_date(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def corrected(words: list[Spoken], card: SiteCard) -> list[Spoken]:
    """Correct misspelled words of time and of the calendar."""
    of_events = sorted({word for event in card.events for word in event_words(event)})
    known = KNOWN | set(of_events)
    meant: list[Spoken] = []
    game = _game(card)
    for word in words:
        key = game if game and word.key in _GAMES else word.key
        if len(key) > 3 and key.isalpha() and key not in known and singular(key) not in known and key not in SHORT:
            near = (_nearest(key, of_events), _nearest(key, sorted(KNOWN)))
            match = max(near, key=lambda found: found[1])  # "mach" is a match before it is March
            swapped = [right for right in known if right[0] == key[0] and sorted(right) == sorted(key)]
            key = match[0] or (swapped[0] if len(swapped) == 1 else key)
        meant.append(replace(word, key=SHORT.get(key, key)))
    return meant


def _nearest(word: str, known: list[str]) -> tuple[str, float]:
    """Return which known word a misspelled one is, and how near it is; empty if none is near."""
    match = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=80 if len(word) > 5 else 86)
    return (match[0], match[1]) if match else ("", 0.0)


def with_game(text: str, card: SiteCard) -> str:
    """Return a phrase with "kick-off" and "final whistle" as start and end of the game that it names, or of the only one."""
    if set(re.findall(r"\w+", text.casefold())) & _GAMES:
        text = re.sub(r"\bkick[\s-]?off\b", "start", text, flags=re.IGNORECASE)
        return re.sub(r"\b(?:the\s+)?final whistle\b", "end", text, flags=re.IGNORECASE)
    game = _game(card)
    if not game:
        return text
    start = next(event.start for event in card.events if game in event_words(event))
    if re.search(r"\b(?:tonight|today|this \w+)\b", text, re.IGNORECASE) and start.date() != card.now.date():
        return text
    text = re.sub(r"\bkick[\s-]?off\b", f"the start of the {game}", text, flags=re.IGNORECASE)
    text = _PLAYING.sub(f"during the {game}", text)
    if any("final" in event_words(event) for event in card.events):
        return text
    return re.sub(r"\bfinal whistle\b", f"end of the {game}", text, flags=re.IGNORECASE)


def _game(card: SiteCard) -> str:
    """Return the word for a game in the name of the only event that is one, empty if there is none: "match"."""
    games = [event_words(event) & _GAMES for event in card.events]
    games = [words for words in games if words]
    return min(games[0]) if len(games) == 1 else ""


@lru_cache(maxsize=256)
def event_words(event: NamedEvent) -> frozenset[str]:
    """Return the words of an event's name, in the singular."""
    return frozenset(singular(word.key) for word in spoken(event.name) if word.is_word)
