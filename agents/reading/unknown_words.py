"""Words for what this network does not measure or does not have: whoever reads the text, it is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agents.reading.name_table import NameTable

_UNMEASURED: Final = re.compile(
    r"""\b(?:
    (?:p|pct|perc)\s?-?(?:9[0-46-9]|[1-8]\d|50)\b | (?:9[0-46-9]|[1-8]\d|50)(?:st|nd|rd|th)\s*-?\s*(?:percentile|pctl|pct\b)
    | median
    | up-?link | upload(?:s|ing)? | UL(?!\w)
    | jitter | delay\s+variation | round[\s-]?trip(?:\s+(?:time|delay|latency))? | RTT
    | MOS | mean\s+opinion | QoE
    | RSRP | RSRQ | SINR | RSSI | signal\s+strength
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)


_CLASS: Final = re.compile(r"\b(?:5QI|QCI|SST|S-NSSAI)\b", re.IGNORECASE)


def unmeasured_in(text: str) -> list[tuple[int, int]]:
    """Return where a text names statistics, directions or quantities which no KPI of the network has."""
    return [match.span() for match in _UNMEASURED.finditer(text)]


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
    return re.sub(r"\d", "0", word.casefold())
