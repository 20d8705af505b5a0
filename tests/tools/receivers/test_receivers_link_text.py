from __future__ import annotations

import itertools

import pytest

from tools.receivers.link_text import TERMS, LinkTextError, read_link


def test_the_example_of_the_command() -> None:
    link = read_link("16QAM, 24 PRB, TDL-C 300 ns, 30 m/s, 12 dB")
    assert (link.configuration.mcs_table, link.configuration.mcs_index, link.configuration.prbs) == (1, 13, 24)
    assert (link.channel.profile, link.channel.delay_spread_ns, link.channel.speed_mps) == ("TDL-C", 300.0, 30.0)
    assert link.channel.snr_db == 12.0
    assert link.notes == ("MCS 13 of table 1: the middle one of 16QAM, 10..16",)


def test_terms_can_be_in_any_order_with_or_without_commas() -> None:
    parts = ["QPSK", "6 PRB", "CDL-A 45 ns", "5 dB"]
    texts = [separator.join(order) for order in itertools.permutations(parts) for separator in (", ", " ", "; ", ",")]
    assert {read_link(text) for text in texts} == {read_link(", ".join(parts))}


def test_every_example_is_understood() -> None:
    examples = [term.example for term in TERMS if term.example not in ("108 km/h", "16QAM", "12 dB")]
    link = read_link(" ".join([*examples, "2 dB"]).replace("MCS 13", "MCS 5"))
    assert link.configuration.layers == 2
    assert (link.configuration.tx_antennas, link.configuration.rx_antennas) == (2, 4)
    assert (link.configuration.harq_retransmissions, link.configuration.ldpc_iterations) == (2, 8)


@pytest.mark.parametrize(
    ("term", "field", "value"),
    [
        ("108 km/h", "speed_mps", 30.0),
        ("108 kmh", "speed_mps", 30.0),
        ("0.3 us", "delay_spread_ns", 300.0),
        ("0.3 µs", "delay_spread_ns", 300.0),
        ("28 GHz", "carrier_ghz", 28.0),
        ("tdlb", "profile", "TDL-B"),
        ("awgn", "profile", "AWGN"),
    ],
)
def test_units_are_converted(term: str, field: str, value: object) -> None:
    assert getattr(read_link(f"{term} -3 dB").channel, field) == value


def test_negative_snr_and_power() -> None:
    link = read_link("SNR -3.5 dB, 20 dBm")
    assert link.channel.snr_db == -3.5
    assert link.configuration.transmit_power_dbm == 20.0
    assert link.channel.received_snr_db(link.configuration) == -6.5


def test_256qam_selects_table_2() -> None:
    link = read_link("256QAM 30 dB")
    assert (link.configuration.mcs_table, link.configuration.mcs_index) == (2, 23)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("16QAM, 24 PRB", "no SNR"),
        ("", "no SNR"),
        ("12 dB, 24 bananas", "'24 bananas' is not understood"),
        ("12 dB 13 dB", "both set snr_db"),
        ("108 km/h, 30 m/s, 1 dB", "both set speed_mps"),
        ("MCS 5, 16QAM, 3 dB", "MCS 5 of table 1 is not 16QAM"),
        ("256QAM, table 1, 3 dB", "256QAM has no MCS in table 1"),
        ("QPSK, table 7, 3 dB", "table 7 is none of 1, 2"),
        ("MCS 29, 3 dB", "mcs_index=29 is not in table 1"),
        ("4 layers, 2x4, 3 dB", "layers=4 is more than tx_antennas=2"),
        ("3x4, 3 dB", "tx_antennas=3"),
        ("300 PRB, 3 dB", "at most 273 at 30 kHz"),
        ("TDL-F, 3 dB", "profile='TDL-F'"),
        ("400 m/s, 3 dB", "speed_mps=400"),
        ("5 DMRS, 3 dB", "dmrs_symbols=5"),
    ],
)
def test_an_invalid_description_is_refused_with_the_text_at_fault(text: str, words: str) -> None:
    with pytest.raises(LinkTextError) as refusal:
        read_link(text)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "snr_db", "note"),
    [
        (
            "64QAM, r=2/3, 10 dB Eb/N0",
            16.02,
            "10 dB Eb/N0 is 16.02 dB SNR (Es/N0): + 6.02 dB for 6 bits per symbol at rate 0.667",
        ),
        ("16QAM r=1/2, Eb/N0 10 dB", 13.01, "+ 3.01 dB for 4 bits"),
        ("16QAM r=1/2, EbN0=10 dB", 13.01, "+ 3.01 dB for 4 bits"),
        ("16QAM r=1/2, 10 dB Eb/No", 13.01, "+ 3.01 dB for 4 bits"),
        ("QPSK, rate 1/2, Eb/N0 = 10 dB", 10.0, "+ 0.00 dB for 2 bits"),
        (
            "64QAM, r=2/3, 10 dB Eb/N0, 14 symbols, 76 subcarriers, CP 6, 2 pilot symbols",
            15.02,
            "- 1.00 dB of cyclic prefix and pilots (14 symbols, 2 of them pilots, 76 subcarriers, CP 6), as in sionna.phy",
        ),
        ("64QAM, 76 subcarriers, CP 6, 10 dB SNR", 10.0, "the grid does not enter"),
        ("64QAM, Es/N0 10 dB", 10.0, "the middle one of 64QAM"),
    ],
)
def test_energy_per_bit_is_converted_and_the_conversion_is_noted(text: str, snr_db: float, note: str) -> None:
    link = read_link(text)
    assert link.channel.snr_db == pytest.approx(snr_db, abs=0.005)
    assert note in "; ".join(link.notes)


def test_a_code_rate_selects_the_nearest_mcs_of_the_modulation() -> None:
    link = read_link("64QAM, r=2/3, 12 dB")
    assert link.configuration.mcs_index == 22
    assert link.notes == ("MCS 22 of table 1: 64QAM with rate 0.650, the nearest to 0.667",)


@pytest.mark.parametrize("levels", ["20, 25 and 30 dB", "20/25/30 dB", "30 dB, 25 dB, 20 dB", "20 dB, 25 or 30 dB SNR"])
def test_several_levels_are_a_sweep(levels: str) -> None:
    link = read_link(f"256QAM, 1 DMRS symbol, delay spread 1 us, 120 km/h, {levels}")
    assert link.levels_db == (20.0, 25.0, 30.0)
    assert link.channel.delay_spread_ns == 1000.0


@pytest.mark.parametrize("text", ["16QAM, 10 dB Eb/N0, 12 dB", "16QAM, Eb/N0 1 dB, 20 and 30 dB"])
def test_two_kinds_of_level_are_refused(text: str) -> None:
    with pytest.raises(LinkTextError, match="more than one SNR or Eb/N0"):
        read_link(text)
