"""Units convert exactly, and only within a dimension."""

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
def test_a_factor_converts_the_spelling_to_the_unit(spelling, unit, expected):
    assert factor(spelling, unit) == expected


def test_units_of_different_dimensions_are_not_converted():
    with pytest.raises(KeyError, match="km/h cannot be converted to Mbit/s"):
        factor("km/h", "Mbit/s")


def test_units_of_link_conditions_are_not_accepted_for_kpis():
    assert not is_unit("ns")
    with pytest.raises(KeyError):
        quantity("300", "ns")


def test_every_number_word_is_written_as_it_is_read():
    assert all(number_word(value) == word for word, value in NUMBER_WORDS.items())
