"""A slice that the network does not have is asked about, whoever reads the text; words for one that it has are not held up."""

import pytest

from agents.reading.marked import LIVE_ACTS
from agents.reading.slice_words import unknown_slices_in
from training.llm.labelled_text import hands_of


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("the platinum slice at the hotel 10 Mbit/s min", "platinum slice"),
        ("our tenants' slice gets 30 Mbit/s", "tenants' slice"),
        ("the low-latency slice below 5 ms", ""),
        ("the safety slice, URLLC, below 5 ms", ""),
        ("as slice cap 70 % of the PRBs for eMBB", ""),
        ("loss of that slice below 1 %, delay of each slice below 9 ms", ""),
    ],
)
def test_a_word_before_slice_is_one_that_stands_for_a_slice(text: str, unknown: str):
    assert [text[start:end] for start, end in unknown_slices_in(text)] == ([unknown] if unknown else [])


def test_hardly_a_text_that_hands_meant_to_be_acted_on_names_an_unknown_slice():
    live = [text for hand in hands_of() for text in hand.texts if text.act in LIVE_ACTS]
    assert sum(bool(unknown_slices_in(text.text)) for text in live) <= 0.001 * len(live)
