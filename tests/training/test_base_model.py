"""Any local causal checkpoint is a base: its own vocabulary with the tokens of the form, trained and loaded by the same code."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_base import TEXTS, tiny_examples, write_tiny_base
from tiny_tokenizer import tiny_tokenizer
from transformers import Qwen2Config, Qwen2ForCausalLM

from agents.readers.language_model.answer_names import choice_ids, choice_tokens
from agents.readers.language_model.base_model import BaseError, read_base
from agents.readers.language_model.loading import ReaderError, load_language_model
from training.llm.base.presets import PRESETS, preset_model, shape_of
from training.llm.lessons import Lessons
from training.llm.reader.plan import Plan
from training.llm.reader.shipping import ship
from training.llm.reader.training import train


@pytest.fixture(params=[0, 300], ids=["no spare rows", "spare rows"])
def qwen(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A random Qwen2 as Qwen2.5-7B is built: embedding and output not tied, biases, no unknown token, pad = end of text."""
    tokenizer = tiny_tokenizer(1000, ())
    torch.manual_seed(1)
    config = Qwen2Config(
        vocab_size=len(tokenizer) + request.param,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        tie_word_embeddings=False,
    )
    folder = tmp_path / "qwen"
    Qwen2ForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    names = json.loads(path.read_text(encoding="utf-8"))
    names |= {"unk_token": None, "pad_token": None, "eos_token": "</s>"}
    path.write_text(json.dumps(names), encoding="utf-8")
    return folder


def test_a_checkpoint_of_another_kind_gets_the_tokens_of_the_form_behind_its_own(qwen: Path):
    base = read_base(qwen)
    assert len(base.new) == len(choice_tokens()) == len(set(choice_ids(base.tokenizer).values()))
    assert min(base.new) == 1000
    model = base.model(torch.float32)
    rows, known = model.get_input_embeddings().weight, load_file(qwen / "model.safetensors")["model.embed_tokens.weight"]
    assert rows.shape[0] >= len(base.tokenizer)
    assert torch.equal(rows[:1000], known[:1000].float())
    assert torch.equal(rows, base.model(torch.float32).get_input_embeddings().weight)  # the same each time
    text = "Say <target> and <end> for S1C1"
    ids = base.tokenizer(text, split_special_tokens=True).input_ids
    assert base.tokenizer.decode(ids) == text
    assert not set(ids) & set(base.new)  # what an operator types is never a token of the form


def test_an_adapter_that_was_trained_on_it_is_read_on_it(qwen: Path, tmp_path: Path):
    base = read_base(qwen)
    plan = Plan(rank=4, rate=1e-2, tokens=400, epochs=60, warmup=2, save_every_s=600)
    checkpoint = train(base, tiny_examples(base.tokenizer), tmp_path / "work", plan, lambda line: None)
    adapter = ship(checkpoint, tmp_path / "adapter", Lessons(), plan, "remake", "qwen")
    weights = load_file(adapter / "adapter_model.safetensors")
    rows = [value for name, value in weights.items() if "token_adapter" in name or "trainable_tokens" in name]
    assert [row.shape[0] for row in rows] == [len(choice_tokens())] * 2  # of the embedding and of the output, not all of either
    assert not [name for name, value in weights.items() if value.shape[0] >= 1000]
    acts, texts = [text.act for text in TEXTS], [text.text for text in TEXTS]
    right = {}
    for name, path in (("raw", None), ("trained", adapter)):
        answered = load_language_model(qwen, path).read(texts)
        right[name] = sum(one.spanned is not None and one.spanned.act == act for one, act in zip(answered, acts, strict=True))
    assert right["trained"] > right["raw"]
    assert right["trained"] > len(TEXTS) / 2


@pytest.mark.parametrize(
    ("missing", "word"), [("config.json", "holds no checkpoint"), ("tokenizer.json", "has no tokenizer.json: put the tokenizer")]
)
def test_a_folder_that_is_no_base_says_what_is_missing(tmp_path: Path, missing: str, word: str):
    folder = write_tiny_base(tmp_path / "base")
    (folder / missing).unlink()
    with pytest.raises(BaseError, match=word):
        read_base(folder)
    with pytest.raises(ReaderError, match=word):
        load_language_model(folder, adapter=None)


@pytest.mark.parametrize(("name", "millions"), [("5m", 5), ("17m", 17), ("40m", 40)])
def test_presets_have_about_the_size_that_they_are_called_by(name: str, millions: int):
    with torch.device("meta"):
        model = preset_model(PRESETS[name], tiny_tokenizer(8192), seed=1)
    assert sum(weight.numel() for weight in model.parameters()) == pytest.approx(1e6 * millions, rel=0.06)


def test_a_preset_depends_on_its_seed_alone():
    weights = [preset_model(PRESETS["5m"], tiny_tokenizer(), seed).get_input_embeddings().weight for seed in (1, 1, 2)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_another_preset_says_which_there_are():
    with pytest.raises(ValueError, match="preset 7b: must be one of 5m, 17m, 40m"):
        shape_of("7b")
