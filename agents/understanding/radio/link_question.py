"""Questions about a single radio link: "BLER of 64QAM r=2/3 at 10 dB SNR", "switch to DeepRx or raise power?".

They name a transport format and a level in dB, are answered by the link twin, and change nothing. The terms are those of
`twinpilot link` (`tools.receivers.link_text`), found anywhere in the text.
"""

from __future__ import annotations

import re
from typing import Final

from agents.understanding.result import LinkQuestion, Question, ReadingError
from tools.receivers.level_terms import LEVEL_TERMS
from tools.receivers.link_term import Fields, Term
from tools.receivers.link_text import TERMS, LinkTextError, link_of
from twins.link.configuration import ChannelConfiguration, LinkConfiguration

_FORMAT: Final = re.compile(r"\b(?:QPSK|16-?QAM|64-?QAM|256-?QAM|MCS\s*\d+)\b", re.IGNORECASE)
_SUBJECT: Final = re.compile(r"\b(?:BLER|block error|error floor|receiver|estimator|DeepRx|LMMSE|throughput of)\b", re.IGNORECASE)
_LEVEL: Final = re.compile(r"\d\s*dB\b", re.IGNORECASE)
_OBSERVED: Final = re.compile(
    r"\bBLER\s*(?:is|was|of|=|:|stays at|at)?\s*(\d+(?:\.\d+)?)\s*(%|percent\b)?(?![\w.]|\s*dB|\s*,\s*\d+(?:\.\d+)?\s*dB)",
    re.IGNORECASE,
)
_RECEIVER: Final = re.compile(r"\b(?:for|with|using|of|by)\s+(?:the\s+)?(LS|LMMSE|DeepRx)\b", re.IGNORECASE)
_RECEIVERS: Final = {"ls": "ls+lmmse", "lmmse": "lmmse+lmmse", "deeprx": "deeprx"}
# A level may follow another term's number ("MCS 5, 12 dB"), so levels are looked for last, several at once before single ones.
_IN_TEXT: Final = tuple(sorted((*LEVEL_TERMS, *TERMS), key=lambda known: known.example.endswith("dB") or "dB " in known.example))
_CONDITIONS: Final = ("profile", "delay_spread_ns", "speed_mps", "carrier_ghz", "prbs", "rx_antennas", "dmrs_symbols")
_NO_RECEIVER: Final = "no receiver was named: LS estimation and LMMSE detection"
_REMEDY: Final = re.compile(
    r"\b(?:power|switch|receiver|estimator|deeprx|more pilots|denser pilots|help|instead|error floor)\b", re.IGNORECASE
)


def read_link_question(text: str) -> LinkQuestion | None:
    """Return the question about a link that names a transport format and a level; None for other texts.

    Raises ReadingError for terms that contradict each other or a link that cannot be transmitted.
    """
    if not (_FORMAT.search(text) and _LEVEL.search(text) and _SUBJECT.search(text)):
        return None
    try:
        fields = _terms(text)
        defaults = [_default(name) for name in _CONDITIONS if name not in fields]
        link = link_of(fields, text)
    except LinkTextError as error:
        raise ReadingError(Question(question=f"{error}. Which link do you mean?", kind="ambiguous")) from error
    receiver = _RECEIVER.search(text)
    observed = _OBSERVED.search(text)
    return LinkQuestion(
        configuration=link.configuration,
        channel=link.channel,
        levels_db=link.levels_db,
        receiver=_RECEIVERS[receiver[1].lower()] if receiver else "ls+lmmse",
        observed_bler=None if observed is None else _share(observed),
        asks_remedy=bool(_REMEDY.search(text)),
        assumptions=(*link.notes, *defaults, *([] if receiver else [_NO_RECEIVER])),
    )


def _default(name: str) -> str:
    """Return the assumption that a condition that the text does not state has the link twin's default."""
    model = LinkConfiguration if name in LinkConfiguration.model_fields else ChannelConfiguration
    return f"{name.replace('_', ' ')} {model.model_fields[name].default}"


def _share(match: re.Match[str]) -> float:
    value = float(match[1])
    share = value / 100.0 if match[2] else value
    if not 0.0 <= share <= 1.0:
        raise ReadingError(Question(question=f"{match[0].strip()!r} is no block error rate: 0 to 1, or 0 to 100 %?", kind="unit"))
    return share


def _terms(text: str) -> Fields:
    """Return the fields of the terms anywhere in the text; raises LinkTextError if two terms set the same one."""
    fields: Fields = {}
    rest = _OBSERVED.sub(lambda match: " " * len(match[0]), text)
    for known in _IN_TEXT:
        for match in _matches(known, rest):
            found = known.fields(match)
            repeated = [name for name in found if name in fields and fields[name] != found[name]]
            if repeated:
                raise LinkTextError(f"{match[0]!r} is the second value of {repeated[0]}: keep one")
            fields |= found
            rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
    return fields


def _matches(known: Term, text: str) -> list[re.Match[str]]:
    """Return the matches that begin where a word begins."""
    return [
        match for match in known.pattern.finditer(text) if not (text[: match.start()][-1:].isalnum() and match[0][:1].isalnum())
    ]
