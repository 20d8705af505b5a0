"""Words for what this network does not measure or does not have: whoever reads the text, it is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rapidfuzz import fuzz

from agents.reading.name_table import NameTable
from agents.reading.spoken import ONES, TENS, is_misspelled

_DELAY: Final = r"(?:delays?|latency|latencies|lag)\b"
_STATISTICS: Final = rf"""
    median | (?:maximum|longest|worst)\s+of\s+the\s+{_DELAY} | (?:maximum|longest)\s+{_DELAY}\s+(?:any|that|which|ever)
    | worst[\s-]case\s+{_DELAY} | worst\s+(?:single\s+)?packet | peak\s+(?:power|throughput|rate)
    | five\s+nines | (?:KPI\s*[:=]?\s*|cell\s+)availability
    | availability(?=\s*(?:of\b|[:=<>≥]|at\s+least|above|over|min|shall|must|should|\d)) | reliability(?=\s+\d)"""
_DIRECTIONS: Final = r"up-?link | upload(?:s|ing)? | UL(?!\w) | (?:DRB|RRU|RRC|CARR)\.\w+Ul(?:\.\w+)?"
_TIMES: Final = r"""
    jitter | delay\s+variation | round[\s-]?trip(?:\s+(?:time|delay|latency))? | RTT | ping\s+(?:times?|of|for|below|under|from)
    | glass[\s-]to[\s-]glass | interruption\s+time | (?:call|session|VoNR|VoLTE)\s+set-?\s?up(?:\s+times?)?"""
_EXPERIENCE: Final = r"""
    MOS | mean\s+opinion | QoE | (?:video|voice|speech)\s+quality\s+score
    | web\s+pages?\s+(?:open|load)\w* | (?:web)?page[\s-]load(?:ing)?(?:[\s-]times?)? | load(?:ing)?[\s-]times?
    | frame\s+(?:loss|rate)s?"""
_RADIO: Final = r"""
    RSRP(?!\s+offset) | RSRQ | SINR | RSSI | signal\s+(?:strength|level|bars?) | (?:reference\s+)?signal\s+received\s+power
    | \w*CQI\w* | channel\s+quality | spectral\s+eff\w* | bit\s+error\s+(?:rates?|ratios?) | cell\s+(?:throughput|thrput|thp)"""
_PROCEDURES: Final = r"""
    (?:hand-?over|HO)s?\s+success\w* | HOSR | RACH\s+success\w* | random\s+access | setup\s+success\w* | paging(?:\s+\w+)?
    | PDU\s+sessions?"""
_SITE: Final = r"""
    EIRP | azimuths? | mechanical(?:ly)?\s+(?:down)?-?tilt\w* | temperatures? | the\s+battery\s+of
    | of\s+(?:its|their|the)\s+battery(?!\s+\w) | (?:CO2|carbon)\s+(?:of|emissions?|footprint) | fuel\s+consumption"""
_COUNTED_BLOCKS: Final = r"\d+\s*PRBs(?!\s*,)"  # shares of a cell are in percent
_UNMEASURED: Final = re.compile(
    rf"\b(?:{'|'.join((_STATISTICS, _DIRECTIONS, _TIMES, _EXPERIENCE, _RADIO, _PROCEDURES, _SITE, _COUNTED_BLOCKS))})\b",
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
    r"|(?<!-)p(?:ct|erc)?\s?-?(\d\d(?:\.\d+)?|999+))(?![^\W_])",
    re.IGNORECASE,
)
_MEMBERS: Final = (
    r"(?:packets?|messages|users?|phones?|ues?|devices|subscribers|customers|people|fans|lads|folks?|guests|visitors"
    r"|spectators|terminals)\b"
)
_OF_MEMBERS: Final = rf"(?:of\s+(?:\w+\s+){{0,2}}?)?{_MEMBERS}"
_TOTAL: Final = r"(?:100|hundred|20|twenty|10|ten)"
_SHARE: Final = re.compile(  # "99 % of all packets", "nine out of ten phones", "nine users in ten", "half the people"
    rf"""(?<![^\W_.,])(?:
    (?P<percent>{_NUMBER})\s?(?:%\s*|per\s?cent\s+|pct\s+){_OF_MEMBERS}
    | (?P<part>{_NUMBER})\s+(?:out\s+)?of\s+(?:a\s+)?(?P<total>{_TOTAL})\s+{_OF_MEMBERS}
    | (?P<counted>{_NUMBER})\s+{_MEMBERS}\s+(?:in|out\s+of)\s+(?:a\s+|every\s+)?(?P<of>{_TOTAL})\b
    | (?P<half>half)\s+(?:of\s+)?(?:all|the|our|their|those|these)\s+(?:\w+\s+)?{_MEMBERS}
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_TOTALS: Final = {"100": 100, "hundred": 100, "20": 20, "twenty": 20, "10": 10, "ten": 10}
_WORST: Final = re.compile(  # of the worst ones, those of the fifth percentile are measured
    rf"\bworst\s+(?P<number>{_NUMBER})\s?(?:%|per\s?cent|pct)\s*(?:of\s+)?(?:(?:all|the|our)\s+)?{_MEMBERS}", re.IGNORECASE
)
_DELAY_BEHIND: Final = re.compile(rf"\W*(?:\w+\W+){{0,3}}?{_DELAY}", re.IGNORECASE)
_DELAY_BEFORE: Final = re.compile(rf"\b{_DELAY}\W+(?:\w+\W+){{0,2}}$", re.IGNORECASE)
_OF_RATE: Final = re.compile(
    r"\W*(?:of\s+(?:the\s+)?|user\s+|DL\s+|downlink\s+)*(?:throughput|thrput|thp|rates?|speed)\b", re.IGNORECASE
)
_RATE_BEHIND: Final = re.compile(r"\W*(?:\w+\W+){0,3}?(?:throughput|thrput|thp|rates?|speed)\b", re.IGNORECASE)


_STEM: Final = re.compile(r"(?P<stem>[^\W\d_]{2,})(?P<tail>[\W\d_].*\d.*|\d.*)")
_NOUNS: Final = ("cell", "cells", "site", "sites", "sector", "gnb", "enb", "node", "tower", "mast")
_TELLING: Final = 3  # letters
_ALIKE: Final = 60  # percent
_CLASS: Final = re.compile(r"\b(?:5QI|QCI|SST|S-NSSAI|VoNR|VoLTE|APN|DNN)\b", re.IGNORECASE)


def unmeasured_in(text: str) -> list[tuple[int, int]]:
    """Return where a text names statistics, directions or quantities which no KPI of the network has."""
    found = [match.span() for match in _UNMEASURED.finditer(text)]
    found += [match.span() for match in _PERCENTILE.finditer(text) if not _is_measured(text, match)]
    found += [match.span() for match in _SHARE.finditer(text) if not _is_share_measured(match)]
    return sorted([*found, *(match.span() for match in _WORST.finditer(text) if _number(match["number"]) != 5)])


def _is_measured(text: str, match: re.Match[str]) -> bool:
    """Whether a KPI has this percentile: the 95th of the delay, the 5th of the throughput."""
    number = _number(next(said for said in match.groups() if said))
    before, after = text[: match.start()], text[match.end() :]
    is_delay = not _RATE_BEHIND.match(after) and (_DELAY_BEHIND.match(after) or _DELAY_BEFORE.search(before))
    is_rate = bool(_OF_RATE.match(after)) and not is_delay
    return (number == 95 and not is_rate) or (number == 5 and not is_delay)


def _is_share_measured(match: re.Match[str]) -> bool:
    """Whether a share of packets or users is that of a percentile, or so small that it is what is lost."""
    if match["half"]:
        return False
    total = match["total"] or match["of"] or "100"
    percent = _number(match["percent"] or match["part"] or match["counted"]) * 100 / _TOTALS[total.casefold()]
    return percent == 95 or not 50 <= percent < 100


def _number(said: str) -> float:
    """Return a cardinal or ordinal number up to a hundred."""
    if said[0].isdecimal():
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
    signs = "".join(re.escape(sign) for sign in names.signs if not sign.isspace())
    for match in re.finditer(rf"[\w./:{signs}-]+", text):
        word = match[0].rstrip(".:/-")
        if not _is_telling(word) or word.casefold() in ids:
            continue
        if _shape(word) in shapes or _is_of_another_stem(word, names):
            yield word


def _is_slip(stem: str, own: str) -> bool:
    """Whether the letters in front of an id shorten those of another, or misspell them."""
    return own.startswith(stem) or stem.startswith(own) or sorted(stem) == sorted(own) or is_misspelled(stem, own)


def _is_of_another_stem(word: str, names: NameTable) -> bool:
    """Whether a word has the form of an id but other letters in front: Murmel@2050 where there is Mure@2050.

    A slip of one letter and a shortened name are none.
    Where the sign or the end of the id is not telling enough, the letters must be alike.
    """
    parts = _STEM.fullmatch(word.casefold())
    own = [match for cell in names.order if (match := _STEM.fullmatch(cell.casefold()))]
    stems = {match["stem"] for match in own}
    if parts is None or parts["stem"] in (*stems, *_NOUNS):
        return False
    stem, tail = parts["stem"], parts["tail"]
    shapes, tails = {_shape(match["tail"]) for match in own}, {match["tail"] for match in own}
    if any(_is_slip(stem, one) for one in stems) or (tail not in tails and _shape(tail) not in shapes):
        return False
    is_signed = tail[0] in names.signs - set("./:_")
    is_told = tail in tails and sum(letter.isalpha() for letter in tail) >= _TELLING
    is_alike = tail in tails and any(fuzz.ratio(stem, one) >= _ALIKE for one in stems)
    return (is_signed and _shape(tail) in shapes) or is_told or is_alike


def _is_telling(word: str) -> bool:
    """Whether a word can only be a name: it has letters and digits, and more than a unit or a time has."""
    return len(word) >= 4 and any(letter.isdecimal() for letter in word) and any(letter.isalpha() for letter in word)


def _shape(word: str) -> str:
    """Return how a word is built: any digit and any single letter may be another, "PL-58N" is built like "PL-58U"."""
    return re.sub(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])", "a", re.sub(r"\d", "0", word.casefold()))


_SHORTEST_STEM: Final = 3  # letters: "D" of D21u is many things


def stems_in(text: str, names: NameTable) -> Iterator[tuple[int, int]]:
    """Yield where the letters with which the ids of several cells begin stand alone, written so: "Furt" of Furt@1270."""
    families = {name for name in names.families if len(name) >= _SHORTEST_STEM}
    written = {match[0] for cell in names.order if (match := re.match(r"[^\W\d_]+", cell)) and match[0].casefold() in families}
    for match in re.finditer(r"(?<![\w@/.~-])[^\W\d_]+(?![\w@/~-]|[.:]\w)", text):
        if match[0] in written:
            yield match.span()
