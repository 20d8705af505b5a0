"""The learning curve: small shares of the hands are part of greater ones, and no training is done twice."""

import itertools
from pathlib import Path

import pytest
from tiny_base import TEXTS, write_tiny_base

from agents.readers.language_model.base_model import read_base
from agents.reading.names import Names
from training.llm.labelled_text import hands_of
from training.llm.lessons import Lessons
from training.llm.understanding import bench_data
from training.llm.understanding.bench_data import Point, trained_reader
from training.llm.understanding.bench_parts import read_alone


def test_a_smaller_share_of_the_hands_is_part_of_a_greater_one():
    learned = [{hand.name for hand in Point(share).lessons().hands()} for share in (0.125, 0.25, 0.5, 1.0)]
    assert all(small < great for small, great in itertools.pairwise(learned))
    assert len(learned[-1]) == len(hands_of())


@pytest.mark.parametrize("is_pretrained", [True, False])
def test_a_training_lasts_its_seconds_and_is_not_done_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_pretrained: bool):
    few = Lessons(passes=1, variants=0, composed=0, held_out=tuple(hand.name for hand in hands_of()[1:]))
    monkeypatch.setattr(Point, "lessons", lambda self: few)
    monkeypatch.setattr(bench_data, "_report", lambda line: None)
    base = read_base(write_tiny_base(tmp_path / "base"))
    trained_reader(Point(1.0, is_pretrained), base, tmp_path / "work", 0.5)
    log = (tmp_path / "work" / "log.jsonl").read_text()
    reader = trained_reader(Point(1.0, is_pretrained), base, tmp_path / "work", 0.5)
    assert (tmp_path / "work" / "log.jsonl").read_text() == log
    (reading,) = read_alone(reader, [TEXTS[0].text], Names(hands_of()[0].card))
    assert reading.act
