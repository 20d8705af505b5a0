"""Of two values under one name nobody chooses."""

import pytest

from policies.text.unambiguous_json import unambiguous_json


def test_what_has_two_values_is_text_and_the_rest_is_read():
    page = unambiguous_json('{"reports": [{"value": 1, "value": 2}, {"value": 3}], "next": 4}')
    assert page["reports"][1] == {"value": 3}
    assert page["reports"][0] == "'value' has two values, '1' and '2'"
    assert page["next"] == 4


def test_a_name_that_says_the_same_twice_is_no_contradiction():
    assert unambiguous_json('{"a": [1], "a": [1]}') == {"a": [1]}


@pytest.mark.parametrize("text", ["", "{", '{"a": }', "[" * 100_000])
def test_what_is_no_json_raises(text):
    with pytest.raises((ValueError, RecursionError)):
        unambiguous_json(text)
