"""Words for what this network does not measure or does not have: whoever reads the text, it is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.reading.name_table import NameTable
from agents.reading.spoken import ONES, TENS

_UNMEASURED: Final = re.compile(
    r"""\b(?:
    median
    | up-?link | upload(?:s|ing)? | UL(?!\w) | (?:DRB|RRU|RRC|CARR)\.\w+Ul(?:\.\w+)?
    | jitter | delay\s+variation | round[\s-]?trip(?:\s+(?:time|delay|latency))? | RTT
    | MOS | mean\s+opinion | QoE
    | RSRP | RSRQ | SINR | RSSI | signal\s+strength
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_UNITS: Final = {
    word: number
    for number, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"), 1)
}
_WORD: Final = (
    rf"(?:(?:{'|'.join(TENS)})[\s-]+)?(?:{'|'.join((*_UNITS, *ONES))})|(?:{'|'.join(word[:-1] for word in TENS)})(?:y|ieth)"
)
_NUMBER: Final = rf"\d+(?:[.,]\d+)?|{_WORD}"
_PERCENTILE: Final = re.compile(  # "99.9th percentile", "ninety-ninth percentile", "percentile 90", "p98"
    rf"(?<![^\W_.,])(?:({_NUMBER})(?:(?:st|nd|rd|th)?[\s-]*(?:percentile|pctl)|(?:st|nd|rd|th)[\s-]*pct)|percentile\s+(\d+(?:[.,]\d+)?)"
    r"|p(?:ct|erc)?\s?-?(\d\d(?:\.\d+)?|999+))(?![^\W_])",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(  # "99 % of all packets", "nine out of ten phones"
    rf"(?<![^\W_.,])({_NUMBER})\s?(?:%\s*|per\s?cent\s+|pct\s+|(?:out\s+)?of\s+(?:a\s+)?(100|hundred|10|ten)\s+)"
    r"(?:of\s+)?(?:(?:all|the|our|their|its|those|these)\s+)*(?:packets?|users?|phones?|ues?|devices|subscribers|customers|people)\b",
    re.IGNORECASE,
)
_DELAY: Final = r"(?:delays?|latency|latencies|lag)\b"
_DELAY_BEHIND: Final = re.compile(rf"\W*(?:\w+\W+){{0,3}}?{_DELAY}", re.IGNORECASE)
_DELAY_BEFORE: Final = re.compile(rf"\b{_DELAY}\W+(?:\w+\W+){{0,2}}$", re.IGNORECASE)
_RATE_BEHIND: Final = re.compile(r"\W*(?:\w+\W+){0,3}?(?:throughput|thrput|thp|rates?|speed)\b", re.IGNORECASE)


_CLASS: Final = re.compile(r"\b(?:5QI|QCI|SST|S-NSSAI|VoNR|VoLTE|APN|DNN)\b", re.IGNORECASE)


def unmeasured_in(text: str) -> list[tuple[int, int]]:
    """Return where a text names statistics, directions or quantities which no KPI of the network has."""
    found = [match.span() for match in _UNMEASURED.finditer(text)]
    found += [match.span() for match in _PERCENTILE.finditer(text) if not _is_measured(text, match)]
    return sorted([*found, *(match.span() for match in _SHARE.finditer(text) if not _is_share_measured(match))])


def _is_measured(text: str, match: re.Match[str]) -> bool:
    """Whether a KPI has this percentile: the 95th of the delay, the 5th of the throughput."""
    number = _number(next(said for said in match.groups() if said))
    before, after = text[: match.start()], text[match.end() :]
    is_delay = not _RATE_BEHIND.match(after) and (_DELAY_BEHIND.match(after) or _DELAY_BEFORE.search(before))
    return number == 95 or (number == 5 and not is_delay)


def _is_share_measured(match: re.Match[str]) -> bool:
    """Whether a share of packets or users is that of a percentile, or so small that it is what is lost."""
    total = {"100": 1, "hundred": 1, "10": 10, "ten": 10}[match[2].casefold()] if match[2] else 1
    return _number(match[1]) * total == 95 or not 50 <= _number(match[1]) * total < 100


def _number(said: str) -> float:
    """Return a cardinal or ordinal number up to a hundred."""
    if said[0].isdigit():
        return float(said.replace(",", "."))
    words = re.split(r"[\s-]+", said.casefold())
    return sum(TENS.get(word, TENS.get(word.replace("ieth", "y"), ONES.get(word, _UNITS.get(word, 0)))) for word in words)


def traffic_classes_in(text: str) -> list[tuple[int, int]]:
    """Return where a text names a 5QI or an S-NSSAI, which stands for no slice by itself."""
    return [match.span() for match in _CLASS.finditer(text)]


def strangers_in(text: str, names: NameTable) -> list[str]:
    """Return the words that are built like the cells' ids of this network, but are none of them: "S9C1"."""
    return list(dict.fromkeys(_strangers(text, names)))


def _strangers(text: str, names: NameTable) -> Iterator[str]:
    ids = {cell.casefold() for cell in names.order} | {site.casefold() for site in names.sites}
    shapes = {_shape(cell) for cell in names.order if _is_telling(cell)}
    for match in re.finditer(r"[\w./:-]+", text):
        word = match[0].rstrip(".:/-")
        if _is_telling(word) and _shape(word) in shapes and word.casefold() not in ids:
            yield word


def _is_telling(word: str) -> bool:
    """Whether a word can only be a name: it has letters and digits, and more than a unit or a time has."""
    return len(word) >= 4 and any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)


def _shape(word: str) -> str:
    """Return how a word is built: any digit and any single letter may be another, "PL-58N" is built like "PL-58U"."""
    return re.sub(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])", "a", re.sub(r"\d", "0", word.casefold()))
