"""Slices and KPIs that a text takes back: "urllc hmm no embb" is about eMBB, "loss, no wait, delay" about the delay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from agents.readers.spanned_text import SpannedText

Span = tuple[int, int]

_BACK: Final = re.compile(
    r"""[\s,.;:(—–-]*\b(?:(?:u+h+m*|e+r+m*|h+m+|oh|ah|ach|argh?|sorry|pardon|oops|wait|no|nope|nah|scratch\s+that|strike\s+that|correction
    |or\s+rather|I\s+mean(?:t)?|make\s+(?:that|it)|actually)\b[\s,.;:!…—–-]*)+
    (?:(?:the|for|of|on|not\s+\w+)\b[\s,]*)*""",
    re.IGNORECASE | re.VERBOSE,
)
# Sounds alone take nothing back: "delay, uh, URLLC".
_DENYING: Final = re.compile(
    r"\b(?:no|nope|nah|sorry|wait|scratch|strike|correction|rather|mean|meant|make|oops|actually)\b", re.IGNORECASE
)
_SLICES: Final[Mapping[str, str]] = {
    "eMBB": r"e-?mbb|broadband|video|streaming|mobile\s+broadband",
    "URLLC": r"u-?rllc|u\s+r\s+l\s+l\s+c|low[\s-]latency|critical",
    "mMTC": r"m-?mtc|m\s+m\s+t\s+c|iot|sensors?|meters?|machines?",
}
_KPIS: Final[Mapping[str, str]] = {
    "DRB.PacketLossRateDl": r"(?:packet\s+)?loss(?:es)?",
    "DRB.PdcpSduDelayDl": r"(?:mean\s+|average\s+)?(?:delay|latency|lag)",
    "DRB.UEThpDl": r"(?:mean\s+|average\s+)?(?:throughput|thp|speed|rate)",
    "RRC.ConnEstabFailRate": r"blocking|blk|refusals|rejections",
    "RRU.PrbTotDl": r"load|prb(?:\s+usage)?|utili[sz]ation",
    "MM.RlfRate": r"(?:radio\s+)?link\s+failures?|rlf|drops|dropped\s+calls",
    "MM.HoPingPongRate": r"ping[\s-]?pongs?",
    "CARR.AverageBlerDl": r"bler|block\s+errors?",
    "PEE.Energy": r"energy",
    "RRC.ConnMean": r"connected\s+users|users",
}


def taken_back_names(spanned: SpannedText) -> Iterator[tuple[Span, str]]:
    """Yield where a slice or a KPI is said and another put in its place, though the reading has the first one, and that one."""
    slices = {str(one.item.slice) for one in spanned.items if one.item.slice}
    names = {one.item.name for one in spanned.items}
    for words, own in ((_SLICES, slices), (_KPIS, names)):
        pattern = re.compile("|".join(rf"(?P<w{at}>\b(?:{some})\b)" for at, some in enumerate(words.values())), re.IGNORECASE)
        yield from _taken_back(spanned.text, pattern, list(words), own)


def _taken_back(text: str, pattern: re.Pattern[str], names: list[str], own: set[str]) -> Iterator[tuple[Span, str]]:
    said = [(match.span(), names[int(str(match.lastgroup)[1:])]) for match in pattern.finditer(text)]
    for (start, end), name in said:
        back = _BACK.match(text, end)
        if back is None or not _DENYING.search(back[0]) or not _has(own, name):
            continue
        if any(other == name and (last <= start or first >= back.end()) for (first, last), other in said):
            continue  # it is said elsewhere, too
        if any(first == back.end() and other != name for (first, _), other in said):
            yield (start, back.end()), name


def _has(own: set[str], name: str) -> bool:
    return any(one == name or one.startswith(f"{name}.") for one in own)
