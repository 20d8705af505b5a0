"""The direction of an amount, and whether it may be reached, come from its words, whatever a reader marked."""

import pytest

from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.amounting.comparing import with_equal
from agents.reading.amounting.direction import direction_of, direction_of_azimuth, direction_of_tilt, is_by
from agents.reading.computing import computed
from agents.reading.doubt import Doubt
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


def _delta(names: Names, text: str, attribute: str, place: str, *amount: str, sign: int) -> float | None:
    """Return the change that is computed from a text of which a reader marked these words and this sign."""

    def spans(*words: str) -> tuple[tuple[int, int], ...]:
        return tuple((text.index(one), text.index(one) + len(one)) for one in words)

    item = MarkedItem(kind="edit", name=attribute, sign=sign, is_delta=True, place=place, amount=" … ".join(amount))
    spanned = SpannedText(text, "change", (SpannedItem(item, spans(place), spans(*amount)),))
    (edit,) = Reading.of(computed(spanned.marked(), names)).edits
    return edit.delta


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("text", "amount", "delta"),
    [
        ("tilt Q01-1 down 2 degrees", ("down 2 degrees",), 20),
        ("digital tilt Q01-1 down a degree and a half", ("down a degree and a half",), 15),
        ("pull the tilt of Q01-1 down by 1 degree", ("down by 1 degree",), 10),
        ("tilt Q01-1 down by another degree", ("by another degree",), 10),
        ("tilt Q01-1 1 degree up", ("1 degree up",), -10),
        ("tilt Q01-1 1 degree up", ("1 degree",), -10),
        ("the tilt of Q01-1 half a degree further up, towards the sky", ("half a degree further up",), -5),
        ("tilt Q01-1 two degrees more down", ("two degrees more down",), 20),
        ("ease the tilt of Q01-1 back up by two degrees", ("back up by two degrees",), -20),
        ("tilt Q01-1 1 degree not up but down", ("1 degree not up but down",), 10),
        ("bring the downtilt of Q01-1 up by a degree", ("bring", "up by a degree"), 10),
        ("raise the downtilt of Q01-1 by two degrees", ("raise", "by two degrees"), 20),
        ("2 degrees less downtilt in Q01-1", ("2 degrees less",), -20),
        ("uptilt Q01-1 by 1 degree", ("by 1 degree",), -10),
    ],
)
def test_the_words_decide_where_a_tilt_goes_whatever_sign_is_heard(
    text: str, amount: tuple[str, ...], delta: float, sign: int, names: Names
):
    assert _delta(names, text, "digitalTilt", "Q01-1", *amount, sign=sign) == delta


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("text", "amount", "delta"),
    [
        ("turn the azimuth of Q01-1 15 degrees to the left", ("15 degrees",), -150),
        ("swing Q01-1 by 5 degrees clockwise, digital azimuth", ("by 5 degrees clockwise",), 50),
        ("digital azimuth of Q01-1 turned clockwise by 5 degrees", ("by 5 degrees",), 50),
        ("digital azimuth of Q01-1 5 degrees anti-clockwise", ("5 degrees anti-clockwise",), -50),
        ("digital azimuth of Q01-1 5 degrees counter clockwise", ("5 degrees",), -50),
        ("azimuth Q01-1 ten degrees right", ("ten degrees right",), 100),
        ("azimuth Q01-1 -5 degrees", ("-5 degrees",), -50),
    ],
)
def test_the_words_decide_to_which_side_a_beam_turns(text: str, amount: tuple[str, ...], delta: float, sign: int, names: Names):
    assert _delta(names, text, "digitalAzimuth", "Q01-1", *amount, sign=sign) == delta


@pytest.mark.parametrize(
    ("text", "amount", "attribute"),
    [
        ("tilt Q01-1 down by -1 degree", "down by -1 degree", "digitalTilt"),
        ("tilt Q01-1 reduced by 1 degree, down", "reduced by 1 degree, down", "digitalTilt"),
        ("the downtilt of Q01-1 down by 1 degree", "down by 1 degree", "digitalTilt"),
        ("azimuth Q01-1 minus 5 degrees to the right", "minus 5 degrees to the right", "digitalAzimuth"),
    ],
)
def test_words_that_say_both_directions_are_asked_about(text: str, amount: str, attribute: str, names: Names):
    with pytest.raises(Doubt):
        _delta(names, text, attribute, "Q01-1", amount, sign=1)


@pytest.mark.parametrize(
    ("amount", "words"), [("1 degree higher", "tilt "), ("by 1 degree", "lower the tilt "), ("2 degrees", "")]
)
def test_words_that_name_no_direction_of_a_tilt_leave_it_to_the_reader(amount: str, words: str):
    assert direction_of_tilt(amount, words) == direction_of_azimuth(amount, words) == 0


@pytest.mark.parametrize(("words", "delta"), [("half a decibel quieter", -0.5), ("1 dB louder", 1.0), ("two dB softer", -2.0)])
def test_quieter_is_less_power_and_louder_is_more(words: str, delta: float, names: Names):
    for sign in (1, -1):
        assert _delta(names, f"Q01-1 {words} in transmit power", "configuredMaxTxPower", "Q01-1", words, sign=sign) == delta
