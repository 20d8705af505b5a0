"""A slice that no word names is not meant, and a state that an encoder hears is not left out."""

import re

import pytest

from agents.readers.accounts.unsaid import unsaid
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import MarkedItem

SHARE = MarkedItem(kind="edit", name="rRMPolicyMinRatio", slice="mMTC", place="S3C3", amount="30 %")
HYSTERESIS = MarkedItem(kind="edit", name="hysteresis", place="S7C1", amount="2 dB")
LOCK = MarkedItem(kind="edit", name="administrativeState", state="LOCKED", place="S7C2")
AWAKE = MarkedItem(kind="forbid", name="sleep", place="S7C2")


def _found(text: str, *items: MarkedItem, slices: float = 0.0, states: str = "", named: str = "") -> list[str]:
    """Return the words that are found; slices: the encoder's probability that a word names one; states: words that it hears."""

    def at(words: str) -> tuple[tuple[int, int], ...]:
        return ((text.index(words), text.index(words) + len(words)),) if words else ()

    pieces = [
        TaggedPiece(*match.span(), {"s": slices, "v": 1.0 if match[0] in states.split() else 0.0})
        for match in re.finditer(r"\w+", text)
    ]
    spanned = SpannedText(text, "change", tuple(SpannedItem(one, at(one.place), at(one.amount)) for one in items))
    return [words for words, _ in unsaid(spanned, pieces, at(named))]


def test_a_slice_needs_a_word_that_names_it():
    assert _found("min ratio 30 % in S3C3", SHARE) == ["mMTC"]
    assert _found("min ratio of the sensors 30 % in S3C3", SHARE) == []
    assert _found("min ratio of the kiosks 30 % in S3C3", SHARE, slices=0.6) == []


@pytest.mark.parametrize("joint", [". ", ", and ", "; "])
def test_a_state_that_is_heard_is_not_left_out(joint: str):
    text = f"hysteresis 2 dB in S7C1{joint}lock S7C2"
    assert _found(text, HYSTERESIS, states="lock") == ["lock"]
    assert _found(text, HYSTERESIS, LOCK, states="lock") == []
    assert _found(text, HYSTERESIS) == []  # the encoder does not hear one
    assert _found(text, HYSTERESIS, AWAKE, states="lock") == ["lock"]  # another state is


def test_the_name_of_a_place_is_no_state():
    text = "hysteresis of lock c two 2 dB in S7C1"
    assert _found(text, HYSTERESIS, states="lock", named="lock c two") == []
