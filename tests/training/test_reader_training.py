"""Training and generation with a tiny random model of the base's kind: resumable, and every answer is of the form."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_tokenizer import hand_texts, tiny_tokenizer
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from agents.readers.language_model.answer import AnswerForm
from agents.readers.language_model.answer_names import choice_ids
from agents.readers.language_model.generating import LanguageModelReader
from agents.readers.language_model.loading import ReaderError, load_language_model
from training.llm.reader.batches import Example
from training.llm.reader.training import Plan, TrainingError, train

TOKENIZER = tiny_tokenizer()
PLAN = Plan(rank=2, rate=5e-3, tokens=400, epochs=1, warmup=2, save_every_s=0.0)
TEXTS = [text for text in hand_texts() if len(text.text) < 60][:24]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(TOKENIZER),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        tie_word_embeddings=True,
        pad_token_id=TOKENIZER.pad_token_id,
        bos_token_id=TOKENIZER.bos_token_id,
        eos_token_id=TOKENIZER.eos_token_id,
    )
    folder = tmp_path_factory.mktemp("base")
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    form = AnswerForm(TOKENIZER)
    prompts = [form.prompt(text.text) for text in TEXTS]
    return [Example(prompt.ids, tuple(form.answer(text.spanned(), prompt))) for text, prompt in zip(TEXTS, prompts, strict=True)]


class _Killed(BaseException):
    pass


def _train(base: Path, examples: list[Example], out: Path, stop_after: int | None = None, plan: Plan = PLAN) -> list[str]:
    lines: list[str] = []

    def report(line: str) -> None:
        lines.append(line)
        if stop_after is not None and len(lines) == stop_after:
            raise _Killed

    train(base, examples, list(choice_ids(TOKENIZER).values()), out, plan, report)
    return lines


def test_a_killed_training_goes_on_to_the_same_adapter(base: Path, examples: list[Example], tmp_path: Path):
    many = examples * 10
    lines = _train(base, many, tmp_path / "whole")
    with pytest.raises(_Killed):
        _train(base, many, tmp_path / "killed", stop_after=1)
    rest = _train(base, many, tmp_path / "killed")
    assert lines == rest  # killed at the 20th step, before it was written
    whole, killed = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("whole", "killed"))
    assert whole.keys() == killed.keys()
    assert all(torch.equal(whole[name], killed[name]) for name in whole)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["killed", "whole"]


def test_another_plan_does_not_go_on_in_the_same_folder(base: Path, examples: list[Example], tmp_path: Path):
    _train(base, examples, tmp_path / "out", plan=replace(PLAN, rate=1e-3))
    with pytest.raises(TrainingError, match="another plan"):
        _train(base, examples, tmp_path / "out")


def test_a_model_that_knows_nothing_still_answers_in_the_form_whatever_stands_beside_a_text(base: Path):
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    reader = LanguageModelReader(model, TOKENIZER)
    texts = [text.text for text in TEXTS[:8]]
    together = reader.read(texts, longest=40)
    for text, answered in zip(texts, together, strict=True):
        assert answered.spanned is None or answered.spanned.marked().act
        alone = reader.read([text], longest=40)[0]
        assert alone.spanned == answered.spanned
        assert (alone.least, alone.logarithm) == pytest.approx((answered.least, answered.logarithm), abs=1e-3)
    assert any(answered.spanned is not None for answered in together)


def test_the_adapter_is_merged_as_the_library_that_trained_it_merges(base: Path, examples: list[Example], tmp_path: Path):
    from peft import PeftModel

    _train(base, examples, tmp_path / "adapter")
    TOKENIZER.save_pretrained(base)
    theirs = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16), str(tmp_path / "adapter")
    ).merge_and_unload()
    ours = load_language_model(base, tmp_path / "adapter")
    bare = load_language_model(base, None)
    mine, plain = (dict(reader._model.named_parameters()) for reader in (ours, bare))
    assert all(torch.equal(mine[name], weight) for name, weight in theirs.named_parameters())
    assert any(not torch.equal(mine[name], plain[name]) for name in mine)


def test_an_adapter_that_is_none_is_refused_with_what_to_do(base: Path, tmp_path: Path):
    TOKENIZER.save_pretrained(base)
    with pytest.raises(ReaderError, match="twinpilot llm train"):
        load_language_model(base, tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReaderError, match="twinpilot llm train"):
        load_language_model(base, tmp_path)
