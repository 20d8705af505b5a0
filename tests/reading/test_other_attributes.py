"""Attributes for which readers have no word are seen in a text; those that they know, and other words, are left alone."""

import pytest

from agents.readers.language_model.answer_names import ATTRIBUTES
from agents.reading.other_attributes import other_attributes_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SSB pwr S4C3 20dBm", "SSB pwr"),
        ("a5Threshold2Rsrp S6C1 lower by 3 dB", "a5Threshold2Rsrp"),
        ("a2 threshold S7C1 to -112 dBm", "a2 threshold"),
        ("P0 S6C2 -94 dBm", "P0"),
        ("T310 in S2 500 ms, vendor guide says so", "T310"),
        ("S2C1: PRACH ramping step 4 dB", "PRACH ramping step"),
        ("make S1C3 run RR as the scheduler, round robin", "round robin"),
        ("scheduler on S1C1 to WPF", "scheduler"),
        ("Long DRX cycle of 80 ms in S4C1", "Long DRX cycle"),
        ("is-6/1 bw 20MHz what if", "bw 20MHz"),
        ("s6c3 mcs table qam64", "mcs table"),
    ],
)
def test_an_attribute_beyond_the_readers_words_is_seen(text: str, words: str):
    assert words in [text[start:end] for start, end in other_attributes_in(text, ATTRIBUTES)]


@pytest.mark.parametrize(
    "text",
    [
        "scheduler weight of URLLC in S2C2 up by 1",
        "target: BLER below 10 % in S1",
        "tx power of S1C1 to 40 dBm, a3 offset 2 dB, TTT 320 ms",
        "PCI of P01 becomes 417",
        "energy by 10 % less in S310, nobody touches the scheduler weights",
    ],
)
def test_what_readers_know_is_left_alone(text: str):
    assert other_attributes_in(text, ATTRIBUTES) == []
