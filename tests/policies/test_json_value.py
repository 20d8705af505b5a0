"""A value that JSON cannot carry is named with the reason, and has a digest like any other; nothing raises."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.change import AttributeEdit, ChangeSet, PolicyEdit, canonical_json, digest_of, same_json
from policies.text.json_value import MAX_DEPTH, json_objection

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(10**4200) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=4), inner, max_size=3),
    max_leaves=12,
)


def nested(depth, leaf=1):
    value = leaf
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": ["x", "y\ud800"]}, "a.1: a lone surrogate at character 1"),
        ({"\udfff": 1}, "a key: a lone surrogate"),
        ({"a": float("nan")}, "a: nan is not a number of JSON"),
        (float("-inf"), "the value: -inf is not a number"),
        (2**63, "an integer of 64 bits"),
        (-(10**5000), "an integer of 16610 bits"),
        (nested(MAX_DEPTH + 2), "nested more than 32 levels deep"),
        (nested(100_000), "nested more than 32 levels deep"),
        ("x" * (1 << 21), "a text of 2097152 characters"),
        (object(), "a object is not a value of JSON"),
    ],
    ids=range(10),
)
def test_what_json_cannot_carry_is_named_with_the_reason(value, words):
    assert words in json_objection(value)


@settings(max_examples=300)
@given(ANY)
@example(nested(3000))
def test_a_value_without_objection_is_written_and_read_back(value):
    digest = digest_of(value)
    assert len(digest) == 64
    if not json_objection(value):
        assert json.loads(canonical_json(value)) == value
        assert same_json(value, value)
    else:
        assert not same_json(value, value)


@settings(max_examples=200)
@given(ANY, ANY)
def test_a_change_set_of_any_values_has_a_digest_and_a_line(old, new):
    policy = PolicyEdit(policy_type="T", policy_id="p", old=None, new={}).changed(old={"a": old}, new={"a": new})
    change_set = ChangeSet().model_copy(update={"edits": (policy,)})
    assert len(change_set.digest) == 64
    assert all("\n" not in line or json_objection([old, new]) == "" for line in change_set.describe())
    assert bool(change_set.json_objection()) == bool(json_objection([{"a": old}, {"a": new}]))


def test_a_copy_of_a_change_set_has_its_own_digest():
    one = ChangeSet(edits=(AttributeEdit(dn="A=1", attribute="a", old=0, new=10),))
    assert one.digest
    other = one.edits[0].changed(new=100)
    for copy in (one.model_copy(update={"edits": (other,)}), one.changed(edits=(other,))):
        assert copy.digest == ChangeSet(edits=(other,)).digest != one.digest
