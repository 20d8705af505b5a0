"""Both readers in a given time: lessons by several processes, an encoder that ends in time, and what is missing is named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_base import write_tiny_base

from agents.readers.encoder.encoder_reader import EncoderReader
from training.llm.encoder.training import EncoderPlan, train_encoder_for
from training.llm.encoder.weights import write_encoder
from training.llm.labelled_text import hands_of
from training.llm.lessons import Lessons
from training.llm.one_gpu.preparing import Prepared, prepared

SCRIPT = Path(__file__).parents[2] / "deploy" / "training" / "on_one_gpu.py"
HANDS = {hand.name: len(hand.texts) for hand in hands_of()}
ONE = min(HANDS, key=HANDS.__getitem__)
LESSONS = Lessons(passes=3, variants=10, composed=3, seed=2, held_out=tuple(HANDS.keys() - {ONE}))


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepared(LESSONS, write_tiny_base(tmp_path_factory.mktemp("base")), 2, 600.0, lambda line: None)


def test_several_processes_make_all_lessons_for_both_readers(lessons: Prepared):
    assert len(lessons.reader) == len(lessons.encoder) == 3 * HANDS[ONE] + 13
    assert lessons.lessons == LESSONS
    own, made = lessons.reader[: HANDS[ONE]], lessons.reader[3 * HANDS[ONE] :]
    assert lessons.reader[HANDS[ONE] : 2 * HANDS[ONE]] == own
    assert len({example.prompt for example in made}) > 10  # each shard has a seed of its own


def test_when_the_time_is_over_the_texts_of_the_hands_are_there(tmp_path: Path):
    few = prepared(LESSONS, write_tiny_base(tmp_path), 1, 0.0, lambda line: None)
    assert len(few.reader) >= 3 * HANDS[ONE]
    assert len(few.reader) == 3 * HANDS[ONE] + few.lessons.variants + few.lessons.composed


def test_an_encoder_with_a_time_ends_in_time_and_can_be_read_with(lessons: Prepared, tmp_path: Path):
    steps: list[int] = []
    weights = tmp_path / "encoder.safetensors"
    plan = EncoderPlan(batch=4, warmup=1)
    train_encoder_for(
        3.0,
        lessons.encoder,
        plan,
        tmp_path / "log.jsonl",
        lambda step, means: steps.append(step),
        lambda progress: write_encoder(progress, weights, LESSONS, "remake") and None,
    )
    last = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert last["step"] == steps[-1]
    assert last["seconds"] >= 3.0
    assert last["rate"] < 0.1 * plan.rate
    assert sum(EncoderReader.load(weights).judge(["S1C1 below 5 %"])[0].acts.values()) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--pieces", "nowhere"], "nowhere has no pieces.json: copy it"),
        (["--minutes", "0"], "--minutes 0: must be more than 0"),
        (["--preset", "7b"], "invalid choice: '7b'"),
    ],
)
def test_the_script_says_what_is_wrong(options: list[str], word: str, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--out", str(tmp_path / "out"), *options],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
