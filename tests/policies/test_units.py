"""Units convert exactly, and only where there is a way between them."""

import ast
import re
from pathlib import Path

import pytest

from policies.text.number_words import NUMBER_WORDS, number_word
from policies.text.units import factor, is_unit, quantity

ROOT = Path(__file__).parents[2]


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


def _counted(node):
    """The number words that the literals right below a node list one by one: as elements, keys, or words of a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.findall(r"[a-z]+", node.value)
    items = getattr(node, "keys", None) or getattr(node, "elts", ())
    return [item.value for item in items if isinstance(item, ast.Constant)]


def test_number_words_are_listed_in_one_place():
    """A second list lacks what the first one learns; a choice of them, or a text about a number, is not a list."""
    rows = [set(words.split()) for words in ("seven eight nine", "seventeen eighteen nineteen", "seventy eighty ninety")]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for floor in ("policies", "twins", "tools", "agents", "harness", "training")
        for path in sorted((ROOT / floor).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if any(words <= set(_counted(node)) for words in rows)
    ]
    assert {place.rpartition(":")[0] for place in found} == {"policies/text/number_words.py"}, found
