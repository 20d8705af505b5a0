"""What readers learn from: the hands that are not held out, and the record of a training names those that it began with."""

import pytest

from training.llm import lessons as module
from training.llm.labelled_text import hands_of
from training.llm.lessons import Lessons
from training.llm.reading_card import reading_card


def test_a_hand_that_comes_while_a_training_runs_is_not_in_its_record(monkeypatch: pytest.MonkeyPatch):
    first, *more = hands_of()
    monkeypatch.setattr(module, "hands_of", lambda: [first])
    lessons = Lessons()
    assert lessons.hands() == [first]
    monkeypatch.setattr(module, "hands_of", lambda: [first, *more])
    assert f"by hands ({first.name})" in reading_card("reader", lessons).provenance.source


def test_an_unknown_hand_cannot_be_held_out():
    with pytest.raises(ValueError, match=r"held out: nobody is no hand; there are agency-stadium, "):
        Lessons(held_out=("nobody",)).hands()
