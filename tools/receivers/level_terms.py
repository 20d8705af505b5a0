"""The terms of a link description that state its level as energy per bit: `10 dB Eb/N0`, code rate, and the grid's overhead."""

from __future__ import annotations

import re
from typing import Any

from tools.receivers.link_term import NUMBER, Term, real, term, whole
from twins.link.energy_per_bit import Grid, energy_ratio_db, snr_of

_EB_N0 = r"E_?b\s*/?\s*N_?[0o]"
_ES_N0 = r"E_?s\s*/?\s*N_?[0o]"


def _rate(match: re.Match[str]) -> dict[str, Any]:
    above, _, below = match[1].partition("/")
    return {"code_rate": float(above) / float(below or 1) if float(below or 1) else 0.0}


_LEVELS = rf"({NUMBER}\s*(?:dB)?(?:\s*(?:,\s*(?:and|or)?|/|and|or)\s*{NUMBER}\s*(?:dB)?)+)(?<=dB)(?:\s*SNR)?"


def _levels(match: re.Match[str]) -> dict[str, Any]:
    return {"levels_db": tuple(float(number) for number in re.findall(NUMBER, match[1]))}


LEVEL_TERMS: tuple[Term, ...] = (
    term("10 dB Eb/N0", rf"(?:{_EB_N0}\s*(?:of|=)?\s*{NUMBER}\s*dB|{NUMBER}\s*dB\s*(?:of\s*)?{_EB_N0})", real("eb_n0_db")),
    term("12 dB Es/N0", rf"(?:{_ES_N0}\s*(?:of|=)?\s*{NUMBER}\s*dB|{NUMBER}\s*dB\s*(?:of\s*)?{_ES_N0})", real("snr_db")),
    term("12 dB SNR", rf"(?:SNR\s*(?:of|=)\s*{NUMBER}\s*dB|{NUMBER}\s*dB\s*SNR)", real("snr_db")),
    term("20, 25 and 30 dB", _LEVELS, _levels),
    term("r=2/3", r"(?:(?:code\s*)?rate\s*(?:of|=)?\s*|r\s*=\s*)(\d+/\d+|\d?\.\d+|1)", _rate),
    term("CP 6", r"(?:CP|cyclic prefix)\s*(?:of\s*)?(\d+)(?:\s*samples)?", whole("cyclic_prefix")),
    term("76 subcarriers", r"(\d+)\s*subcarriers", whole("grid_subcarriers")),
    term("14-symbol grid", r"(\d+)[\s-]*(?:OFDM\s*)?symbols?(?:\s+grid)?", whole("grid_symbols")),
    term("2 pilot symbols", r"(\d+)\s*pilot(?:\s+symbols?)?", whole("pilot_symbols")),
)
"""Terms on energy per bit and on the grid, beside those of `link_text`."""


def take_grid(fields: dict[str, Any]) -> Grid | None:
    """Take the terms of the grid out of `fields`; None without subcarriers and cyclic prefix. Pilot symbols set the DMRS too.

    Raises pydantic's ValidationError for a grid that cannot be transmitted.
    """
    pilots = fields.pop("pilot_symbols", None)
    if pilots is not None:
        fields.setdefault("dmrs_symbols", pilots)
    stated = {
        "symbols": fields.pop("grid_symbols", None),
        "pilot_symbols": fields.get("dmrs_symbols"),
        "subcarriers": fields.pop("grid_subcarriers", None),
        "cyclic_prefix": fields.pop("cyclic_prefix", None),
    }
    if stated["subcarriers"] is None:
        return None
    return Grid(**{name: value for name, value in stated.items() if value is not None})


def energy_notes(fields: dict[str, Any], bits: int, mcs_rate: float, grid: Grid | None) -> tuple[str, ...]:
    """Replace Eb/N0 in `fields` by the SNR; returns notes with the conversion, or on a grid that a plain SNR does not need."""
    rate = fields.pop("code_rate", None) or mcs_rate
    eb_n0_db = fields.pop("eb_n0_db", None)
    if eb_n0_db is None:
        grid_note = "the grid does not enter: a plain SNR counts neither cyclic prefix nor pilots (Eb/N0 would)"
        return (grid_note,) if grid else ()
    fields["snr_db"] = snr_of(eb_n0_db, bits, rate, grid)
    overhead = f" - {grid.overhead_db:.2f} dB of cyclic prefix and pilots ({_describe(grid)})" if grid else ""
    source = "sionna.phy.utils.ebnodb2no" + (" with resource_grid" if grid else "")
    return (
        f"{eb_n0_db:g} dB Eb/N0 is {fields['snr_db']:.2f} dB SNR (Es/N0): + {energy_ratio_db(bits, rate):.2f} dB for {bits} bits"
        f" per symbol at rate {rate:.3g}{overhead}, as in {source}",
    )


def _describe(grid: Grid) -> str:
    return f"{grid.symbols} symbols, {grid.pilot_symbols} of them pilots, {grid.subcarriers} subcarriers, CP {grid.cyclic_prefix}"
