"""A place that a mark cut is completed, and one that no mark has is taken from the text only where nothing else can be meant."""

import re

import pytest

from agents.readers.accounting import accounted_words, unaccounted_words
from agents.readers.completing import completed
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import MarkedItem
from agents.reading.names import Names
from training.llm.labelled_text import hands_of


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(next(hand.card for hand in hands_of() if hand.name == "opera-town"))


def _pieces(text: str, places: str, kpi: str) -> list[TaggedPiece]:
    """Return the words as an encoder tags them that holds `places` to be places and `kpi` to be what is measured."""
    tags = {**dict.fromkeys(re.findall(r"\w+", kpi), "k"), **dict.fromkeys(re.findall(r"\w+", places), "p")}
    return [TaggedPiece(*match.span(), {tags.get(match[0], ""): 1.0}) for match in re.finditer(r"\w+", text)]


def _goal(text: str, amount: str, place: tuple[int, int] | None = None) -> SpannedText:
    at = text.index(amount)
    words = text[slice(*place)] if place else ""
    item = MarkedItem(kind="target", name="RRC.ConnEstabFailRate", comparison="<=", amount=amount, place=words)
    return SpannedText(text, "change", (SpannedItem(item, (place,) if place else (), ((at, at + len(amount)),)),))


@pytest.mark.parametrize(
    ("text", "places", "kpi"),
    [
        ("5LY\nblocking max 2 %", "5LY", "blocking"),
        ("5MK, 8MK\nblocking max 2 %", "5MK, 8MK", "blocking"),
        ("blocking 5TY\nmax 2 %", "5TY", "blocking"),
        ("blocking in 5TY max 2 %, please", "5TY", "blocking"),
    ],
)
def test_the_only_place_of_a_text_is_that_of_a_goal_without_one(text: str, places: str, kpi: str, names: Names):
    pieces = _pieces(text, places, kpi)
    whole = completed(_goal(text, "max 2 %"), pieces, names)
    assert whole.items[0].item.place == places
    assert not unaccounted_words(text, accounted_words(whole, pieces, names), names)


@pytest.mark.parametrize(
    ("text", "places", "kpi"),
    [
        ("blocking max 2 %, compared to 5LY", "5LY", "blocking"),
        ("blocking max 2 %, not 5LY", "5LY", "blocking"),
        ("blocking max 2 %, 5LY is awful today", "5LY", "blocking"),
        ("blocking max 2 %\nask 5LY", "5LY", "blocking"),
        ("blocking max 2 % unlike 5LY", "5LY", "blocking"),
        ("5LY blocking max 2 %, tilt of 5MK", "5LY 5MK", "blocking tilt"),
        ("5LY\nblocking max 2 %", "", "blocking"),  # the other reader holds it to be no place
    ],
)
def test_a_name_that_can_be_there_for_another_reason_is_still_asked_about(text: str, places: str, kpi: str, names: Names):
    pieces = _pieces(text, places, kpi)
    whole = completed(_goal(text, "max 2 %"), pieces, names)
    assert not whole.items[0].place
    assert unaccounted_words(text, accounted_words(whole, pieces, names), names)


def test_a_mark_that_cuts_a_name_goes_on_to_its_ends(names: Names):
    text = "blocking at 8MK max 2 %"
    at = text.index("8MK")
    assert completed(_goal(text, "max 2 %", (at + 2, at + 3)), (), names).items[0].item.place == "8MK"
    assert completed(_goal(text, "max 2 %", (at, at + 3)), (), names).items[0].place == ((at, at + 3),)


def test_a_mark_that_cuts_a_name_stands_where_its_words_are_whole():
    names = Names(next(hand.card for hand in hands_of() if hand.name == "desk-stadium"))
    text = "S1C1 had complaints, so in S1 blocking max 2 %"
    assert completed(_goal(text, "max 2 %", (0, 2)), (), names).items[0].place == ((text.index("S1 "), text.index("S1 ") + 2),)
