"""Parse a link description such as `16QAM, 24 PRB, TDL-C 300 ns, 30 m/s, 12 dB` to its configuration and channel.

1. Terms can be in any order, with or without commas; each sets one thing, with its unit. `TERMS` lists them.
2. Everything else keeps the defaults of `LinkConfiguration` and `ChannelConfiguration`; an SNR or an Eb/N0 is required.
3. A modulation without an MCS selects the MCS nearest to the code rate, or the middle one, and a note reports it.
4. Eb/N0 is converted to the SNR of the twin, and a note reports the conversion (`level_terms`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import ValidationError

from policies.text.units import factor
from policies.text.validation import validation_text
from tools.receivers.conditions import bits_per_symbol, code_rate
from tools.receivers.level_terms import LEVEL_TERMS, energy_notes, take_grid
from tools.receivers.link_term import NUMBER, Fields, Term, real, term, whole
from twins.link.configuration import SUBCARRIERS_PER_PRB, ChannelConfiguration, LinkConfiguration
from twins.link.device import BITS_PER_SYMBOL
from twins.link.energy_per_bit import Grid


class LinkTextError(ValueError):
    """A link description that cannot be parsed; the message names the text and the accepted terms."""


@dataclass(frozen=True)
class LinkText:
    """A parsed description: link configuration, channel, `notes` on selected defaults, and the SNRs in dB if there are several.

    With several `levels_db` the channel is at the lowest one.
    """

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    notes: tuple[str, ...]
    levels_db: tuple[float, ...] = ()


def _spread(match: re.Match[str]) -> Fields:
    return {"delay_spread_ns": float(match[1]) * factor(match[2].lower(), "ns")}


TERMS = (
    term("16QAM", r"(QPSK|16-?QAM|64-?QAM|256-?QAM)", lambda match: {"modulation": match[1].upper().replace("-", "")}),
    term("MCS 13", r"MCS\s*(\d+)", whole("mcs_index")),
    term("table 1", r"(?:MCS\s*|of\s+)?table\s*(\d+)", whole("mcs_table")),
    term("24 PRB", r"(\d+)\s*(?:PRBs?|RBs?)", whole("prbs")),
    term("TDL-C", r"((?:TDL|CDL)-?[A-Z]|AWGN)", lambda match: {"profile": _profile(match[1])}),
    term(
        "300 ns",
        rf"(?:(?:rms\s+)?delay\s+spread\s*(?:of\s+|is\s+|=\s*)?)?{NUMBER}\s*(ns|us|µs|μs)(?:\s+(?:rms\s+)?delay\s+spread)?",
        _spread,
    ),
    term("30 m/s", NUMBER + r"\s*m/s", real("speed_mps")),
    term("108 km/h", NUMBER + r"\s*km/?h", real("speed_mps", factor("km/h", "m/s"))),
    term("12 dB", r"(?:SNR\s*)?" + NUMBER + r"\s*dB", real("snr_db")),
    term("23 dBm", NUMBER + r"\s*dBm", real("transmit_power_dbm")),
    term("2x4", r"(\d+)\s*[x×]\s*(\d+)", lambda match: {"tx_antennas": int(match[1]), "rx_antennas": int(match[2])}),
    term("2 layers", r"(\d+)\s*layers?", whole("layers")),
    term("1 DMRS", r"(\d+)\s*DM-?RS(?:\s+symbols?)?", whole("dmrs_symbols")),
    term("30 kHz", r"(\d+)\s*kHz", whole("subcarrier_khz")),
    term("3.5 GHz", NUMBER + r"\s*GHz", real("carrier_ghz")),
    term("HARQ 2", r"HARQ\s*(\d+)", whole("harq_retransmissions")),
    term("LDPC 8", r"LDPC\s*(\d+)(?:\s+iterations?)?", whole("ldpc_iterations")),
    term("offset-minsum", r"(offset-minsum|minsum|boxplus-phi|boxplus)", lambda match: {"ldpc_algorithm": match[1].lower()}),
)
"""The terms of link and channel; `LEVEL_TERMS` are accepted as well."""


def read_link(text: str) -> LinkText:
    """Parse a link description; raises LinkTextError for unknown or repeated terms and for links that cannot be transmitted."""
    return link_of(read_terms(text), text)


def link_of(fields: Fields, text: str) -> LinkText:
    """Return the link of the terms' `fields` of `text`, with notes on what was selected and converted; raises LinkTextError."""
    stated = [name for name in ("snr_db", "eb_n0_db", "levels_db") if name in fields]
    if len(stated) != 1:
        problem = "has more than one SNR or Eb/N0: keep one" if stated else "has no SNR: add one, such as 12 dB"
        raise LinkTextError(f"link={text!r} {problem}")
    levels = tuple(sorted(set(fields.pop("levels_db", ()))))
    fields |= {"snr_db": levels[0]} if levels else {}
    try:
        grid = take_grid(fields)
        notes = [*_choose_mcs(fields), *_choose_prbs(fields, grid)]
        configuration = {name: value for name, value in fields.items() if name in LinkConfiguration.model_fields}
        link = LinkConfiguration(**configuration)
        notes += energy_notes(fields, bits_per_symbol(link), code_rate(link), grid)
        channel = {name: value for name, value in fields.items() if name in ChannelConfiguration.model_fields}
        return LinkText(link, ChannelConfiguration(**channel), tuple(notes), levels)
    except ValidationError as error:
        raise LinkTextError(validation_text(error, "link")) from None


def read_terms(text: str) -> Fields:
    """Return the fields that the terms of `text` set; raises LinkTextError for unknown and repeated terms."""
    fields: Fields = {}
    sources: dict[str, str] = {}
    rest = text.strip(" ,;\n\t")
    while rest:
        found, match = _match(rest)
        for name, value in found.fields(match).items():
            if name in fields:
                raise LinkTextError(f"{sources[name]!r} and {match[0]!r} both set {name}: remove one")
            fields[name], sources[name] = value, match[0]
        rest = rest[match.end() :].lstrip(" ,;\n\t")
    return fields


def _match(rest: str) -> tuple[Term, re.Match[str]]:
    for known in (*LEVEL_TERMS, *TERMS):
        match = known.pattern.match(rest)
        if match is not None:
            return known, match
    unknown = re.split(r"[,;]", rest)[0].strip()
    raise LinkTextError(
        f"{unknown!r} is not understood: terms are {', '.join(known.example for known in (*TERMS, *LEVEL_TERMS))}"
    )


def _profile(name: str) -> str:
    upper = name.upper()
    return upper if upper == "AWGN" or "-" in upper else f"{upper[:3]}-{upper[3:]}"


def _choose_prbs(fields: Fields, grid: Grid | None) -> tuple[str, ...]:
    """Set the PRBs nearest to the grid's subcarriers if none are given; returns a note on it."""
    if grid is None or "prbs" in fields:
        return ()
    fields["prbs"] = max(1, round(grid.subcarriers / SUBCARRIERS_PER_PRB))
    return (f"{grid.subcarriers} subcarriers are simulated as {fields['prbs']} PRB of {SUBCARRIERS_PER_PRB}",)


def _choose_mcs(fields: Fields) -> tuple[str, ...]:
    """Replace a modulation in `fields` by an MCS, that of the code rate or the middle one; returns notes on the selection."""
    modulation = fields.pop("modulation", None)
    if modulation is None:
        return ()
    table = fields.setdefault("mcs_table", 2 if modulation == "256QAM" else 1)
    indices = _indices(modulation, table)
    if not indices:
        raise LinkTextError(f"{modulation} has no MCS in table {table}: TS 38.214 table 5.1.3.1-1 ends with 64QAM, use table 2")
    if "mcs_index" in fields:
        if fields["mcs_index"] not in indices:
            raise LinkTextError(
                f"MCS {fields['mcs_index']} of table {table} is not {modulation}, which has {indices[0]}..{indices[-1]}"
                f" (TS 38.214 table 5.1.3.1-{table}): remove one"
            )
        return ()
    return _by_rate(fields, modulation, indices) if "code_rate" in fields else _middle(fields, modulation, indices)


def _middle(fields: Fields, modulation: str, indices: list[int]) -> tuple[str, ...]:
    fields["mcs_index"] = indices[(len(indices) - 1) // 2]
    name = f"MCS {fields['mcs_index']} of table {fields['mcs_table']}"
    return (f"{name}: the middle one of {modulation}, {indices[0]}..{indices[-1]}",)


def _by_rate(fields: Fields, modulation: str, indices: list[int]) -> tuple[str, ...]:
    from twins.radio.abstraction import load_link_table

    rates = load_link_table(fields["mcs_table"]).code_rate
    wanted = fields["code_rate"]
    if not 0.0 < wanted <= 1.0:
        raise LinkTextError(f"code rate {wanted:g} is out of range: allowed above 0 to 1")
    fields["mcs_index"] = min(indices, key=lambda index: abs(float(rates[index]) - wanted))
    name = f"MCS {fields['mcs_index']} of table {fields['mcs_table']}"
    return (f"{name}: {modulation} with rate {float(rates[fields['mcs_index']]):.3f}, the nearest to {wanted:.3f}",)


def _indices(modulation: str, table: int) -> list[int]:
    from twins.radio.abstraction import load_link_table

    if table not in (1, 2):
        raise LinkTextError(f"table {table} is none of 1, 2 (TS 38.214 tables 5.1.3.1-1 and 5.1.3.1-2)")
    orders = load_link_table(table).modulation_order
    return [index for index in range(28) if int(orders[index]) == BITS_PER_SYMBOL[modulation]]
