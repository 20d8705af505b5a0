import json

import pytest

from agents.reading.marked import SAME
from agents.reading.reading import Reading, RelativeBound, StatedEdit, StatedRestriction, StatedTarget
from training.llm.labelled_text import LabelledText
from training.llm.scoring import verdict

DELAY = StatedTarget(kpi="DRB.PdcpSduDelayDl", cells=("A1", "A2"), condition="<", value=8)
NO_SLEEP = StatedRestriction(what="sleep", cells=("A1",))
MEANT = Reading(act="change", targets=(DELAY,), forbidden=(NO_SLEEP,), condition_on="while it rains")
POWER = StatedEdit(attribute="configuredMaxTxPower", cells=("A1",), delta=-2)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (MEANT, "right"),
        (MEANT.changed(targets=(DELAY.changed(cells=("A2", "A1")),)), "right"),
        (MEANT.changed(targets=()), "partly"),
        (MEANT.changed(targets=(DELAY.changed(value=9.0),)), "confidently wrong"),
        (MEANT.changed(targets=(DELAY.changed(relative=RelativeBound(percent=-10, to="now")),)), "confidently wrong"),
        (MEANT.changed(edits=(POWER,)), "confidently wrong"),
        (MEANT.changed(forbidden=()), "confidently wrong"),
        (MEANT.changed(condition_on=None), "confidently wrong"),
        (Reading(act="ask"), "needless"),
        (Reading(act="forbid", forbidden=(NO_SLEEP,)), "confidently wrong"),
    ],
)
def test_a_reading_that_acts_otherwise_than_meant_is_wrong(reading: Reading, expected: str):
    assert verdict([MEANT], reading) == expected


def test_an_edit_or_ban_of_two_cells_is_the_same_whether_said_once_or_for_each():
    once = MEANT.changed(edits=(POWER.changed(cells=("A1", "A2")),))
    each = MEANT.changed(edits=(POWER, POWER.changed(cells=("A2",))))
    assert verdict([once], each) == verdict([each], once) == "right"
    assert verdict([once], MEANT.changed(edits=(POWER,))) == "confidently wrong"
    assert verdict([once], MEANT.changed(edits=(POWER, POWER.changed(cells=("A2",), delta=2)))) == "confidently wrong"
    bans = (NO_SLEEP, NO_SLEEP.changed(cells=("A2",)))
    assert verdict([MEANT.changed(forbidden=bans)], MEANT.changed(forbidden=(NO_SLEEP.changed(cells=("A1", "A2")),))) == "right"
    assert verdict([MEANT.changed(forbidden=bans)], MEANT) == "confidently wrong"


def test_what_must_be_asked_about_is_right_if_asked_and_wrong_if_acted_on():
    assert verdict([Reading(act="ask")], Reading(act="ask")) == "right"
    assert verdict([Reading(act="cannot")], Reading(act="off_topic")) == "partly"
    assert verdict([Reading(act="ask")], MEANT) == "confidently wrong"


def test_the_best_of_what_can_be_meant_counts():
    assert verdict([Reading(act="ask"), MEANT], MEANT) == "right"


def test_a_label_becomes_what_a_perfect_reader_marks():
    text = "From now until 20:00 A1 and A2 delay under 8 ms, and 2 dB less there"
    places = [["p", 21, 30], ["a1", 37, 47], ["a2", 53, 57], ["w", 0, 20]]
    label = {
        **{"text": text, "act": "change", "phenomenon": "plain", "style": "chat", "because": None, "forbidden": []},
        "targets": [DELAY.model_dump() | {"marks": ["p", "a1"]}],
        "edits": [POWER.model_dump() | {"cells": ["A1", "A2"], "marks": ["p", "a2"]}],
        **{"window": ["2031-05-06T13:00:00Z", "2031-05-06T20:00:00Z"], "condition_on": None, "marks": places},
    }
    marked = LabelledText.model_validate_json(json.dumps(label)).spanned().marked()
    assert marked.when == "From now until 20:00"
    assert [(item.place, item.amount, item.sign) for item in marked.items] == [("A1 and A2", "under 8 ms", 0), (SAME, "2 dB", -1)]
