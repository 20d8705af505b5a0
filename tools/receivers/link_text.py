"""A link in words: `16QAM, 24 PRB, TDL-C 300 ns, 30 m/s, 12 dB` to its configuration and channel.

1. Terms stand in any order, with or without commas; each says one thing, with its unit. `TERMS` lists them.
2. What is not said keeps the default of `LinkConfiguration` and `ChannelConfiguration`; the SNR must be said.
3. A modulation without an MCS takes the middle MCS of that modulation, and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from policies.text.units import factor
from policies.text.validation import validation_text
from twins.link.configuration import ChannelConfiguration, LinkConfiguration

Fields = dict[str, Any]

_NUMBER = r"([+-]?\d+(?:\.\d+)?)"
_ORDERS = {"QPSK": 2, "16QAM": 4, "64QAM": 6, "256QAM": 8}


class LinkTextError(ValueError):
    """A link description that cannot be read; the message names the words and what would be understood."""


@dataclass(frozen=True)
class LinkText:
    """What a description says: the link, its channel, and `notes` on what was chosen for it."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """One kind of term: an `example`, the pattern, and the fields that a match says."""

    example: str
    pattern: re.Pattern[str]
    fields: Callable[[re.Match[str]], Fields]


def _term(example: str, pattern: str, fields: Callable[[re.Match[str]], Fields]) -> Term:
    return Term(example, re.compile(pattern + r"(?![\w/])", re.IGNORECASE), fields)


def _whole(name: str) -> Callable[[re.Match[str]], Fields]:
    return lambda found: {name: int(found[1])}


def _real(name: str, scale: float = 1.0) -> Callable[[re.Match[str]], Fields]:
    return lambda found: {name: float(found[1]) * scale}


def _spread(found: re.Match[str]) -> Fields:
    return {"delay_spread_ns": float(found[1]) * factor(found[2].lower(), "ns")}


TERMS = (
    _term("16QAM", r"(QPSK|16-?QAM|64-?QAM|256-?QAM)", lambda found: {"modulation": found[1].upper().replace("-", "")}),
    _term("MCS 13", r"MCS\s*(\d+)", _whole("mcs_index")),
    _term("table 1", r"(?:MCS\s*|of\s+)?table\s*(\d+)", _whole("mcs_table")),
    _term("24 PRB", r"(\d+)\s*(?:PRBs?|RBs?)", _whole("prbs")),
    _term("TDL-C", r"((?:TDL|CDL)-?[A-Z]|AWGN)", lambda found: {"profile": _profile(found[1])}),
    _term("300 ns", _NUMBER + r"\s*(ns|us|µs|μs)", _spread),
    _term("30 m/s", _NUMBER + r"\s*m/s", _real("speed_mps")),
    _term("108 km/h", _NUMBER + r"\s*km/?h", _real("speed_mps", factor("km/h", "m/s"))),
    _term("12 dB", r"(?:SNR\s*)?" + _NUMBER + r"\s*dB", _real("snr_db")),
    _term("23 dBm", _NUMBER + r"\s*dBm", _real("transmit_power_dbm")),
    _term("2x4", r"(\d+)\s*[x×]\s*(\d+)", lambda found: {"tx_antennas": int(found[1]), "rx_antennas": int(found[2])}),
    _term("2 layers", r"(\d+)\s*layers?", _whole("layers")),
    _term("1 DMRS", r"(\d+)\s*DM-?RS(?:\s+symbols?)?", _whole("dmrs_symbols")),
    _term("30 kHz", r"(\d+)\s*kHz", _whole("subcarrier_khz")),
    _term("3.5 GHz", _NUMBER + r"\s*GHz", _real("carrier_ghz")),
    _term("HARQ 2", r"HARQ\s*(\d+)", _whole("harq_retransmissions")),
    _term("LDPC 8", r"LDPC\s*(\d+)(?:\s+iterations?)?", _whole("ldpc_iterations")),
    _term("offset-minsum", r"(offset-minsum|minsum|boxplus-phi|boxplus)", lambda found: {"ldpc_algorithm": found[1].lower()}),
)
"""Every term that is understood; speed, profile and spread say where, the rest says what is sent."""


def read_link(text: str) -> LinkText:
    """Read a link description; raises LinkTextError for words that say nothing, twice the same, or what cannot be transmitted."""
    said = _read_terms(text)
    if "snr_db" not in said:
        raise LinkTextError(f"link={text!r} says no SNR: add one, such as 12 dB")
    notes = _choose_mcs(said)
    try:
        of_channel = {name: said.pop(name) for name in list(said) if name in ChannelConfiguration.model_fields}
        return LinkText(LinkConfiguration(**said), ChannelConfiguration(**of_channel), notes)
    except ValidationError as error:
        raise LinkTextError(validation_text(error, "link")) from None


def _read_terms(text: str) -> Fields:
    said: Fields = {}
    words: dict[str, str] = {}
    rest = text.strip(" ,;\n\t")
    while rest:
        term, found = _match(rest)
        for name, value in term.fields(found).items():
            if name in said:
                raise LinkTextError(f"{words[name]!r} and {found[0]!r} both say {name}: leave one out")
            said[name], words[name] = value, found[0]
        rest = rest[found.end() :].lstrip(" ,;\n\t")
    return said


def _match(rest: str) -> tuple[Term, re.Match[str]]:
    for term in TERMS:
        found = term.pattern.match(rest)
        if found is not None:
            return term, found
    unknown = re.split(r"[,;]", rest)[0].strip()
    raise LinkTextError(f"{unknown!r} is not understood: terms are {', '.join(term.example for term in TERMS)}")


def _profile(name: str) -> str:
    upper = name.upper()
    return upper if upper == "AWGN" or "-" in upper else f"{upper[:3]}-{upper[3:]}"


def _choose_mcs(said: Fields) -> tuple[str, ...]:
    """Make an MCS of the modulation; returns notes on what was chosen."""
    modulation = said.pop("modulation", None)
    if modulation is None:
        return ()
    table = said.setdefault("mcs_table", 2 if modulation == "256QAM" else 1)
    indices = _indices(modulation, table)
    if not indices:
        raise LinkTextError(f"{modulation} has no MCS in table {table}: TS 38.214 table 5.1.3.1-1 ends with 64QAM, say table 2")
    if "mcs_index" in said:
        if said["mcs_index"] not in indices:
            raise LinkTextError(
                f"MCS {said['mcs_index']} of table {table} is not {modulation}: that has {indices[0]}..{indices[-1]} (TS 38.214"
                f" table 5.1.3.1-{table}); leave one out"
            )
        return ()
    said["mcs_index"] = indices[(len(indices) - 1) // 2]
    return (f"MCS {said['mcs_index']} of table {table}: the middle one of {modulation}, {indices[0]}..{indices[-1]}",)


def _indices(modulation: str, table: int) -> list[int]:
    from twins.radio.abstraction import load_link_table

    if table not in (1, 2):
        raise LinkTextError(f"table {table} is none of 1, 2 (TS 38.214 tables 5.1.3.1-1 and 5.1.3.1-2)")
    orders = load_link_table(table).modulation_order
    return [index for index in range(28) if int(orders[index]) == _ORDERS[modulation]]
