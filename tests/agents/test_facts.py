"""What the encoder judges: each part of a reading is a fact, and two readings that differ in a part differ in a fact."""

from agents.readers.encoder.facts import all_facts, facts_of
from agents.reading.marked import LIVE_ACTS, Marked, MarkedItem
from training.llm.labelled_text import hands_of
from training.llm.lessons import sayable


def test_whatever_the_hands_say_is_made_of_known_facts():
    known = set(all_facts())
    for hand in map(sayable, hands_of()):
        for text in hand.texts:
            if text.act in LIVE_ACTS:
                facts = facts_of(text.spanned().marked())
                assert facts and facts <= known, text.text


def test_another_direction_kpi_slice_or_number_of_items_is_another_fact():
    raise_tilt = MarkedItem(kind="edit", name="digitalTilt", is_delta=True, sign=1, amount="2 degrees", place="in A")
    said = facts_of(Marked(act="change", items=(raise_tilt,)))
    others = (
        raise_tilt.changed(sign=-1),
        raise_tilt.changed(is_delta=False),
        raise_tilt.changed(name="a3Offset"),
        raise_tilt.changed(place=""),
        MarkedItem(kind="forbid", name="digitalTilt", place="in A"),
    )
    assert all(facts_of(Marked(act="change", items=(other,))) != said for other in others)
    assert facts_of(Marked(act="change", items=(raise_tilt, raise_tilt))) != said
    assert facts_of(Marked(act="change", items=(raise_tilt,), condition="if it rains")) != said
