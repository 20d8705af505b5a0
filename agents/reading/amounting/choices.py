"""Words for what an attribute can be set to where that is no number: "round robin" is RR, "256 QAM" is qam256."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from agents.reading.amounting.amounts import CORRECTING, AmountError
from policies.limits.loading import load_limits

_FAIR: Final = r"(?:prop(?:ortional(?:ly)?|\.)?[\s-]*fair(?:ness)?|p\s?f)"
_LOW: Final = r"low[\s-]*(?:se\b|spectral[\s-]*efficiency)"
_QAM64: Final = r"(?:(?:64|sixty[\s-]*four)[\s-]*qam|qam[\s_-]*64)"
_LEAST: Final = r"(?:ls|least[\s-]*squares?)[\s_,-]*(?:with\s+)?"
# Of each choice the words beside its own name.
_WORDS: Final = {
    "schedulerType": {"PF": _FAIR, "WPF": rf"(?:weighted[\s-]*{_FAIR}|w[\s-]?{_FAIR})", "RR": r"(?:round[\s-]*robin|r\s?r)"},
    "mcsTable": {
        "qam64": _QAM64,
        "qam256": r"(?:(?:256|two[\s-]*(?:hundred[\s-]*(?:and[\s-]*)?)?fifty[\s-]*six)[\s-]*qam|qam[\s_-]*256)",
        "qam64LowSE": rf"(?:{_QAM64}[\s,-]*(?:with\s+|at\s+)?{_LOW}|{_LOW}(?:[\s,-]*{_QAM64})?)",
    },
    "cqiTable": {"table1": r"(?:1|one|first)", "table2": r"(?:2|two|second)", "table3": r"(?:3|three|third)"},
    "equalizer": {
        "MF": r"(?:matched[\s-]*filter(?:ing)?)",
        "ZF": r"(?:zero[\s-]*forc(?:ing|er))",
        "LMMSE": r"(?:(?:linear[\s-]*|l)?mmse)",
        "KBEST": r"(?:k[\s-]*best)",
    },
    "channelEstimator": {
        "LS_NEAREST": rf"(?:{_LEAST}nearest(?:[\s-]*neighbou?r)?)",
        "LS_LINEAR": rf"(?:{_LEAST}linear(?:ly)?)",
        "LMMSE": r"(?:(?:linear[\s-]*|l)?mmse)",
        "NEURAL": r"(?:neural(?:[\s-]*net(?:work)?)?)",
    },
}
_LEFT: Final = re.compile(r"[^\W\d_]+|\d+")
_MEANINGLESS: Final = frozenset(
    (
        *("to", "as", "a", "an", "the", "into", "in", "on", "onto", "at", "be", "is", "run", "runs", "use", "uses", "using"),
        *(
            "with",
            "by",
            "mode",
            "type",
            "scheduling",
            "scheduler",
            "table",
            "mcs",
            "cqi",
            "equalizer",
            "equaliser",
            "equalising",
            "estimator",
        ),
        *("estimation", "interpolation", "receiver", "prefix", "cyclic", "set", "switch", "make", "please", "now", "and", "over"),
        *("becomes", "become", "shall", "should", "must", "via", "algorithm", "discipline", "one", "of", "from", "but", "then"),
    )
)
_FIRST: Final = 0xE000  # in the words, each choice is written as one character for private use
_SIGN: Final = "[\ue000-\ue0ff]"
# A choice that is not to be, or no longer.
_OUT: Final = re.compile(
    rf"\b(?:not|never|instead\s+of|rather\s+than|in\s+place\s+of|no\s+longer|without|was|were|old|presently|currently)\s+(?:the\s+|a\s+)?{_SIGN}"
    rf"|\b(?:from|away\s+from|now)\s+(?:the\s+)?{_SIGN}(?=.*{_SIGN})|{_SIGN}(?=\s*(?:->|→|=>|>)\s*{_SIGN})",
    re.IGNORECASE,
)


@cache
def choices_of(attribute: str) -> tuple[str, ...]:
    """Return the choices of an attribute in the limits catalogue, none of one that is a number."""
    limits = [limit for limit in load_limits() if limit.attribute == attribute and limit.kind == "enum"]
    return tuple(dict.fromkeys(str(value) for limit in limits for value in limit.values))


def choice_in(words: str, attribute: str) -> str:
    """Return the choice of an attribute that words name; raises AmountError if they name none, several, or more than it."""
    choices = choices_of(attribute)
    plain = words
    for choice in sorted(choices, key=lambda one: -len(_pattern(attribute, one).pattern)):  # "weighted PF" before "PF"
        plain = _pattern(attribute, choice).sub(chr(_FIRST + choices.index(choice)), plain)
    plain = _OUT.sub(" ", plain)
    found = [choices[ord(sign) - _FIRST] for sign in re.findall(_SIGN, plain)]
    is_corrected = bool(CORRECTING.search(plain))
    left = [word for word in _LEFT.findall(CORRECTING.sub(" ", plain)) if word.casefold() not in _MEANINGLESS]
    if left or not found or (len(set(found)) > 1 and not is_corrected):
        raise AmountError(f"{words!r} is not one of the choices of {attribute}: {', '.join(choices)}")
    return found[-1]


@cache
def _pattern(attribute: str, choice: str) -> re.Pattern[str]:
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", choice)
    own = r"[\s_-]*".join(map(re.escape, parts))
    other = _WORDS.get(attribute, {}).get(choice)
    return re.compile(rf"(?<![^\W_])(?:{other}|{own})(?![^\W_])" if other else rf"(?<![^\W_])(?:{own})(?![^\W_])", re.IGNORECASE)
