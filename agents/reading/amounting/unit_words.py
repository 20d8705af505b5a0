"""Units as people write them behind numbers: "megabits per second", "d b m", "degree and a half", "milisecond"."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agents.reading.amounting.foreign_numbers import FOREIGN_NUMBER, digits_of
from agents.reading.amounting.numbers import PARTS
from agents.reading.spoken import ONES, TENS, is_misspelled
from policies.text.number_words import DIGITS
from policies.text.units import is_unit

_UNIT_WORDS: Final = (
    "percent",
    "degree",
    "degrees",
    "decibel",
    "decibels",
    "watts",
    "milliseconds",
    "seconds",
    "mbit",
    "megabit",
)
_RIGHT_WORDS: Final = (
    *_UNIT_WORDS,
    *PARTS,
    "double",
    "doubled",
    "triple",
    "halve",
    "halved",
    *(word for word in (*ONES, *TENS, "hundred", "thousand", "point") if len(word) > 3),
)
# Words near to one of them, and right themselves.
_OTHER_WORDS: Final = frozenset(
    (
        *(
            "have",
            "valve",
            "there",
            "these",
            "second",
            "fine",
            "find",
            "points",
            "tents",
            "print",
            "thirst",
            "watt",
            "waits",
            "seventh",
            "eighth",
        ),
        *("tense", "third", "ninth", "fort", "form", "from", "seen", "even", "every", "forth"),
    )
)
_DEGREES: Final = r"(?<=\d)\s*(?:grade?n?|gradi|grados|graus|degr[eé]s|grader)\b"
_BITS: Final = r"(kilo|mega|giga|[kmg])(?:\s?bits?|\s?b)"
_POINT: Final = r"(?:decimal|comma|dot|komma|coma|virgule|virgola|vírgula)"
_DIGIT_WORD: Final = rf"(?:oh|{'|'.join(DIGITS)})\b"
_Simpler = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _simpler(pattern: str, by: str | Callable[[re.Match[str]], str]) -> _Simpler:
    return re.compile(pattern, re.IGNORECASE), by


_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_POWER: Final = r"10\s*(?:(?:\^|\*\*)\s*\(?([-+−–]?\d+)\)?|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"


def _power(match: re.Match[str]) -> str:
    """Return "5 × 10^-4" as "5e-4"."""
    exponent = (match[2] or match[3].translate(_SUPERSCRIPTS)).replace("−", "-").replace("–", "-")
    return f"{match[1] or '1'}e{exponent}"


# Behind one of these "a second" is a rate; alone it is a duration: "a second at most".
_OF_RATE: Final = r"(?P<rate>\b\w*(?:bits?|bytes?|megs?|megas?|gigs?|kilos?|packets?|[kmg]b))(?<!half)"
_DECIMALS: Final = {"half": "5", "quarter": "25"}
_PART: Final = r"(?:a|one)\s+(half|quarter)\b"
_NAMED_PART: Final = "half|thirds?|quarters?|fifths?|eighths?|tenths?|hundredths?|thousandths?"
_MEASURED: Final = r"(?:%|per\s?cent|pct|d\s?b\b|decibel|degree|second|milli|mega|kilo|giga|watt|[mk]bit)"
_FRACTIONS: Final = {"½": "5", "¼": "25", "¾": "75"}
_SIMPLER: Final = (
    _simpler(r"(?<=\d)\s?([½¼¾])", lambda match: f".{_FRACTIONS[match[1]]}"),
    _simpler(r"[½¼¾]", lambda match: {"½": " half ", "¼": " a quarter ", "¾": " three quarters "}[match[0]]),
    _simpler(rf"(?:(?<![\w.,])(\d+(?:[.,]\d+)?)\s*[×x*·⋅]\s*|(?<![\w.,])){_POWER}", _power),
    _simpler(r"(\d)\s*[×x*·⋅]\s*10\s*[-−–](\d{1,2})\b", r"\1e-\2"),  # the exponent was raised
    _simpler(r"\b(?:prcnt|pcnt|perc|prct|percnt)\b|\bp\.\s?c\.", "percent"),
    _simpler(r"\bhaf\b", "half"),
    _simpler(FOREIGN_NUMBER, digits_of),
    _simpler(r"\b(?:prozent|prosent|por\s?cien(?:to)?|por\s?cento|pour\s?cent|per\s?cento)\b", "percent"),
    _simpler(_DEGREES, " degrees"),
    # One unit, written or heard as two words: "milli seconds", "mega bits", "decibel milliwatts", "em bee pee ess".
    _simpler(r"\b(?:dee\s?bees?(?!\s+(?:em|m)\b)|desibels?|decibell?s)\b", "dB"),
    _simpler(r"\b(?:per|pro)[\s-]?mil(?:le|l)?s?\b|\bper\s+thousand\b", "per mille"),
    _simpler(r"\bmil[iy][\s-]*(?=(?:seconds?|secs?)\b)", "milli"),
    _simpler(r"\bk\s+(?=watts?\b)", "kilo"),
    _simpler(r"\b(?:decibels?|d\s?b)[\s-]*(?:relative\s+to\s+(?:one|a|1)\s+)?(?:milli[\s-]*watts?|mw)\b", "dBm"),
    _simpler(r"\b(milli|micro|kilo|mega|giga)[\s-]+(?=(?:seconds?|secs?|watts?|bits?|joules?|hertz)\b)", r"\1"),
    _simpler(r"\b(m|em)\s+(?:b|bee)\s+(?:p|pee)\s+(?:s|ess)\b", "Mbps"),
    _simpler(r"\bem\s+ess?\b", "ms"),
    _simpler(r"\bd\s?b\s+m\b", "dBm"),
    _simpler(r"\bmegas\b", "Mbit"),  # in Spanish and Portuguese of bits only; "megs" can be bytes
    _simpler(r"\b([kmg])b(?:it|ti|ts|t|its|tis|ist)\s*/\s*s(?:ec)?\b", r"\1bit/s"),
    _simpler(rf"\b({_NAMED_PART})\s+of\s+(?:a|an|one|1)\s+(?:single\s+)?(?={_MEASURED})", r"\1 of a "),
    _simpler(r"\bmill?i(?:[\s-]?secs?|se(?:kunden?|condi|gundos|condes|conden))\b", "ms"),
    _simpler(r"\b(?:megs?|(?-i:M))\b(?=.*\b(?:mbit|mbps|megabit))", "Mbit"),  # "4 megs, that is Mbit/s"
    _simpler(r"\b(?:physical[\s-]+)?resource[\s-]+blocks?\b", "PRB"),
    _simpler(r"\b(?:dee|d)\s+(?:bee|b)\s+(?:em|m)\b", "dBm"),
    _simpler(r"\bwats?\b", "watt"),
    _simpler(r"\bform\b(?=.*\bto)", "from"),
    _simpler(r"\btoo\b(?=\s*[<>≤≥]?\s*\d)", "to"),
    _simpler(rf"(?<=[a-z])\s+{_POINT}\s+(?={_DIGIT_WORD})", " point "),
    _simpler(rf"(?<=\d)\s+(?:point|{_POINT})\s+(?=\d)", "."),
    _simpler(
        rf"\b(?:a|an|one|1|another)\s+(?:further\s+|more\s+)?(\w+)\s+and\s+{_PART}",
        lambda match: f"1.{_DECIMALS[match[2].lower()]} {match[1]}",
    ),
    _simpler(
        rf"\b([\w.,]+)\s+(degrees?|decibels?|dbs?|seconds?|percent)\s+and\s+{_PART}",
        lambda match: f"{match[1]} and a {match[3]} {match[2]}"
    ),
    _simpler(r"\b(?:more|less|further|additional|extra)\s+(degrees?|d\s?b|decibels?|points?)\b", r"\1"),
    _simpler(r"(?<=\d)\s*[(x×*]\s*0[.,]1\s*(?:degrees?|deg|°)\s*\)?", " tenths of a degree"),
    _simpler(
        rf"(?<![^\W\d_]){_BITS}\s*(?:/|per)\s*j(?:oule)?\b",
        lambda match: {"k": "kbit/J", "m": "Mbit/J"}.get(match[1][0].lower(), ""),
    ),
    _simpler(r"\bbits?\s+per\s+joule\b", "bit/J"),
    _simpler(
        r"(\d+(?:[.,]\d+)?)\s?k(?=\s+(?:users?|ues?|devices|subscribers|connections|handovers)\b)",
        lambda match: f"{float(match[1].replace(',', '.')) * 1000:g}",
    ),
    _simpler(r"\b(kilo)?watt[\s-]hours?\b", lambda match: "kWh" if match[1] else "Wh"),
    _simpler(rf"\bper\s+sec(?:ond)?\b|{_OF_RATE}\s+a\s+sec(?:ond)?\b|\b(?:per|p\s?/)\s*s\b", r"\g<rate>/s"),
    _simpler(r"\bbits?\s*/\s*j(?:oules?)?\b|\bbits?\s+per\s+j\b", "bit/J"),
    (re.compile(r"\b([kKmMgG])b\s*/\s*s\b"), lambda match: f"{match[1]}bit/s"),
    _simpler(r"\b(kilo|mega|giga|[kmg])\s?bits?\s*/\s*s(?:ec|econd)?\b", lambda match: f"{match[1][0]}bit/s"),
    _simpler(r"\b(kilo|mega|giga)bits?\b", lambda match: f"{match[1][0]}bit"),
)  # fmt: skip


def simplified(words: str) -> str:
    """Return the words with misspelled numbers and units corrected, and units as symbols."""
    words = re.sub(r"[^\W\d_]{4,}", lambda match: _corrected(match.group()), words)
    for pattern, simpler in _SIMPLER:
        words = pattern.sub(simpler, words)
    return words


def with_article_as_one(words: str) -> str:
    """Return words without a number with "a" as one, where it can count a unit: "under a percent", "by a further dB"."""
    return re.sub(
        r"\b(?:a|an|another)\s+(?:(?:further|single|whole|full|mere|additional|extra)\s+)?(?!bit\b)(?=[^\W\d_])",
        "1 ",
        words,
        flags=re.IGNORECASE,
    )


def _corrected(word: str) -> str:
    key = word.casefold()
    if key in _RIGHT_WORDS or key in _OTHER_WORDS or is_unit(word):
        return word
    return next(
        (right for right in _RIGHT_WORDS if (key[0] == right[0] or sorted(key) == sorted(right)) and is_misspelled(key, right)),
        word,
    )


_PERCENT: Final = frozenset(("%", "percent", "pct", "percents", "procent", "point", "points", "prct"))
# What can stand between a number and its unit: "8 or more Mbit/s", "ten or under, in milliseconds", "9 all ms".
_BETWEEN: Final = (
    r"(?:(?:or|and)\s+(?:more|less|fewer|better|higher|lower|above|over|below|under|up|faster)\s*,?\s+)?"
    r"(?:(?:all|both|each)\s+(?:(?:of\s+)?(?:that|them|these|those)\s+(?=in\b)|in\s+)?)?"
    r"(?:(?:at\s+(?:most|least)|max(?:imum)?|min(?:imum)?|tops)\s*,?\s+(?=in\b))?"
)
_UNIT: Final = re.compile(
    rf"[\s;|…,+(\[-]*{_BETWEEN}((?:per\s+cent|per\s+mille|per\s+mil|[^\W\d_]+(?!\w)|[%‰°µμ])(?:\s*/\s*[^\W\d_]+)?(?:\s+[^\W\d_]+(?!\w)){{0,3}})",
    re.IGNORECASE,
)
_SPACED: Final = {"d b": "dB", "d b m": "dBm", "m s": "ms", "m bit": "Mbit"}
_OWN: Final = (
    "deg",
    "degree",
    "degrees",
    "°",
    "‰",
    "permille",
    "ppm",
    "gbit",
    "kbit",
    "mbit",
    "megajoule",
    "megajoules",
    "MJ",
    "prb",
    "prbs",
    "rb",
    "rbs",
    *("mhz", "khz", "ghz", "megahertz", "kilohertz", "gigahertz", "slot", "slots", "symbol", "symbols", "km/h", "kmh", "kph"),
)  # units of this module


def unit_of(after: str) -> str:
    """Return the spelling of the unit behind a number, empty if there is none."""
    match = _UNIT.match(after)
    if match is None:
        return ""
    words = match[1].replace(" / ", "/").split()
    folded = match[1].casefold()
    if words[0].casefold() in _PERCENT or folded.startswith(("per cent", "per mil")):
        return "‰" if folded.startswith("per mil") else "%"
    if words[0].casefold() in ("a", "of", "an", "in"):
        return unit_of(after[after.casefold().index(words[0].casefold()) + len(words[0]) :])
    for size in range(len(words), 0, -1):
        spelling = " ".join(words[:size])
        if is_unit(spelling) or spelling.casefold() in _SPACED:
            return _SPACED.get(spelling.casefold(), spelling)
    own = words[0] if words[0] == "MJ" else words[0].casefold()
    return own if own in _OWN else ""
