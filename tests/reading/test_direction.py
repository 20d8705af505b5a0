"""The direction of an amount, and whether it may be reached, come from its words, whatever a reader marked."""

import pytest

from agents.reading.amounting.comparing import with_equal
from agents.reading.amounting.direction import direction_of, is_by
from agents.reading.computing import computed
from agents.reading.marked import Comparison, Marked, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading
from policies.kpi import kpi_definition
from training.llm.labelled_text import LabelledTarget, hands_of


@pytest.mark.parametrize(
    ("kpi", "words", "direction"),
    [
        ("DRB.UEThpDl", "may not fall more than 5 %", -1),
        ("DRB.UEThpDl", "20 % better than now", 1),
        ("DRB.PdcpSduDelayDl", "20 % better than now", -1),
        ("DRB.PdcpSduDelayDl", "no more than 5 % worse than yesterday", 1),
        ("PEE.Energy", "by 15 %", 0),
        ("PEE.Energy", "not lower than yesterday plus 5 %", 0),
        ("RRC.ConnMean", "5 % better than now", 0),
    ],
)
def test_the_direction_of_words(kpi: str, words: str, direction: int):
    assert direction_of(words, kpi_definition(kpi)) == direction


def test_a_fall_that_was_marked_as_a_rise_is_computed_as_a_fall():
    names = Names(next(hand.card for hand in hands_of() if hand.name == "lab-stadium"))
    item = MarkedItem(
        kind="target", name="DRB.UEThpDl", comparison=">=", reference="now", sign=1, amount="may not fall more than 5 %"
    )
    (target,) = Reading.of(computed(Marked(act="change", items=(item,)), names)).targets
    assert target.relative is not None and target.relative.percent == -5


def test_the_words_never_say_the_opposite_of_what_the_hands_mean():
    said = 0
    for hand in hands_of():
        for text in hand.texts:
            for item in text.items():
                if isinstance(item, LabelledTarget) and item.relative is not None and item.relative.percent:
                    words = " … ".join(one for tag in item.marks if tag[0] == "a" for one in text.words(tag))
                    direction = direction_of(words, kpi_definition(item.kpi))
                    is_share = "of" in words.split() or "its current level" in words or "give up" in words
                    assert direction * item.relative.percent >= 0 or is_share, (text.text, words)
                    said += direction != 0
    assert said > 300


@pytest.mark.parametrize(
    ("words", "amount", "heard", "meant"),
    [
        ("load of S1 ", "80 %", "<", "<="),
        ("power ", "budget 12 kW", "<", "<="),
        ("mean speed ", "5 Mbit/s", ">", ">="),
        ("delay stays under ", "8 ms", "<", "<"),
        ("load ", "undr 2 %", "<", "<"),
        ("same ", "but 2 %", "<", "<"),
    ],
)
def test_a_number_alone_may_be_reached(words: str, amount: str, heard: Comparison, meant: Comparison):
    assert with_equal(heard, amount, words) == meant


@pytest.mark.parametrize(
    "words", ["by half a percent", "half a percent less", "down 2 %", "by another 5 ms", "at least 2 % more", "5 ms shorter"]
)
def test_the_size_of_a_change_is_no_bound(words: str):
    assert is_by(words)


@pytest.mark.parametrize(
    "words",
    [
        "by maximally 9,5 %",
        "2 % or less",
        "4 Mbit/s up",
        "down to 2 %",
        "up to seventy, not more",
        "more than 5 ms",
        "20 or fewer",
    ],
)
def test_a_bound_is_not_the_size_of_a_change(words: str):
    assert not is_by(words)
