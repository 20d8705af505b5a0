"""Link conditions that no counter reports, from the operator's text: speed of terminals, DMRS symbols, delay spread, antennas.

No network here reports mobility traces; values taken from the text are assumptions and are reported as such.
"""

from __future__ import annotations

import re
from typing import Final

from agents.understanding.lexicon import lexicon
from policies.text.number_words import NUMBER_WORDS
from policies.text.units import factor
from policies.word import Word

_SPEED: Final = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)\s*(?:(?:-|–|to|and)\s*(?P<high>\d+(?:\.\d+)?)\s*)?(?P<unit>km/h|kmh|kph|m/s|mph)\b", re.IGNORECASE
)
# Speeds in m/s, around those of the deployment scenarios in TR 38.913: pedestrians 3 km/h, cars in town 30 km/h, highway
# 120 km/h; trains are regional ones, slower than the 500 km/h there.
SPEEDS_MPS: Final = {"pedestrian": (0.5, 2.0), "urban": (5.0, 14.0), "highway": (20.0, 38.0), "train": (30.0, 83.0)}
_COUNTS: Final = {"a single": 1, **{word: NUMBER_WORDS[word] for word in ("one", "two", "three", "four")}}
_COUNT: Final = rf"(?P<value>\d+|{'|'.join(_COUNTS)})"
_NUMBER: Final = r"(?P<value>\d+(?:\.\d+)?)"
# Arguments of the tool `link_conditions`.
_TERMS: Final = {
    "dmrs_symbols": re.compile(rf"\b{_COUNT}\s*(?:DM-?RS|pilot)(?:\s+symbols?)?\b", re.IGNORECASE),
    "delay_spread_ns": re.compile(
        rf"\b(?:delay spread\s+(?:of\s+|is\s+)?)?{_NUMBER}\s*ns\b(?:\s+(?:of\s+)?delay spread\b)?", re.IGNORECASE
    ),
    "rx_antennas": re.compile(rf"\b{_COUNT}\s*(?:receive\s+|rx\s+)?antennas?\b", re.IGNORECASE),
}
_LARGEST: Final = 10**9  # beyond the range of every tool
_ADVICE: Final = re.compile(r"\b(should|best|better|right|suits?|recommend\w*)\b", re.IGNORECASE)


class Motion(Word):
    """Lowest and highest speed of the terminals, m/s, and the words it was taken from."""

    low_mps: float
    high_mps: float
    words: str


class LinkConditions(Word):
    """What the operator states about terminals and their links; None if not stated."""

    motion: Motion | None = None
    dmrs_symbols: int | None = None
    delay_spread_ns: float | None = None
    rx_antennas: int | None = None

    @property
    def terms(self) -> dict[str, float]:
        """The stated arguments of the tool `link_conditions`."""
        return self.model_dump(include=set(_TERMS), exclude_none=True)

    def completed_by(self, answer: str) -> LinkConditions:
        """Return the conditions with those of an answer: link terms replace earlier ones, motion is only added if missing."""
        return self.model_copy(update={"motion": self.motion or motion_of(answer), **link_words(answer)})


def link_conditions_of(text: str) -> LinkConditions:
    """Return the link conditions that the text states."""
    return LinkConditions().completed_by(text)


def motion_of(text: str) -> Motion | None:
    """Return the speed range of the terminals in the text, None if not stated; numbers take precedence over words."""
    match = _SPEED.search(text)
    if match is None:
        return _by_words(text)
    to_mps = factor(match["unit"].lower(), "m/s")
    low = min(float(match["low"]), _LARGEST) * to_mps
    high = min(float(match["high"]), _LARGEST) * to_mps if match["high"] else low
    if match["high"] is None:  # a single speed: the terminals are around it
        low, high = 0.8 * low, 1.1 * high
    return Motion(low_mps=round(min(low, high), 2), high_mps=round(max(low, high), 2), words=match[0])


def without_speeds(text: str) -> str:
    """Return the text without speeds given as numbers."""
    return _SPEED.sub("", text)


def _by_words(text: str) -> Motion | None:
    lowered = f" {' '.join(re.findall(r'[a-z]+', text.lower()))} "
    named = [(kind, phrase) for kind, phrases in lexicon()["motion"].items() for phrase in phrases if f" {phrase} " in lowered]
    if not named:
        return None
    ranges = [SPEEDS_MPS[kind] for kind, _ in named]
    return Motion(
        low_mps=min(low for low, _ in ranges),
        high_mps=max(high for _, high in ranges),
        words=" and ".join(dict.fromkeys(phrase for _, phrase in named)),
    )


def link_words(text: str) -> dict[str, float]:
    """Return the arguments of `link_conditions` in the text; if one is given twice, the last value."""
    terms: dict[str, float] = {}
    for name, pattern in _TERMS.items():
        for match in pattern.finditer(text):
            number = match["value"].lower()
            terms[name] = _COUNTS.get(number) or min(float(number) if "." in number else int(number), _LARGEST)
    return terms


def names_estimators(text: str) -> bool:
    """Whether the text is about channel estimators or receivers."""
    words = f" {' '.join(re.findall(r'[a-z]+', text.lower()))} "
    return any(f" {phrase} " in words for phrase in lexicon()["theme"]["channel-estimator"])


def asks_for_estimator(text: str) -> bool:
    """Whether the text asks which estimator to use, rather than what an estimator is."""
    return names_estimators(text) and bool(_ADVICE.search(text))


def without_link_words(text: str) -> str:
    """Return the text without speeds and link terms: they are conditions, not bounds on KPIs."""
    text = without_speeds(text)
    for pattern in _TERMS.values():
        text = pattern.sub("", text)
    return text
