"""What an operator says of a link that no counter tells: DMRS symbols, delay spread, receive antennas."""

from __future__ import annotations

import re
from typing import Final

from agents.understanding.lexicon import lexicon
from agents.understanding.motion import without_speeds
from policies.text.number_words import NUMBER_WORDS

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
_ADVICE: Final = re.compile(r"\b(should|best|better|right|suits?|recommend\w*)\b", re.IGNORECASE)


def link_words(text: str) -> dict[str, float]:
    """Return the arguments of `link_conditions` that the text gives; where it gives one twice, the last."""
    found: dict[str, float] = {}
    for name, pattern in _TERMS.items():
        for match in pattern.finditer(text):
            said = match["value"].lower()
            found[name] = _COUNTS[said] if said in _COUNTS else float(said) if "." in said else int(said)
    return found


def names_estimators(text: str) -> bool:
    """Whether the text speaks of channel estimators or receivers."""
    words = f" {' '.join(re.findall(r'[a-z]+', text.lower()))} "
    return any(f" {phrase} " in words for phrase in lexicon()["theme"]["channel-estimator"])


def asks_for_estimator(text: str) -> bool:
    """Whether the text asks which estimator to take, rather than what one is."""
    return names_estimators(text) and bool(_ADVICE.search(text))


def without_link_words(text: str) -> str:
    """Return the text without speeds and link terms: they are conditions, not bounds on KPIs."""
    text = without_speeds(text)
    for pattern in _TERMS.values():
        text = pattern.sub("", text)
    return text
