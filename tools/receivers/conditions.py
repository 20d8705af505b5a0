"""The conditions of a link, under the names and units of a neural receiver's data card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twins.link.configuration import ChannelConfiguration, LinkConfiguration

if TYPE_CHECKING:
    from pydantic import JsonValue


def conditions(configuration: LinkConfiguration, channel: ChannelConfiguration) -> dict[str, JsonValue]:
    """Return the conditions of `configuration` on `channel` under the keys of a card's validity.

    Carrier and speed enter as the Doppler shift; `snr_db` is the mean per resource element and receive antenna.
    """
    return {
        "profile": channel.profile,
        "delay_spread_ns": channel.delay_spread_ns,
        "doppler_hz": channel.doppler_hz,
        "snr_db": channel.received_snr_db(configuration),
        "subcarrier_khz": configuration.subcarrier_khz,
        "prbs": configuration.prbs,
        "rx_antennas": configuration.rx_antennas,
        "layers": configuration.layers,
        "dmrs_symbols": configuration.dmrs_symbols,
        "bits_per_symbol": bits_per_symbol(configuration),
    }


def bits_per_symbol(configuration: LinkConfiguration) -> int:
    """Return the modulation order of the MCS: 2, 4, 6 or 8 (TS 38.214 tables 5.1.3.1-1 and -2)."""
    from twins.radio.abstraction import load_link_table

    return int(load_link_table(configuration.mcs_table).modulation_order[configuration.mcs_index])


def code_rate(configuration: LinkConfiguration) -> float:
    """Return the target code rate of the MCS, 0..1 (TS 38.214 tables 5.1.3.1-1 and -2)."""
    from twins.radio.abstraction import load_link_table

    return float(load_link_table(configuration.mcs_table).code_rate[configuration.mcs_index])
