"""Shares: "95 % of eMBB users", "99 % of the time", "95 % of packets", rewritten into phrases that the grammar knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.understanding.result import Question, ReadingError

_SHARE = r"(\d+(?:\.\d+)?)\s*(?:%|percent|per cent)\s+of\s+(?:the\s+|all\s+|our\s+)?"
_USERS = re.compile(_SHARE + r"((?:\w+\s+)?)(users?|ues?|subscribers?|customers?|devices)\b", re.IGNORECASE)
_PACKETS = re.compile(r"(?:in|for)?\s*" + _SHARE + r"(packets?|pdus?|sdus?|cases)\b", re.IGNORECASE)
_TIME = re.compile(_SHARE + r"(time|windows?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Shares:
    """The text without the shares, the tolerance that they leave (0..1) and the assumptions made."""

    text: str
    tolerance: float = 0.0
    assumptions: tuple[str, ...] = ()


def rewrite_shares(text: str) -> Shares:
    """Rewrite shares; raises ReadingError for a share of users or packets that no KPI measures."""
    notes: list[str] = []
    tolerance = 0.0
    timed = _TIME.search(text)
    if timed and 0 < float(timed[1]) <= 100:
        tolerance = round(1 - float(timed[1]) / 100, 9)
        text = text[: timed.start()] + text[timed.end() :]
        notes.append(f"{timed.group()}: {tolerance:.4g} of the cells × windows may miss the bound")
    users = _USERS.search(text)
    if users:
        _only_95(users, "users", "every user")
        text = text[: users.start()] + f"every {users[2]}user" + text[users.end() :]
    packets = _PACKETS.search(text)
    if packets:
        _only_95(packets, "packets", "95th percentile")
        text = text[: packets.start()] + " 95th percentile " + text[packets.end() :]
    return Shares(text, tolerance, tuple(notes))


def _only_95(match: re.Match[str], what: str, instead: str) -> None:
    if float(match[1]) not in (95.0, 100.0):
        phrase = match.group().strip()
        question = f"{phrase!r}: the network measures only the mean and the value for 95 % of {what}. Should 95 % be used?"
        raise ReadingError(Question(question=question, choices=(instead,), kind="unknown name", replaces=phrase))
