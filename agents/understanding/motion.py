"""How terminals move, from the operator's words: a speed that is given, or what it says of who moves.

No network here reports mobility traces; what is taken from words is an assumption and is told as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.understanding.lexicon import lexicon
from policies.text.units import factor

_SPEED: Final = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)\s*(?:(?:-|–|to|and)\s*(?P<high>\d+(?:\.\d+)?)\s*)?(?P<unit>km/h|kmh|kph|m/s|mph)\b", re.IGNORECASE
)
# Speeds in m/s, around those of TR 38.913's deployment scenarios: pedestrians 3 km/h, cars in town 30 km/h, highway 120 km/h;
# regional trains, which are slower than its 500 km/h.
SPEEDS_MPS: Final = {"pedestrian": (0.5, 2.0), "urban": (5.0, 14.0), "highway": (20.0, 38.0), "train": (30.0, 83.0)}


@dataclass(frozen=True)
class Motion:
    """Slowest and fastest terminals, m/s, and the words that say so."""

    low_mps: float
    high_mps: float
    words: str


def motion_of(text: str) -> Motion | None:
    """Return how fast the text says that terminals move: a number wins over a word, None where it says neither."""
    found = _SPEED.search(text)
    if found is None:
        return _by_words(text)
    to_mps = factor(found["unit"].lower(), "m/s")
    low = float(found["low"]) * to_mps
    high = float(found["high"]) * to_mps if found["high"] else low
    if found["high"] is None:  # one speed: terminals around it
        low, high = 0.8 * low, 1.1 * high
    return Motion(round(min(low, high), 2), round(max(low, high), 2), found[0])


def without_speeds(text: str) -> str:
    """Return the text without its numbers of a speed."""
    return _SPEED.sub("", text)


def _by_words(text: str) -> Motion | None:
    lowered = f" {' '.join(re.findall(r'[a-z]+', text.lower()))} "
    named = [(kind, phrase) for kind, phrases in lexicon()["motion"].items() for phrase in phrases if f" {phrase} " in lowered]
    if not named:
        return None
    ranges = [SPEEDS_MPS[kind] for kind, _ in named]
    return Motion(
        min(low for low, _ in ranges), max(high for _, high in ranges), " and ".join(dict.fromkeys(phrase for _, phrase in named))
    )
