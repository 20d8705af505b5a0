"""Training and generation with a tiny random model of the base's kind: resumable, and every answer is of the form."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_base import TEXTS, tiny_examples, write_tiny_base

from agents.readers.language_model.base_model import Base, read_base
from agents.readers.language_model.generating import LanguageModelReader
from agents.readers.language_model.loading import ReaderError, load_language_model
from policies.artefact import ArtefactError
from training.llm.learning_log import Curve, draw_curves
from training.llm.lessons import Lessons
from training.llm.reader.batches import Example
from training.llm.reader.model import trainable_model
from training.llm.reader.plan import Plan, TrainingError
from training.llm.reader.shipping import ship_model
from training.llm.reader.training import train

PLAN = Plan(rank=2, rate=5e-3, tokens=400, epochs=1, warmup=2, save_every_s=0.0)
FULL = replace(PLAN, full=True, rate=2e-3)
WEIGHTS = {False: "adapter_model.safetensors", True: "model.safetensors"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return read_base(write_tiny_base(tmp_path_factory.mktemp("base")))


@pytest.fixture(scope="module")
def examples(base: Base) -> list[Example]:
    return tiny_examples(base.tokenizer)


class _Killed(BaseException):
    pass


def _train(base: Base, examples: list[Example], work: Path, stop_after: int | None = None, plan: Plan = PLAN) -> list[str]:
    lines: list[str] = []

    def report(line: str) -> None:
        lines.append(line.rpartition(",")[0])  # without the speed
        if stop_after is not None and len(lines) == stop_after:
            raise _Killed

    train(base, examples, work, plan, report)
    return lines


@pytest.mark.parametrize("plan", [PLAN, replace(PLAN, accumulate=3), FULL], ids=["lora", "accumulated", "full"])
def test_a_killed_training_goes_on_to_the_same_weights(base: Base, examples: list[Example], tmp_path: Path, plan: Plan):
    many = examples * 10 * plan.accumulate
    lines = _train(base, many, tmp_path / "whole", plan=plan)
    with pytest.raises(_Killed):
        _train(base, many, tmp_path / "killed", stop_after=1, plan=plan)
    rest = _train(base, many, tmp_path / "killed", plan=plan)
    assert lines == rest  # killed at the 20th step, before it was written
    whole, killed = (load_file(tmp_path / name / "checkpoint" / WEIGHTS[plan.full]) for name in ("whole", "killed"))
    assert whole.keys() == killed.keys()
    assert all(torch.equal(whole[name], killed[name]) for name in whole)
    assert [path.name for path in sorted((tmp_path / "killed").iterdir())] == ["checkpoint", "log.jsonl"]


def test_the_log_has_each_step_once_after_a_kill_and_is_drawn(base: Base, examples: list[Example], tmp_path: Path):
    with pytest.raises(_Killed):
        _train(base, examples * 30, tmp_path, stop_after=2)
    _train(base, examples * 30, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    steps = [row["step"] for row in rows]
    assert steps == sorted(set(steps))
    assert steps[:2] == [20, 40]
    assert all(row.keys() == {"step", "loss", "rate", "tokens_per_s", "seconds"} and row["tokens_per_s"] > 0 for row in rows)
    draw_curves(tmp_path / "training.png", Curve(tmp_path / "log.jsonl", "tiny"))
    assert (tmp_path / "training.png").read_bytes().startswith(b"\x89PNG")


def test_batches_that_are_accumulated_are_one_large_batch(base: Base, examples: list[Example], tmp_path: Path):
    once = replace(FULL, tokens=100_000, warmup=0)
    train(base, examples, tmp_path / "large", once, lambda line: None)
    train(base, examples, tmp_path / "small", replace(once, tokens=300, accumulate=1000), lambda line: None)
    large, small = (load_file(tmp_path / name / "checkpoint" / WEIGHTS[True]) for name in ("large", "small"))
    before = base.model(torch.float32).state_dict()
    moved = sum((large[name] - before[name]).abs().sum() for name in large)
    apart = sum((large[name] - small[name]).abs().sum() for name in large)
    assert apart < 0.1 * moved  # one step of Adam takes the sign of a gradient, which bf16 turns where it is next to nothing


@pytest.mark.parametrize(
    ("other", "word"),
    [(replace(PLAN, rate=1e-3), "rate 0.005"), (replace(PLAN, accumulate=2), "accumulate 1"), (FULL, "full False")],
)
def test_another_plan_does_not_go_on_in_the_same_folder(
    base: Base, examples: list[Example], tmp_path: Path, other: Plan, word: str
):
    _train(base, examples, tmp_path)
    with pytest.raises(TrainingError, match="another plan.*" + word):
        _train(base, examples, tmp_path, plan=other)


def test_other_texts_do_not_go_on_in_the_same_folder(base: Base, examples: list[Example], tmp_path: Path):
    _train(base, examples, tmp_path)
    with pytest.raises(TrainingError, match="other texts"):
        _train(base, examples[1:], tmp_path)


def test_a_training_with_a_time_ends_in_time_with_its_rate_fallen(base: Base, examples: list[Example], tmp_path: Path):
    checkpoints: list[Path] = []
    plan = replace(PLAN, epochs=0, limit_s=4.0, save_every_s=1.0)
    train(base, examples, tmp_path, plan, lambda line: None, checkpoints.append)
    last = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert last["seconds"] >= 4.0
    assert last["rate"] < 0.1 * plan.rate
    assert len(checkpoints) >= 2


@pytest.mark.parametrize(("plan", "kind"), [(PLAN, "adapter"), (FULL, "model")])
def test_what_is_begun_with_must_be_there(base: Base, examples: list[Example], tmp_path: Path, plan: Plan, kind: str):
    with pytest.raises(TrainingError, match=f"no {kind} to begin with"):
        _train(base, examples, tmp_path, plan=replace(plan, start=str(tmp_path / "nowhere")))


def test_what_cannot_be_sharded_is_refused_before_it_is_tried(base: Base):
    with pytest.raises(TrainingError, match="cannot be sharded: train it with --full"):
        trainable_model(base, None, PLAN, sharded=True)


def test_a_model_of_which_all_weights_were_trained_is_read_without_an_adapter(
    base: Base, examples: list[Example], tmp_path: Path
):
    checkpoint = train(base, examples * 40, tmp_path / "work", replace(FULL, rate=5e-3), lambda line: None)
    model = ship_model(checkpoint, base.tokenizer, tmp_path / "model", Lessons(held_out=()), "remake")
    assert {value.dtype for value in load_file(model / "model.safetensors").values()} == {torch.bfloat16}
    texts = [text.text for text in TEXTS]
    acts = [text.act for text in TEXTS]
    answered = load_language_model(model).read(texts)
    right = sum(one.spanned is not None and one.spanned.act == act for one, act in zip(answered, acts, strict=True))
    raw = load_language_model(base.folder, adapter=None).read(texts)
    assert right > sum(one.spanned is not None and one.spanned.act == act for one, act in zip(raw, acts, strict=True))
    (model / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(ArtefactError, match="sha256"):
        load_language_model(model)


def test_a_folder_with_something_else_is_not_replaced_by_a_model(base: Base, examples: list[Example], tmp_path: Path):
    checkpoint = train(base, examples, tmp_path / "work", FULL, lambda line: None)
    with pytest.raises(TrainingError, match="something else"):
        ship_model(checkpoint, base.tokenizer, tmp_path / "work", Lessons(), "remake")
    assert (tmp_path / "work" / "log.jsonl").exists()


def test_a_model_that_knows_nothing_still_answers_in_the_form_whatever_stands_beside_a_text(base: Base):
    reader = LanguageModelReader(base.model(torch.float32), base.tokenizer)
    texts = [text.text for text in TEXTS[:8]]
    together = reader.read(texts, longest=40)
    for text, answered in zip(texts, together, strict=True):
        assert answered.spanned is None or answered.spanned.marked().act
        alone = reader.read([text], longest=40)[0]
        assert alone.spanned == answered.spanned
        assert (alone.least, alone.logarithm) == pytest.approx((answered.least, answered.logarithm), abs=1e-3)
    assert any(answered.spanned is not None for answered in together)


def test_the_adapter_is_merged_as_the_library_that_trained_it_merges(base: Base, examples: list[Example], tmp_path: Path):
    from peft import PeftModel

    _train(base, examples, tmp_path)
    adapter = tmp_path / "checkpoint"
    theirs = PeftModel.from_pretrained(base.model(torch.bfloat16), str(adapter)).merge_and_unload()
    ours, bare = load_language_model(base.folder, adapter), load_language_model(base.folder, None)
    mine, plain = (dict(reader._model.named_parameters()) for reader in (ours, bare))
    assert all(torch.equal(mine[name], weight) for name, weight in theirs.named_parameters())
    assert any(not torch.equal(mine[name], plain[name]) for name in mine)


def test_an_adapter_that_is_none_is_refused_with_what_to_do(base: Base, tmp_path: Path):
    with pytest.raises(ReaderError, match="twinpilot llm train"):
        load_language_model(base.folder, tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReaderError, match="twinpilot llm train"):
        load_language_model(base.folder, tmp_path)
