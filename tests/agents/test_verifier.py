"""The verifier: its claim points at the words of the text, and it tells readings with a fault from those without."""

import random

import pytest

from agents.readers.encoder.minilm import minilm_tokenizer
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.readers.verifier.claim import MOST_PIECES, SLOTS, claim_of
from agents.readers.verifier.verifier import Verified, Verifier
from agents.reading.marked import SAME, MarkedItem
from agents.reading.names import Names
from training.llm.labelled_text import hands_of
from training.llm.verifier.corrupting import corrupted
from training.llm.verifier.examples import judged

TEXT = "S1C1 at least 5 Mbit/s and S2C2 at most 80 % load until midnight"
TOKENIZER = minilm_tokenizer()


def span(words: str) -> tuple[tuple[int, int], ...]:
    return ((TEXT.index(words), TEXT.index(words) + len(words)),)


def goal(kpi: str, comparison: str, place: str, amount: str) -> SpannedItem:
    item = MarkedItem(kind="target", name=kpi, comparison=comparison, place=place, amount=amount)
    return SpannedItem(item, () if place == SAME else span(place), span(amount))


FIRST = goal("DRB.UEThpDl", ">=", "S1C1", "at least 5 Mbit/s")
SECOND = goal("RRU.PrbTotDl", "<=", "S2C2", "at most 80 %")


def words_in(spanned: SpannedText, slot: int) -> str:
    claim = claim_of(spanned, TOKENIZER)
    return TOKENIZER.decode([one for one, slots in zip(claim.ids, claim.slots, strict=True) if slot in slots])


def test_each_slot_holds_its_words_in_the_text_and_in_the_claim():
    spanned = SpannedText(TEXT, "change", (FIRST, SECOND), when=span("until midnight"))
    assert words_in(spanned, 0) == "until midnight until midnight"
    assert words_in(spanned, 1) == "in any case"
    assert words_in(spanned, 3).replace(" ", "") == "s1c1s1c1"
    assert words_in(spanned, 4).replace(" ", "") == "atleast5mbit/satleast5mbit/s"
    assert words_in(spanned, 5).replace(" ", "") == "s2c2s2c2"
    parts = [
        TOKENIZER.decode(list(claim_of(spanned, TOKENIZER).ids[start:end])) for start, end in claim_of(spanned, TOKENIZER).parts
    ]
    assert len(parts) == 6 and parts[0] == "order ;" and parts[1] == "2 things ;" and parts[5] == "only if : in any case ;"
    assert "at least" in parts[2] and "at most" in parts[3] and "until midnight" in parts[4]
    said = words_in(spanned, 2)
    assert "at least" in said and "order" in said and "when" in said


def test_an_item_in_the_same_place_has_the_words_of_that_place():
    again = SpannedText(TEXT, "change", (FIRST, goal("RRU.PrbTotDl", "<=", SAME, "at most 80 %")))
    assert words_in(again, 5).replace(" ", "") == "s1c1s1c1"


def test_readings_that_differ_only_in_what_goes_with_what_are_different_claims():
    one = claim_of(SpannedText(TEXT, "change", (FIRST, SECOND)), TOKENIZER)
    other = SpannedText(
        TEXT,
        "change",
        (goal("DRB.UEThpDl", ">=", "S2C2", "at least 5 Mbit/s"), goal("RRU.PrbTotDl", "<=", "S1C1", "at most 80 %")),
    )
    assert claim_of(other, TOKENIZER) != one


@pytest.mark.parametrize("items", [1, 9, 40])
def test_a_claim_of_any_length_fits_into_the_network(items: int):
    claim = claim_of(SpannedText(TEXT, "change", (FIRST,) * items), TOKENIZER)
    assert len(claim.ids) == len(claim.slots) <= MOST_PIECES
    assert all(start < end <= len(claim.ids) for start, end in claim.parts)
    assert all(slot < SLOTS for slots in claim.slots for slot in slots)


def test_nothing_to_verify_is_no_error():
    assert Verifier.load().verified([]) == []


def test_what_is_shipped_tells_faults_in_texts_that_it_has_not_learned():
    """Texts of a hand that was held out: of a reading and the same one with a fault, the first is held more probable."""
    hand = next(hand for hand in hands_of() if hand.name == "festival")
    names, draw, pairs = Names(hand.card), random.Random(1), []
    for text in hand.texts[:150]:
        own = text.spanned()
        other = corrupted(own, draw) if text.items() else None
        if other is not None and all(judged(own, text, names)) and False in judged(other, text, names):
            pairs += [own, other]
    assert len(pairs) > 100
    said = Verifier.load().verified(pairs)
    first = sum(own.whole > other.whole for own, other in zip(said[::2], said[1::2], strict=True))
    assert first >= 0.85 * len(pairs) / 2


def test_a_reading_is_as_sure_as_its_parts():
    sure, doubtful = Verified((4.0, 3.0, 5.0)), Verified((4.0, -3.0, 5.0))
    assert doubtful.least == -3.0 and sure.least == 3.0
    assert doubtful.whole < sure.whole < 0
    assert Verified((-1e9,)).whole == Verified((-1e9,)).least == -20.0
