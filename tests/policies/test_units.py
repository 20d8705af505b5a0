"""Units convert exactly, and only where there is a way between them."""

import pytest

from policies.text.number_words import NUMBER_WORDS, number_word
from policies.text.units import factor, is_unit, quantity


@pytest.mark.parametrize(
    ("spelling", "unit", "expected"),
    [
        ("min", "s", 60),
        ("ms", "s", 0.001),
        ("Gbit/s", "Mbit/s", 1000),
        ("MB/s", "Mbit/s", 8),
        ("us", "ns", 1000),
        ("km/h", "m/s", 1 / 3.6),
    ],
)
def test_a_factor_is_how_many_of_the_one_are_the_other(spelling, unit, expected):
    assert factor(spelling, unit) == expected


def test_what_measures_different_things_is_not_converted():
    with pytest.raises(KeyError, match="km/h cannot be converted to Mbit/s"):
        factor("km/h", "Mbit/s")


def test_units_of_links_are_no_units_of_kpis():
    assert not is_unit("ns")
    with pytest.raises(KeyError):
        quantity("300", "ns")


def test_every_number_word_is_written_as_it_is_read():
    assert all(number_word(value) == word for word, value in NUMBER_WORDS.items())
