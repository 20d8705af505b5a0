"""Slices and areas that a text names and the reading has nowhere are asked about; what has become of a value is no goal."""

import re

import pytest

from agents.readers.accounting import accounted_words, unaccounted_words
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.slips import slip_in
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.computing import computed
from agents.reading.marked import Act, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import hands_of


def _goal(text: str, kpi: str, amount: str, place: str = "", act: Act = "change", **more: object) -> SpannedText:
    item = MarkedItem.model_validate({"kind": "target", "name": kpi, "comparison": "<", "place": place, "amount": amount, **more})

    def at(words: str) -> tuple[tuple[int, int], ...]:
        return ((text.index(words), text.index(words) + len(words)),) if words else ()

    return SpannedText(text, act, (SpannedItem(item, at(place), at(amount)),))


def _left(spanned: SpannedText, names: Names, **tags: str) -> list[str]:
    """Return the words left over; tags: the words that an encoder gives each tag."""
    of = {word: tag for tag, words in tags.items() for word in words.split()}
    pieces = [TaggedPiece(*match.span(), {of.get(match[0], ""): 1.0}) for match in re.finditer(r"\w+", spanned.text)]
    return unaccounted_words(spanned.text, accounted_words(spanned, pieces, names), names)


def test_a_slice_that_the_reading_does_not_have_is_left_over(names: Names):
    text = "mMTC drops in S1C1 below 0.1 %"
    assert _left(_goal(text, "MM.RlfRate", "below 0.1 %", "in S1C1"), names, k="drops", s="mMTC") == ["mMTC"]
    whole = _goal(text, "DRB.PacketLossRateDl", "below 0.1 %", "in S1C1", slice="mMTC")
    assert _left(whole, names, k="drops", s="mMTC") == []
    asked = "suppose S1C1 sleeps, what does that do to eMBB?"
    edit = MarkedItem(kind="edit", name="energySavingControl", state="toBeEnergySaving", place="S1C1")
    supposed = SpannedText(asked, "what_if", (SpannedItem(edit, ((8, 12),)),))
    assert _left(supposed, names, v="sleeps") == []  # where the effect is looked at


@pytest.mark.parametrize(
    "text", ["blocking in the locks below 2 %", "Upper  reach: blocking below 2 %", "blocking below 2 %, treatment works"]
)
def test_an_area_of_common_words_is_left_over_however_an_encoder_tags_it(text: str):
    names = Names(next(hand.card for hand in hands_of() if hand.name == "basin-works"))
    everywhere = _goal(text, "RRC.ConnEstabFailRate", "below 2 %")
    assert len(_left(everywhere, names, k="blocking", v="locks")) == 1
    area = next(words for words in ("in the locks", "Upper  reach", "treatment works") if words in text)
    assert _left(_goal(text, "RRC.ConnEstabFailRate", "below 2 %", area), names, k="blocking") == []


@pytest.mark.parametrize(
    ("text", "amount", "is_slip"),
    [
        ("loss in S1C1 has doubled since yesterday, get it back", "doubled since yesterday", True),
        ("loss in S1C1 halved since yesterday", "halved since yesterday", True),
        ("loss in S1C1 half of what it was yesterday", "half of what it was yesterday", False),
    ],
)
def test_what_has_become_of_a_value_is_no_goal(names: Names, text: str, amount: str, is_slip: bool):
    spanned = _goal(text, "DRB.PacketLossRateDl", amount, "in S1C1", reference="yesterday", sign=-1)
    doubt = slip_in(spanned, Reading.of(computed(spanned.marked(), names)), names)
    assert ("become" in str(doubt)) is is_slip
